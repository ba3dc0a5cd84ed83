import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from core.evaluation.clustered import compare_areas, compare_rates
from core.evaluation.metrics import wilson_ends, wilson_interval


def partition(
    is_so: list[int], groups: list[int], codes: list[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
    part = np.array(codes, np.int64)
    return (
        np.array(is_so, bool),
        np.array(groups, np.int64),
        np.arange(len(part)),
        part,
        int(part.max()) + 1,
    )


def wilson(part: int, n: int) -> tuple[float, float]:
    interval = wilson_interval(part, n)
    assert interval is not None
    return interval


def test_independent_images_give_the_likelihood_ratio_test() -> None:
    """8 of 20 against 3 of 30, every image a person of its own."""
    is_so = [1] * 8 + [0] * 12 + [1] * 3 + [0] * 27
    found = compare_rates(*partition(is_so, list(range(50)), [0] * 20 + [1] * 30))
    expected = stats.chi2_contingency([[8, 12], [3, 27]], correction=False, lambda_=0)
    assert found.part.tolist() == [8, 3]
    assert found.n.tolist() == [20, 30]
    np.testing.assert_allclose(found.p_value, expected.pvalue)
    np.testing.assert_allclose(found.low[0], wilson(8, 20)[0])


def test_images_that_are_all_alike_count_as_one_a_person() -> None:
    """Each of 10 and 10 people has 5 images, called all right or all wrong: 10 against 10."""
    is_so = np.repeat([1, 1, 1, 1, 1, 1, 0, 0, 0, 0] + [1] + [0] * 9, 5).tolist()
    groups, codes = np.repeat(np.arange(20), 5).tolist(), [0] * 50 + [1] * 50
    found = compare_rates(*partition(is_so, groups, codes))
    expected = stats.chi2_contingency([[6, 4], [1, 9]], correction=False, lambda_=0)
    np.testing.assert_allclose(found.p_value, expected.pvalue)
    np.testing.assert_allclose((found.low[0], found.high[0]), wilson(6, 10))


def test_one_person_who_is_wronged_stands_out_by_their_own_images() -> None:
    """All 12 images of one person are called fake, and none of the 240 of twenty others."""
    groups = np.repeat(np.arange(21), 12).tolist()
    found = compare_rates(*partition([1] * 12 + [0] * 240, groups, groups))
    assert found.p_value[0] < 1e-10
    assert found.p_value[1:].min() > 0.2


def test_where_people_differ_anyhow_the_worst_of_them_is_no_finding() -> None:
    """Half of the people are called fake always, the others never."""
    groups = np.repeat(np.arange(20), 10).tolist()
    is_so = np.repeat([1, 0] * 10, 10).tolist()
    assert compare_rates(*partition(is_so, groups, groups)).p_value.min() > 0.1


def test_an_empty_part_is_not_tested() -> None:
    is_so, groups, at, codes, _ = partition([1, 0, 1], [0, 1, 2], [0, 0, 2])
    found = compare_rates(is_so, groups, at, codes, 3)
    assert np.isnan(found.p_value[1])
    assert np.isnan(found.low[1])
    assert found.n.tolist() == [2, 0, 1]


@pytest.mark.parametrize(("part", "n"), [(0, 7), (3, 7), (7, 7), (1, 400)])
def test_wilson_agrees_with_scipys(part: int, n: int) -> None:
    z = stats.norm.ppf(0.975)
    low, high = wilson_ends(np.array([part / n]), np.array([float(n)]), z)
    np.testing.assert_allclose((low[0], high[0]), wilson(part, n), atol=1e-12)


@given(seed=st.integers(0, 10_000), k=st.integers(1, 4), n_groups=st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_what_is_returned_is_in_range(seed: int, k: int, n_groups: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 60))
    codes = np.sort(rng.integers(0, k, n))
    found = compare_rates(rng.random(n) < 0.3, rng.integers(0, n_groups, n), np.arange(n), codes, k)
    held = found.n > 0
    rates = found.part[held] / found.n[held]
    assert np.all(found.low[held] <= rates + 1e-9) and np.all(rates <= found.high[held] + 1e-9)
    tested = found.p_value[~np.isnan(found.p_value)]
    assert np.all((tested >= 0) & (tested <= 1))
    assert found.n.sum() == n


@pytest.mark.parametrize("shares", [False, True])
def test_no_more_is_found_by_chance_than_agreed(shares: bool) -> None:
    """300 sets of 40 people, who differ in how often they are called fake; 5 % may stand out.

    Of 1,200 tests at a level of 5 % about 60 fall below it; 90 would be a sixth standard error.
    """
    rng, n_found, n_tests = np.random.default_rng(1), 0, 0
    for _ in range(300):
        groups = np.repeat(np.arange(40), 12)
        rates = rng.beta(0.9, 5.1, 40)  # correlation 1 / 7
        is_so = rng.random(len(groups)) < rates[groups]
        codes = rng.integers(0, 4, len(groups)) if shares else rng.integers(0, 4, 40)[groups]
        p_values = compare_rates(is_so, groups, np.arange(len(groups)), codes, 4).p_value
        n_found += int((p_values < 0.05).sum())
        n_tests += int((~np.isnan(p_values)).sum())
    assert n_found / n_tests < 0.075
    assert n_found > 0


def test_an_area_is_sklearns_and_its_error_that_of_delong_without_groups() -> None:
    rng = np.random.default_rng(3)
    n = 200
    is_fake = rng.random(n) < 0.4
    scores = np.clip(rng.normal(0.4 + 0.2 * is_fake, 0.2), 0, 1)
    rows = np.arange(0, n, 2)
    (area,) = compare_areas(scores, is_fake, np.arange(n), [rows])
    assert area is not None
    np.testing.assert_allclose(area.value, roc_auc_score(is_fake[rows], scores[rows]))
    whole = roc_auc_score(is_fake, scores)
    np.testing.assert_allclose(area.difference, area.value - whole)
    assert area.interval is not None
    fakes, genuine = scores[rows][is_fake[rows]], scores[rows][~is_fake[rows]]
    wins = (fakes[:, None] > genuine) + 0.5 * (fakes[:, None] == genuine)
    variance = np.var(wins.mean(axis=1)) / len(fakes) + np.var(wins.mean(axis=0)) / len(genuine)
    reach = stats.t.ppf(0.975, 99) * np.sqrt(variance * 100 / 99)
    np.testing.assert_allclose(area.interval, (area.value - reach, area.value + reach))


def test_an_area_needs_both_labels_and_two_people() -> None:
    scores, is_fake = np.array([0.1, 0.9, 0.2, 0.8]), np.array([False, True, False, True])
    groups = np.array([0, 0, 1, 1])
    parts = [np.array([0, 2]), np.array([0, 1]), np.arange(4)]
    one_label, one_person, perfect = compare_areas(scores, is_fake, groups, parts)
    assert one_label is None
    assert one_person is None
    assert perfect is not None
    assert (perfect.value, perfect.interval, perfect.p_value) == (1.0, None, None)
