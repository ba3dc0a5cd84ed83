import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.evaluation.metrics import Confusion, confusion_at
from core.evaluation.threshold import (
    THRESHOLDS,
    ThresholdTable,
    flips,
    suggest_threshold,
    threshold_counts,
)

GENUINE = np.arange(20) / 20  # 0, 0.05 ... 0.95
SCORES = np.concatenate([GENUINE, [0.94, 0.95, 0.97]])
IS_FAKE = np.arange(23) >= 20

# Scores on the grid itself are the hard ones: `score >= threshold` must hold exactly there.
scored_images = st.lists(
    st.tuples(
        st.one_of(st.floats(0, 1), st.integers(0, 1000).map(lambda k: k / 1000)), st.booleans()
    ),
    min_size=1,
    max_size=30,
).map(lambda rows: (np.array([row[0] for row in rows]), np.array([row[1] for row in rows])))


@settings(max_examples=40, deadline=None)
@given(images=scored_images)
def test_counts_agree_with_counting_at_each_threshold(
    images: tuple[np.ndarray, np.ndarray],
) -> None:
    counts = threshold_counts(*images)
    assert counts.shape == (1001, 4)
    for step in (*range(0, 1001, 77), 1000):
        assert Confusion(*counts[step]) == confusion_at(step / 1000, *images)
    assert (counts.sum(axis=1) == len(images[0])).all()


def test_thresholds_are_the_decimals_they_look_like() -> None:
    assert [float(each) for each in THRESHOLDS] == [float(f"{k / 1000:.3f}") for k in range(1001)]


def test_table_reads_the_nearest_step() -> None:
    table = ThresholdTable(SCORES, IS_FAKE)
    assert table.at(0.95) == Confusion(19, 1, 1, 2)
    assert table.at(0.9500000001) == table.at(0.95)
    assert table.at(0.0) == Confusion(0, 20, 0, 3)
    for outside in (-0.001, 1.1):
        with pytest.raises(InvalidInput, match="from 0 to 1"):
            table.at(outside)


def test_suggestion_by_hand() -> None:
    suggestion = suggest_threshold(SCORES, IS_FAKE, max_fpr=0.05)
    assert suggestion.value == 0.901  # of 20 genuine images one may be called fake: 0.95
    assert "1 of 20 genuine images called fake" in suggestion.reason
    assert "95 % interval 0.9% to 23.6%" in suggestion.reason
    assert "0 of 3 fakes missed" in suggestion.reason
    assert suggest_threshold(SCORES, IS_FAKE, max_fpr=0.0).value == 0.951


@settings(max_examples=60, deadline=None)
@given(images=scored_images, max_fpr=st.integers(0, 100).map(lambda percent: percent / 100))
def test_suggestion_is_the_smallest_that_keeps_the_promise(
    images: tuple[np.ndarray, np.ndarray], max_fpr: float
) -> None:
    scores, is_fake = images
    genuine = scores[~is_fake]
    if len(genuine) == 0 or np.mean(genuine >= 1) > max_fpr:
        with pytest.raises(InvalidInput, match=r"Expected .* Received"):
            suggest_threshold(scores, is_fake, max_fpr)
        return
    value = suggest_threshold(scores, is_fake, max_fpr).value
    assert np.mean(genuine >= value) <= max_fpr
    assert value == 0 or np.mean(genuine >= round(value - 0.001, 3)) > max_fpr


def test_flips_marks_changed_calls_only() -> None:
    scores = np.array([0.1, 0.3, 0.5, 0.7])
    assert flips(scores, 0.3, 0.7).tolist() == [False, True, True, False]
    assert flips(scores, 0.7, 0.3).tolist() == [False, True, True, False]
    assert not flips(scores, 0.31, 0.5).any()
