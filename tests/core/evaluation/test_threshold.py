from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.evaluation.metrics import Confusion, confusion_at
from core.evaluation.threshold import (
    THRESHOLDS,
    as_shown,
    flips,
    threshold_counts,
    threshold_steps,
    threshold_table,
)

# Scores on the grid itself are the hard ones: `score >= threshold` must hold exactly there.
scores_of_any_kind = st.one_of(
    st.floats(0, 1),
    st.integers(0, 1000).map(lambda k: k / 1000),
    st.integers(0, 50).map(lambda k: 1 - k / 1e6),
    st.integers(0, 50).map(lambda k: k / 1e7),
)
scored_images = st.lists(st.tuples(scores_of_any_kind, st.booleans()), min_size=1, max_size=30).map(
    lambda rows: (np.array([row[0] for row in rows]), np.array([row[1] for row in rows]))
)


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


@settings(max_examples=60, deadline=None)
@given(images=scored_images)
@example(images=(np.array([4.4e-06, 4.2e-06]), np.array([False, False])))
def test_steps_tell_apart_what_seven_decimals_can(images: tuple[np.ndarray, np.ndarray]) -> None:
    scores, is_fake = images
    steps = threshold_steps(scores, is_fake)
    assert np.isin(THRESHOLDS, steps).all()
    assert (np.diff(steps) > 0).all()
    assert [float(f"{step:.7f}") for step in steps] == steps.tolist()
    for part in (scores[~is_fake], scores[is_fake]):
        known = np.unique(part)
        for low, high in pairwise(known):
            if high - low > 2e-7:
                assert ((steps > low) & (steps <= high)).any()


def test_steps_are_few_and_short_where_scores_lie_apart() -> None:
    scores = np.linspace(0.01, 0.99, 100)
    assert threshold_steps(scores, np.arange(100) % 2 == 0).tolist() == THRESHOLDS.tolist()


def test_steps_are_bounded_and_small_rates_are_reached_where_scores_crowd() -> None:
    rng = np.random.default_rng(0)
    scores = 1 - rng.random(100_000) / 5_000  # all above 0.9998: 0.001 tells none of them apart
    is_fake = rng.random(100_000) < 0.5
    table = threshold_table(scores, is_fake)
    assert len(THRESHOLDS) < len(table.steps) <= 2001
    rates = table.false_positive_rates
    for wanted in (0.001, 0.01, 0.05):
        assert rates[rates <= wanted].max() == pytest.approx(wanted, rel=0.05)
    misses = table.miss_rates
    assert misses[misses <= 0.01].max() == pytest.approx(0.01, rel=0.05)


def test_a_crowd_gets_a_step_with_no_more_decimals_than_it_needs() -> None:
    scores = np.array([0.90012, 0.90034, 0.90078])
    steps = threshold_steps(scores, np.array([False, False, False]))
    assert steps[~np.isin(steps, THRESHOLDS)].tolist() == [0.9002, 0.9004]


def test_a_table_says_both_rates_and_nan_of_nothing() -> None:
    table = threshold_table(np.array([0.2, 0.6]), np.array([False, False]), np.array([0, 0.5, 1.0]))
    assert table.false_positive_rates.tolist() == [1.0, 0.5, 0.0]
    assert np.isnan(table.miss_rates).all()


def test_scores_out_of_range_are_named() -> None:
    with pytest.raises(InvalidInput, match="scores from 0 to 1"):
        threshold_steps(np.array([1.5]), np.array([True]))


def test_a_threshold_is_kept_as_it_is_shown() -> None:
    assert as_shown(0.12345678) == 0.1234568
    assert as_shown(0.99999999) == 1


def test_flips_marks_changed_calls_only() -> None:
    scores = np.array([0.1, 0.3, 0.5, 0.7])
    assert flips(scores, 0.3, 0.7).tolist() == [False, True, True, False]
    assert flips(scores, 0.7, 0.3).tolist() == [False, True, True, False]
    assert not flips(scores, 0.31, 0.5).any()
