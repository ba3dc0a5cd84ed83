import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.evaluation import bootstrap, metrics
from core.evaluation.bootstrap import (
    Estimate,
    auc_interval,
    differences,
    draw_weights,
    estimate,
)
from core.evaluation.metrics import Interval
from core.evaluation.tallies import Evidence
from tests.core.evaluation.cases import GROUPS, IS_FAKE, SCORES, Images, people, scored_images

CURVES = {"auc", "average_precision", "eer", "tpr_at_1_fpr", "tpr_at_5_fpr"}


def some_people(
    seed: int,
    n_people: int = 30,
    n_each: int = 6,
    threshold: float | None = None,
    temperature: float | None = None,
) -> Evidence:
    images = people(n_people, n_each, np.random.default_rng(seed))
    return Evidence(*images, threshold=threshold, temperature=temperature)


def ends(found: Estimate) -> Interval:
    assert found.interval is not None
    return found.interval


def test_values_are_those_of_the_images_and_lie_in_their_intervals() -> None:
    evidence = some_people(0, threshold=0.5, temperature=1.2)
    found = estimate(evidence, n_boot=300)
    rates = metrics.rates(metrics.confusion_at(0.5, evidence.scores, evidence.is_fake))
    assert found["auc"].value == metrics.roc_auc(evidence.scores, evidence.is_fake)
    assert found["eer"].value == metrics.eer(evidence.scores, evidence.is_fake)
    assert found["false_positive_rate"].value == pytest.approx(rates.false_positive_rate)
    assert found["precision"].value == pytest.approx(rates.precision)
    for name, each in found.items():
        if name != "tpr_at_1_fpr":  # with so few genuine images it has none
            assert each.value is not None, name
            assert each.interval is not None, name
            assert 0 <= each.interval[0] <= each.value <= each.interval[1] <= 1, name


def test_a_figure_says_what_it_rests_on() -> None:
    kinds = np.array(["", "", "", "swap", "swap", "paint"])
    found = estimate(Evidence(SCORES, IS_FAKE, GROUPS, 0.65, None, kinds), n_boot=50)
    basis = {name: (each.n_images, each.n_groups) for name, each in found.items()}
    assert basis["auc"] == (6, 3)
    assert basis["false_positive_rate"] == (3, 3)
    assert basis["precision"] == (2, 2)  # two were called fake
    assert basis["apcer: paint"] == (1, 1)


def test_people_with_fakes_only_do_not_count_as_groups_of_the_ranking() -> None:
    scores, is_fake = np.array([0.1, 0.4, 0.3, 0.9, 0.8]), np.array([0, 0, 1, 1, 1]) > 0
    found = estimate(Evidence(scores, is_fake, np.array([0, 1, 0, 2, 3])), n_boot=50)
    assert found["auc"].n_groups == 2


def test_the_same_seed_gives_the_same_intervals_whatever_groups_are_called() -> None:
    evidence = some_people(1, threshold=0.4)
    names = np.array([f"person {group:03d}" for group in evidence.groups])
    renamed = Evidence(evidence.scores, evidence.is_fake, names, threshold=0.4)
    first = estimate(evidence, n_boot=100, seed=5)
    assert first == estimate(renamed, n_boot=100, seed=5)
    assert first != estimate(evidence, n_boot=100, seed=6)


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = some_people(2, threshold=0.4)
    whole = estimate(evidence, n_boot=50)
    monkeypatch.setattr(bootstrap, "BLOCK", 7 * len(evidence.scores))
    assert estimate(evidence, n_boot=50) == whole


def test_without_the_curves_the_rest_is_the_same() -> None:
    evidence = some_people(3, threshold=0.4, temperature=2.0)
    whole, rest = estimate(evidence, 60), estimate(evidence, 60, with_curves=False)
    assert set(whole) - set(rest) == CURVES
    assert rest == {name: whole[name] for name in rest}


def test_every_resample_draws_as_many_groups_as_there_are() -> None:
    blocks = list(draw_weights(11, 25, seed=0, block=10))
    assert [block.shape for block in blocks] == [(11, 10), (11, 10), (11, 5)]
    assert all((block.sum(axis=0) == 11).all() for block in blocks)


def test_intervals_are_wider_where_images_share_a_person() -> None:
    scores, is_fake, groups = people(20, 25, np.random.default_rng(1), habit=2.0)
    clustered = estimate(Evidence(scores, is_fake, groups, 0.4), 400)
    alone = estimate(Evidence(scores, is_fake, np.arange(len(scores)), 0.4), 400)
    for name in ("auc", "false_positive_rate", "brier"):
        wide, narrow = ends(clustered[name]), ends(alone[name])
        assert wide[1] - wide[0] > 1.5 * (narrow[1] - narrow[0]), name


def test_nothing_is_claimed_from_a_perfect_ranking_or_from_one_person() -> None:
    scores = np.array([0.1, 0.2, 0.8, 0.9])
    is_fake = np.array([False, False, True, True])
    assert auc_interval(scores, is_fake, np.arange(4)) is None
    assert auc_interval(SCORES, IS_FAKE, np.zeros(6)) is None
    assert auc_interval(SCORES, np.full(6, True), np.arange(6)) is None
    assert auc_interval(np.array([]), np.array([], dtype=bool), np.array([])) is None


def test_no_mistake_among_few_people_still_leaves_room_for_some() -> None:
    scores, is_fake = np.array([0.1] * 40 + [0.9] * 40), np.arange(80) >= 40
    found = estimate(Evidence(scores, is_fake, np.arange(80) % 8, 0.5), 100)
    assert found["false_positive_rate"].value == 0
    # As of 0 in 8 people, not in 40 images: Wilson, 1 - 1 / (1 + z^2 / 8).
    assert found["false_positive_rate"].interval == pytest.approx((0, 0.3244), abs=5e-5)
    assert found["precision"].interval == pytest.approx((1 - 0.3244, 1), abs=5e-5)


def test_a_share_caught_at_a_rate_too_small_for_the_images_has_no_interval() -> None:
    few = estimate(some_people(4, 20, 6), 60)
    assert few["tpr_at_1_fpr"].value is not None
    assert few["tpr_at_1_fpr"].interval is None
    assert few["tpr_at_5_fpr"].interval is not None
    many = estimate(some_people(5, 100, 6), 60)
    assert many["tpr_at_1_fpr"].interval is not None


@settings(max_examples=40, deadline=None)
@given(images=scored_images, step=st.integers(0, 10))
def test_odd_images_are_told_without_a_warning(images: Images, step: int) -> None:
    scores, is_fake, groups = images
    kinds = np.where(is_fake, "swap", "")
    found = estimate(Evidence(scores, is_fake, groups, step / 10, 0.5, kinds), n_boot=20)
    for name, each in found.items():
        assert each.value is None or -1e-9 <= each.value <= 1 + 1e-9, name
        if each.interval:
            assert 0 <= each.interval[0] <= each.interval[1] <= 1, name


def test_a_run_does_not_differ_from_itself() -> None:
    evidence = some_people(6, threshold=0.4)
    found = differences(evidence, evidence, n_boot=50)
    assert {each.value for each in found.values()} == {0.0}
    assert {each.interval for each in found.values()} == {None}


def test_two_runs_on_the_same_images_differ_more_surely_than_two_on_others() -> None:
    first = some_people(7, 60, 6, threshold=0.4)
    noise = np.random.default_rng(0).normal(0, 0.05, len(first.scores))
    worse = np.clip(first.scores + noise - 0.05 * first.is_fake, 0, 1)
    second = Evidence(worse, first.is_fake, first.groups, 0.4)
    found = differences(first, second, n_boot=300)["auc"]
    alone = [estimate(each, 300)["auc"] for each in (first, second)]
    values = [metrics.roc_auc(each.scores, each.is_fake) or 0 for each in (first, second)]
    assert found.value == pytest.approx(values[1] - values[0])
    assert ends(found)[1] < 0  # worse beyond chance, though both intervals overlap
    assert ends(alone[1])[1] > ends(alone[0])[0]


def test_a_difference_at_a_rate_too_small_for_the_images_has_no_interval() -> None:
    first = some_people(4, 20, 6)
    noise = np.random.default_rng(0).normal(0, 0.05, len(first.scores))
    second = Evidence(np.clip(first.scores + noise, 0, 1), first.is_fake, first.groups)
    found = differences(first, second, n_boot=60)
    assert found["tpr_at_1_fpr"].value is not None
    assert found["tpr_at_1_fpr"].interval is None
    assert found["tpr_at_5_fpr"].interval is not None


def test_runs_on_other_images_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"Expected two runs on the same images.*Received"):
        differences(some_people(8), some_people(9))
