import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.curation.label_mistakes import MIN_OF_LABEL, find_label_mistakes, out_of_sample
from core.errors import InvalidInput
from core.evaluation.metrics import roc_auc
from core.types import Label, Split

Scores = NDArray[np.float64]
Flags = NDArray[np.bool_]


def simulated(separation: float, n: int = 4000, seed: int = 0) -> tuple[Scores, Flags, Flags]:
    """Logistic scores of a calibrated detector, labels of which 5 % are turned, and which."""
    rng = np.random.default_rng(seed)
    is_fake, is_turned = rng.random(n) < 0.5, rng.random(n) < 0.05
    logits = np.where(is_fake, separation / 2, -separation / 2) + rng.logistic(size=n)
    return 1 / (1 + np.exp(-logits)), is_fake ^ is_turned, is_turned


def never(labels: Flags) -> Flags:
    return np.zeros(len(labels), dtype=np.bool_)


@pytest.mark.parametrize(
    ("separation", "auc", "precision", "recall"),
    [(2, 0.77, 0.15, 0.6), (4, 0.90, 0.45, 0.67), (6, 0.94, 0.82, 0.78), (8, 0.95, 0.96, 0.85)],
)
def test_turned_labels_are_found_as_well_as_the_detector_allows(
    separation: float, auc: float, precision: float, recall: float
) -> None:
    scores, labels, is_turned = simulated(separation)
    found = find_label_mistakes(scores, labels, never(labels)).mistakes
    n_right = sum(bool(is_turned[each.index]) for each in found)
    assert roc_auc(scores, labels) == pytest.approx(auc, abs=0.02)
    assert n_right / len(found) == pytest.approx(precision, abs=0.07)
    assert n_right / is_turned.sum() == pytest.approx(recall, abs=0.07)


def test_labelled_genuine_comes_first_then_the_surest() -> None:
    scores, labels, _ = simulated(6)
    found = find_label_mistakes(scores, labels, never(labels)).mistakes
    order = [(each.before is Label.FAKE, -each.certainty) for each in found]
    assert order == sorted(order)
    assert {each.before for each in found} == {Label.GENUINE, Label.FAKE}
    for each in found:
        assert each.before is not each.after
        assert labels[each.index] == (each.before is Label.FAKE)
        assert each.score == scores[each.index]
        assert each.certainty == pytest.approx(
            each.score if each.before is Label.GENUINE else 1 - each.score
        )


def test_a_named_label_is_contradicted_as_the_paper_says() -> None:
    scores, labels, _ = simulated(4)
    found = find_label_mistakes(scores, labels, never(labels))
    genuine, fake = found.mean_scores
    expected = np.where(
        labels, (scores < 0.5) & (scores <= genuine), (scores > 0.5) & (scores >= fake)
    )
    assert {each.index for each in found.mistakes} == set(np.flatnonzero(expected).tolist())
    assert fake == pytest.approx(scores[labels].mean())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_certain_labels_are_never_named_and_change_no_other(seed: int) -> None:
    scores, labels, _ = simulated(4, n=300, seed=seed)
    is_certain = np.random.default_rng(seed).random(300) < 0.3
    some = {each.index for each in find_label_mistakes(scores, labels, is_certain).mistakes}
    every = {each.index for each in find_label_mistakes(scores, labels, never(labels)).mistakes}
    assert some == {index for index in every if not is_certain[index]}


@pytest.mark.parametrize("n_fake", [0, MIN_OF_LABEL - 1])
def test_too_few_of_a_label_says_what_is_missing(n_fake: int) -> None:
    labels = np.arange(100) < n_fake
    with pytest.raises(InvalidInput, match=f"Received {100 - n_fake} genuine and {n_fake} fake"):
        find_label_mistakes(np.linspace(0, 1, 100), labels, never(labels))


def test_no_images_at_all_say_so_too() -> None:
    nothing = np.zeros(0)
    with pytest.raises(InvalidInput, match="Received 0 genuine and 0 fake"):
        find_label_mistakes(nothing, nothing > 0, nothing > 0)


@pytest.mark.parametrize("score", [0.0, 0.5, 1.0])
def test_equal_scores_are_refused(score: float) -> None:
    labels = np.arange(40) < 20
    with pytest.raises(InvalidInput, match="for all 40 images"):
        find_label_mistakes(np.full(40, score), labels, never(labels))


def test_a_score_must_be_a_probability() -> None:
    labels = np.arange(40) < 20
    with pytest.raises(InvalidInput, match="scores from 0 to 1"):
        find_label_mistakes(np.full(40, np.nan), labels, never(labels))


def test_a_perfect_detector_doubts_nothing() -> None:
    labels = np.arange(40) < 20
    assert not find_label_mistakes(labels.astype(np.float64), labels, never(labels)).mistakes


def test_an_image_is_judged_by_what_was_not_trained_on_it() -> None:
    told = [
        (1, Split.TRAIN, 0.0),
        (2, Split.TRAIN, 0.0),
        (2, Split.TEST, 0.4),
        (2, Split.CALIBRATION, 0.8),
        (2, Split.VALIDATION, 0.1),
        (3, Split.VALIDATION, 0.2),
        (3, Split.VALIDATION, 0.4),
        (3, Split.TRAIN, 1.0),
        (4, Split.TEST, 0.9),
    ]
    ids, splits, scores = zip(*reversed(told), strict=True)
    kept = out_of_sample(np.array(ids), splits, np.array(scores))
    assert kept.ids.tolist() == [2, 3, 4]
    assert kept.scores.tolist() == pytest.approx([0.6, 0.3, 0.9])
    assert kept.is_validation.tolist() == [False, True, False]


def test_trained_on_everything_leaves_nothing() -> None:
    kept = out_of_sample(np.array([1, 2]), [Split.TRAIN] * 2, np.array([0.1, 0.9]))
    assert len(kept.ids) == len(kept.scores) == len(kept.is_validation) == 0
