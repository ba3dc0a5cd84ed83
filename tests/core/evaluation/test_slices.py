import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from core.errors import InvalidInput
from core.evaluation.cuts import Facts, cut_by_member, cut_by_word, cuts_of
from core.evaluation.slices import (
    MIN_IMAGES,
    Measure,
    Slice,
    compare_slices,
    furthest_first,
    whole_of,
)


def words(*values: str) -> np.ndarray:
    return np.array(values, object)


def planted(n_people: int = 60, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Scores of which those of genuine images with a poor picture are too high."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n_people), 20)
    is_fake = np.tile([False, True], n_people * 10)
    is_poor = rng.random(len(groups)) < 0.3
    scores = rng.normal(0.35 + 0.3 * is_fake + 0.2 * (is_poor & ~is_fake), 0.12)
    return np.clip(scores, 0, 1), is_fake, groups, is_poor


def test_hand_counted() -> None:
    """12 genuine images from A (6 called fake), 12 from B (none), 8 fakes from B (2 missed)."""
    scores = np.array([0.9] * 6 + [0.1] * 6 + [0.2] * 12 + [0.8] * 6 + [0.3] * 2)
    is_fake = np.array([False] * 24 + [True] * 8)
    cut = cut_by_word("source", words(*"A" * 12, *"B" * 20))
    a, b = compare_slices([cut], scores, is_fake, np.arange(32), 0.5)
    assert (a.key, a.n_genuine, a.n_fake, b.n_genuine, b.n_fake) == ("source:A", 12, 0, 12, 8)
    fpr = a.figures[Measure.FPR]
    assert (fpr.value, fpr.difference, fpr.n) == (0.5, 0.25, 12)
    assert fpr.interval == pytest.approx((0.2538, 0.7462), abs=1e-4)  # Wilson, 6 of 12
    # 2 (6 ln(0.5 / 0.25) + 6 ln(0.5 / 0.75) + 12 ln(1 / 0.75)) = 10.36, chi-squared with 1
    assert fpr.p_value == pytest.approx(0.00129, abs=1e-5)
    assert fpr.is_beyond_chance
    assert b.figures[Measure.FPR].difference == -0.25
    assert Measure.MISS not in a.figures  # it has no fakes
    assert Measure.MISS not in b.figures  # it has all of them: nothing to compare with
    assert Measure.AUC not in a.figures
    assert whole_of(scores, is_fake, 0.5) == {
        Measure.FPR: 0.25,
        Measure.MISS: 0.25,
        Measure.AUC: roc_auc_score(is_fake, scores),
    }


def test_too_few_images_say_nothing() -> None:
    scores = np.array([0.9] * (MIN_IMAGES - 1) + [0.1] * 50)
    cut = cut_by_word("who", words(*"A" * (MIN_IMAGES - 1), *"B" * 50))
    few, enough = compare_slices([cut], scores, np.zeros(59, bool), np.arange(59), 0.5)
    assert few.figures[Measure.FPR].is_too_few
    assert not few.figures[Measure.FPR].is_beyond_chance
    assert enough.figures[Measure.FPR].is_beyond_chance


def test_a_planted_weakness_comes_first() -> None:
    scores, is_fake, groups, is_poor = planted()
    rng = np.random.default_rng(5)
    facts = Facts(
        numbers={"noise": rng.normal(size=len(scores)), "more": rng.normal(size=len(scores))},
        words={"who": groups.astype(str).astype(object)},
        members={"tag": {"poor": is_poor}},
    )
    found = compare_slices(cuts_of(facts), scores, is_fake, groups, 0.5)
    ranked = furthest_first(found, Measure.FPR)
    assert ranked[0].key == "tag:poor"
    assert sum(each.figures[Measure.FPR].is_beyond_chance for each in ranked) <= 2
    assert furthest_first(found, Measure.AUC)[0].key == "tag:poor"
    assert not any(each.figures[Measure.MISS].is_beyond_chance for each in found)


def test_order() -> None:
    scores, is_fake, groups, is_poor = planted()
    facts = Facts(words={"who": groups.astype(str).astype(object)}, members={"t": {"p": is_poor}})
    ranked = furthest_first(
        compare_slices(cuts_of(facts), scores, is_fake, groups, 0.5), Measure.FPR
    )
    figures = [each.figures[Measure.FPR] for each in ranked]
    keys = [(not f.is_beyond_chance, f.is_too_few, -abs(f.difference or 0)) for f in figures]
    assert keys == sorted(keys)


def test_nothing_is_found_where_nothing_is() -> None:
    """Of 40 sets of 40 slices each without any difference at most 3 give a false alarm or more."""
    n_alarms = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        groups = np.repeat(np.arange(40), 10)
        is_fake = rng.random(400) < 0.3
        person = rng.normal(0, 0.1, 40)[groups]
        scores = np.clip(rng.normal(0.4 + 0.2 * is_fake, 0.15) + person, 0, 1)
        numbers = {f"x{i}": rng.normal(size=400) for i in range(5)}
        numbers |= {f"y{i}": rng.normal(size=40)[groups] for i in range(5)}
        found = compare_slices(cuts_of(Facts(numbers=numbers)), scores, is_fake, groups, 0.6)
        n_alarms += any(each.figures[Measure.FPR].is_beyond_chance for each in found)
    assert n_alarms <= 3


@given(seed=st.integers(0, 10_000), n=st.integers(2, 60), threshold=st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_the_parts_of_a_partition_sum_to_the_whole(seed: int, n: int, threshold: float) -> None:
    rng = np.random.default_rng(seed)
    is_fake, scores = rng.random(n) < 0.5, rng.random(n)
    cut = cut_by_word("kind", rng.choice(["a", "b", "c"], n).astype(object))
    found = compare_slices([cut], scores, is_fake, rng.integers(0, 5, n), threshold)
    assert sum(each.n_genuine for each in found) == (~is_fake).sum()
    assert sum(each.n_fake for each in found) == is_fake.sum()
    wrong = {Measure.FPR: (scores >= threshold) & ~is_fake, Measure.MISS: (scores < threshold)}
    wrong[Measure.MISS] &= is_fake
    for measure, expected in wrong.items():
        figures = [each.figures[measure] for each in found if measure in each.figures]
        if figures:
            assert sum(round((f.value or 0) * f.n) for f in figures) == expected.sum()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_the_order_of_images_and_the_numbers_of_groups_do_not_count(seed: int) -> None:
    scores, is_fake, groups, is_poor = planted(n_people=12, seed=seed % 7)
    order = np.random.default_rng(seed).permutation(len(scores))
    (one,) = compare_slices([cut_by_member("t", {"p": is_poor})], scores, is_fake, groups, 0.5)
    (other,) = compare_slices(
        [cut_by_member("t", {"p": is_poor[order]})],
        scores[order],
        is_fake[order],
        (1000 - 7 * groups)[order],
        0.5,
    )
    for measure in Measure:
        assert one.figures[measure].value == pytest.approx(other.figures[measure].value)
        assert one.figures[measure].p_value == pytest.approx(other.figures[measure].p_value)


def test_scores_out_of_range_are_refused() -> None:
    cut = cut_by_word("k", words("a", "b"))
    with pytest.raises(InvalidInput, match="Expected scores from 0 to 1"):
        compare_slices([cut], np.array([0.1, 1.2]), np.array([True, False]), np.arange(2), 0.5)


def test_a_slice_names_itself_for_an_address() -> None:
    each = Slice("identity", "Ada: *", np.arange(2), 1, 1, {})
    assert each.key == "identity:Ada: *"
