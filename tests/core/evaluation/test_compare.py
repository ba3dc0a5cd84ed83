import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.evaluation import metrics
from core.evaluation.compare import delong, mcnemar
from tests.core.evaluation.cases import Images, scored_images

# Albumin, total protein, K-G score and outcome, of which 0 is to be found: the 43 patients of
# DeLong et al. (1988) who have all three, as SAS/STAT's guide lists them with the results below
# (LOGISTIC procedure, "Comparing receiver operating characteristic curves").
PATIENTS = """
3.0 5.8 10 0  3.2 6.3 5 1  3.9 6.8 3 1  2.8 4.8 6 0  3.2 5.8 3 1  0.9 4.0 5 0  2.5 5.7 8 0
1.6 5.6 5 1  3.8 5.7 5 1  3.7 6.7 6 1  3.2 5.4 4 1  3.8 6.6 6 1  4.1 6.6 5 1  3.6 5.7 5 1
4.3 7.0 4 1  3.6 6.7 4 0  2.3 4.4 6 1  4.2 7.6 4 0  4.0 6.6 6 0  3.5 5.8 6 1  3.8 6.8 7 1
3.0 4.7 8 0  4.5 7.4 5 1  3.7 7.4 5 1  3.1 6.6 6 1  4.1 8.2 6 1  4.3 7.0 5 1  4.3 6.5 4 1
3.2 5.1 5 1  2.6 4.7 6 1  3.3 6.8 6 0  1.7 4.0 7 0  3.7 6.1 5 1  3.3 6.3 7 1  4.2 7.7 6 1
3.5 6.2 5 1  2.9 5.7 9 0  2.1 4.8 7 1  2.8 6.2 8 0  4.0 7.0 7 1  3.3 5.7 6 1  3.7 6.9 5 1
3.6 6.6 5 1
"""


def test_delong_gives_the_published_values() -> None:
    albumin, protein, score, outcome = np.array(PATIENTS.split(), dtype=float).reshape(-1, 4).T
    ranked = 1 - albumin / 10, 1 - protein / 10, score / 10  # of the first two a low one tells
    first = delong(ranked[2], ranked[0], outcome == 0)
    assert first
    assert (first.first, first.second) == pytest.approx((0.7258, 0.7366), abs=5e-5)
    assert first.standard_error == pytest.approx(0.0953, abs=5e-5)
    assert first.p == pytest.approx(0.9102, abs=5e-5)
    second = delong(ranked[2], ranked[1], outcome == 0)
    assert second
    assert second.difference == pytest.approx(-0.0780, abs=5e-5)
    assert second.interval == pytest.approx((-0.2830, 0.1271), abs=5e-5)
    assert second.p == pytest.approx(0.4561, abs=5e-5)


def by_pairs(first: np.ndarray, second: np.ndarray, is_fake: np.ndarray) -> float:
    """Tell the variance of the difference of two AUCs by every pair of images: O(n squared)."""
    gaps = [scores[is_fake][:, None] - scores[~is_fake] for scores in (first, second)]
    lead = (np.sign(gaps[1]) - np.sign(gaps[0])) / 2
    return float(
        np.var(lead.mean(axis=1), ddof=1) / lead.shape[0]
        + np.var(lead.mean(axis=0), ddof=1) / lead.shape[1]
    )


@settings(max_examples=60, deadline=None)
@given(images=scored_images, seed=st.integers(0, 99))
def test_delong_by_ranks_equals_delong_by_pairs(images: Images, seed: int) -> None:
    first, is_fake, _ = images
    second = np.random.default_rng(seed).integers(0, 6, len(first)) / 5
    found = delong(first, second, is_fake)
    if min(is_fake.sum(), (~is_fake).sum()) < 2:
        assert found is None
        return
    assert found
    assert found.first == pytest.approx(metrics.roc_auc(first, is_fake))
    assert found.second == pytest.approx(metrics.roc_auc(second, is_fake))
    assert found.standard_error**2 == pytest.approx(by_pairs(first, second, is_fake), abs=1e-12)


def test_a_run_does_not_differ_from_itself() -> None:
    scores, is_fake = np.array([0.1, 0.5, 0.4, 0.9]), np.array([False, False, True, True])
    found = delong(scores, scores, is_fake)
    assert found
    assert (found.difference, found.standard_error, found.p) == (0, 0, None)


def right(n: int, of: int) -> np.ndarray:
    return np.arange(of) < n


def test_mcnemar_by_hand() -> None:
    # Six images only the first called right, none only the second: 2 * 0.5 ** 6.
    found = mcnemar(right(8, 10), right(2, 10))
    assert (found.only_first, found.only_second) == (6, 0)
    assert found.p == pytest.approx(2 * 0.5**6)


def test_mcnemar_of_a_published_table() -> None:
    # Agresti (2002), table 10.1: approval of the Prime Minister, 150 and 86 changed their minds;
    # he gives z squared = 17.36 = (86 - 150) ** 2 / (86 + 150).
    first = np.array([True] * 150 + [False] * 86)
    found = mcnemar(first, ~first)
    assert (found.only_first, found.only_second) == (150, 86)
    z_squared = (150 - 86) ** 2 / (150 + 86)
    assert z_squared == pytest.approx(17.36, abs=0.005)
    exact = 2 * sum(math.comb(236, k) for k in range(87)) / 2**236
    assert found.p == pytest.approx(exact)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
def test_mcnemar_is_the_same_either_way_round(calls: list[tuple[bool, bool]]) -> None:
    first, second = np.array(calls, dtype=bool).reshape(-1, 2).T
    one, other = mcnemar(first, second), mcnemar(second, first)
    assert one.p == pytest.approx(other.p)
    assert (one.only_first, one.only_second) == (other.only_second, other.only_first)
    assert 0 < one.p <= 1


def test_calls_on_other_images_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"Expected the calls of two runs.*Received"):
        mcnemar(right(1, 3), right(1, 4))
