from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from core.review.agreement import (
    Rating,
    _kappas,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
)
from tests.core.review.ratings import rated

FLEISS_1971 = """
    0 0 0 6 0  0 3 0 0 3  0 1 4 0 1  0 0 0 0 6  0 3 0 3 0  2 0 4 0 0  0 0 4 0 2  2 0 3 1 0
    2 0 0 4 0  0 0 0 0 6  1 0 0 5 0  1 1 0 4 0  0 3 3 0 0  1 0 0 5 0  0 2 0 3 1  0 0 5 0 1
    3 0 0 1 2  5 1 0 0 0  0 2 0 4 0  1 0 2 0 3  0 0 0 0 6  0 1 0 5 0  0 2 0 1 3  2 0 0 4 0
    1 0 0 4 1  0 5 0 1 0  4 0 0 0 2  0 2 0 4 0  1 0 5 0 0  0 0 0 0 6
"""
"""Fleiss (1971), table 1: six psychiatrists, 30 patients; depression, personality disorder,
schizophrenia, neurosis, other."""

KRIPPENDORFF_2011 = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}
"""Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C: four observers,
twelve units, with missing data."""

COHEN_1968 = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
"""Cohen (1968), "Weighted kappa", table 1: two judges, 200 cases; personality disorder, neurosis,
psychosis."""


def said(table: Sequence[Sequence[int]]) -> tuple[list[str], list[str]]:
    """Write a table of counts out as what two people said."""
    pairs = [
        (str(row), str(column))
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]
    return [a for a, _ in pairs], [b for _, b in pairs]


def test_cohen_s_own_example() -> None:
    """Unweighted: 0.70 the same, 0.41 by chance."""
    found = cohen_kappa(*said(COHEN_1968))
    assert found.value == pytest.approx((0.70 - 0.41) / (1 - 0.41))
    assert (round(found.value or 0, 3), found.n_items) == (0.492, 200)
    low, high = found.interval or (0, 0)
    assert low < 0.492 < high
    by_formula = cohens_kappa(np.array(COHEN_1968))  # Fleiss, Cohen and Everitt (1969)
    assert (low, high) == pytest.approx((by_formula.kappa_low, by_formula.kappa_upp), abs=0.02)


def test_a_table_of_two_by_two_by_hand() -> None:
    """20 and 15 of 50 the same: observed 0.7, by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5."""
    assert cohen_kappa(*said([[20, 5], [10, 15]])).value == pytest.approx(0.4)


def test_fleiss_s_own_example() -> None:
    numbers = np.array(FLEISS_1971.split(), int).reshape(30, 5)
    ratings = [
        Rating(item, f"{verdict} {place}", str(verdict))
        for item, counts in enumerate(numbers)
        for verdict, count in enumerate(counts)
        for place in range(count)
    ]
    found = fleiss_kappa(ratings)
    assert found.value == pytest.approx(0.430, abs=0.0005)
    assert found.n_items == 30
    low, high = found.interval or (0, 0)
    assert 0.3 < low < 0.43 < high < 0.6


def test_krippendorff_s_own_example() -> None:
    found = krippendorff_alpha(rated(KRIPPENDORFF_2011))
    assert found.value == pytest.approx(0.743, abs=0.0005)
    assert found.n_items == 11  # the twelfth unit was judged once


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3))
def test_many_tables_at_once_give_what_the_libraries_give_one_by_one(
    rows: list[list[int]],
) -> None:
    table = np.array(rows)
    first, second = said(rows)
    if len({*first, *second}) < 2:
        return
    (kappa,) = _kappas(table[None])
    assert kappa == pytest.approx(cohen_kappa_score(first, second))
    assert kappa == pytest.approx(cohens_kappa(table, return_results=False))


@settings(max_examples=4, deadline=None)
@given(st.permutations(range(12)), st.permutations("ABCD"))
def test_neither_order_nor_names_count(items: list[int], names: list[str]) -> None:
    ratings = rated(KRIPPENDORFF_2011)
    other = [
        Rating(items[each.item], names["ABCD".index(each.reviewer)], f"say {each.verdict}")
        for each in reversed(ratings)
    ]
    assert krippendorff_alpha(other).value == pytest.approx(krippendorff_alpha(ratings).value)
    assert fleiss_kappa(other).value == pytest.approx(fleiss_kappa(ratings).value)


def test_chance_is_nought_and_perfect_agreement_has_no_interval() -> None:
    rng = np.random.default_rng(1)
    first, second = (rng.choice(list("abc"), 2000).tolist() for _ in range(2))
    found = cohen_kappa(first, second)
    assert abs(found.value or 1) < 0.05
    same = cohen_kappa(first, first)
    assert (same.value, same.interval) == (1.0, None)


def test_what_cannot_be_told_says_why() -> None:
    nothing = krippendorff_alpha([])
    assert (nothing.value, nothing.interval, nothing.n_items) == (None, None, 0)
    assert "There are 0" in str(nothing.note)
    one = fleiss_kappa(rated({"A": "x", "B": "y"}))
    assert (one.value, one.n_items) == (None, 1)
    for constant in (
        cohen_kappa(["x"] * 9, ["x"] * 9),
        krippendorff_alpha(rated({"A": "x x x", "B": "x x x"})),
        fleiss_kappa(rated({"A": "x x x", "B": "x x x"})),
    ):
        assert (constant.value, constant.interval) == (None, None)
        assert "one and the same verdict" in str(constant.note)


def test_the_interval_covers_what_it_claims() -> None:
    """Each of two tells which of two words is true with probability 0.8."""
    rng = np.random.default_rng(3)
    n_runs, n_covered, true = 200, 0, 0.36  # same: 0.8^2 + 0.2^2 = 0.68, by chance 0.5
    for seed in range(n_runs):
        truth = rng.random(150) < 0.5
        first, second = (np.where(rng.random(150) < 0.8, truth, ~truth) for _ in range(2))
        told = (first.astype(str).tolist(), second.astype(str).tolist())
        low, high = cohen_kappa(*told, seed=seed).interval or (1, 0)
        n_covered += low <= true <= high
    assert 0.90 <= n_covered / n_runs <= 0.99
