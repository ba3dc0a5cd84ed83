from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from core.errors import InvalidInput
from core.evaluation import metrics
from core.evaluation.metrics import Confusion
from tests.core.evaluation.cases import IS_FAKE, SCORES, scored_images


def test_confusion_by_hand() -> None:
    assert metrics.confusion_at(0.5, SCORES, IS_FAKE) == Confusion(2, 1, 1, 2)
    assert metrics.confusion_at(0.4, SCORES, IS_FAKE) == Confusion(1, 2, 0, 3)


def test_rates_by_hand() -> None:
    rates = metrics.rates(Confusion(true_genuine=8, false_fake=2, false_genuine=1, true_fake=4))
    assert rates.false_positive_rate == pytest.approx(0.2)
    assert rates.miss_rate == pytest.approx(0.2)
    assert rates.true_positive_rate == pytest.approx(0.8)
    assert rates.precision == pytest.approx(4 / 6)
    assert rates.accuracy == pytest.approx(12 / 15)
    assert rates.balanced_accuracy == pytest.approx(0.8)


def test_rates_without_fakes_are_not_invented() -> None:
    rates = metrics.rates(Confusion(3, 1, 0, 0))
    assert rates.false_positive_rate == 0.25
    assert rates.accuracy == 0.75
    assert rates.precision == 0.0
    assert rates.miss_rate is None
    assert rates.true_positive_rate is None
    assert rates.balanced_accuracy is None
    assert metrics.rates(Confusion(0, 0, 0, 0)).accuracy is None


@settings(max_examples=60, deadline=None)
@given(images=scored_images, step=st.integers(0, 10))
def test_confusion_agrees_with_scikit_learn(
    images: tuple[np.ndarray, np.ndarray, np.ndarray], step: int
) -> None:
    scores, is_fake, _ = images
    confusion = metrics.confusion_at(step / 10, scores, is_fake)
    expected = reference.confusion_matrix(is_fake, scores >= step / 10, labels=[False, True])
    assert [
        confusion.true_genuine,
        confusion.false_fake,
        confusion.false_genuine,
        confusion.true_fake,
    ] == expected.ravel().tolist()
    assert confusion.n_genuine + confusion.n_fake == len(scores)


def test_ranking_figures_by_hand() -> None:
    # Nine pairs: seven won, one tie (0.4, 0.4), one lost (fake 0.4, genuine 0.6).
    assert metrics.roc_auc(SCORES, IS_FAKE) == pytest.approx(7.5 / 9)
    # From the top: fakes at ranks 1 and 2, the last at rank 5 (its tie counts before it).
    assert metrics.average_precision(SCORES, IS_FAKE) == pytest.approx((1 + 1 + 3 / 5) / 3)
    # Above 0.4 one of three genuine is called fake and one of three fakes is missed.
    assert metrics.eer(SCORES, IS_FAKE) == pytest.approx(1 / 3)
    assert metrics.tpr_at_fpr(SCORES, IS_FAKE, 0.0) == pytest.approx(2 / 3)
    assert metrics.tpr_at_fpr(SCORES, IS_FAKE, 0.5) == pytest.approx(2 / 3)
    assert metrics.tpr_at_fpr(SCORES, IS_FAKE, 0.7) == 1.0


def test_one_label_leaves_ranking_undefined() -> None:
    for label in (False, True):
        truth = np.full(3, label)
        assert metrics.roc_auc(SCORES[:3], truth) is None
        assert metrics.average_precision(SCORES[:3], truth) is None
        assert metrics.eer(SCORES[:3], truth) is None
        assert metrics.tpr_at_fpr(SCORES[:3], truth, 0.05) is None


@settings(max_examples=60, deadline=None)
@given(images=scored_images)
def test_ranking_figures_agree_with_scikit_learn(
    images: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    scores, is_fake, _ = images
    if is_fake.all() or not is_fake.any():
        return
    assert metrics.roc_auc(scores, is_fake) == reference.roc_auc_score(is_fake, scores)
    expected = reference.average_precision_score(is_fake, scores)
    assert metrics.average_precision(scores, is_fake) == expected
    fpr, tpr, _ = reference.roc_curve(is_fake, scores)
    assert metrics.eer(scores, is_fake) == pytest.approx(crossing(fpr, tpr))


def crossing(fpr: np.ndarray, tpr: np.ndarray) -> float:
    """Walk along the ROC curve to where it meets FPR = 1 - TPR."""
    for (x0, x1), (y0, y1) in zip(pairwise(fpr), pairwise(tpr), strict=True):
        before, after = x0 + y0 - 1, x1 + y1 - 1
        if before <= 0 <= after:
            return float(x0 + (x1 - x0) * -before / (after - before))
    raise AssertionError("the curve ends at (1, 1)")


@settings(max_examples=60, deadline=None)
@given(images=scored_images, allowed=st.floats(0, 1))
def test_tpr_at_fpr_is_the_best_of_all_thresholds(
    images: tuple[np.ndarray, np.ndarray, np.ndarray], allowed: float
) -> None:
    scores, is_fake, _ = images
    if is_fake.all() or not is_fake.any():
        return
    reached = [
        np.mean(scores[is_fake] >= threshold)
        for threshold in [*scores, 2.0]
        if np.mean(scores[~is_fake] >= threshold) <= allowed
    ]
    assert metrics.tpr_at_fpr(scores, is_fake, allowed) == pytest.approx(max(reached))


@pytest.mark.parametrize(
    ("scores", "is_fake"),
    [
        (np.array([0.1, 0.2]), np.array([True])),
        (np.array([[0.1]]), np.array([[True]])),
        (np.array([0.1, 1.2]), np.array([True, False])),
        (np.array([0.1, np.nan]), np.array([True, False])),
    ],
)
def test_scores_that_are_no_probabilities_are_refused(
    scores: np.ndarray, is_fake: np.ndarray
) -> None:
    with pytest.raises(InvalidInput, match=r"Expected .* Received"):
        metrics.confusion_at(0.5, scores, is_fake)


def test_wilson_interval_against_published_values() -> None:
    # Newcombe (1998), table I, method 3, for 81 of 263 and 0 of 20.
    assert metrics.wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert metrics.wilson_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert metrics.wilson_interval(0, 0) is None


@pytest.mark.parametrize("rate", [0.05, 0.5])
def test_wilson_interval_covers_the_truth(rate: float) -> None:
    rng = np.random.default_rng(0)
    covered = []
    for successes in rng.binomial(50, rate, size=400):
        interval = metrics.wilson_interval(int(successes), 50)
        assert interval
        covered.append(interval[0] <= rate <= interval[1])
    assert 0.92 <= np.mean(covered) <= 0.99
