from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.evaluation.metrics import Confusion, confusion_at, rates
from core.evaluation.operating_points import (
    EER,
    FPR_1,
    FPR_5,
    MINIMUM_COST,
    MODES,
    RULES,
    YOUDEN,
    Costs,
    at_most_fpr,
    choose,
    expected_costs,
    policy_of,
)
from core.evaluation.threshold import THRESHOLDS, threshold_table

GENUINE = np.arange(20) / 20  # 0, 0.05 ... 0.95
SCORES = np.concatenate([GENUINE, [0.94, 0.95, 0.97]])
IS_FAKE = np.arange(23) >= 20

images_of_both = (
    st.lists(
        st.tuples(st.integers(0, 200).map(lambda k: k / 200), st.booleans()),
        min_size=2,
        max_size=40,
    )
    .filter(lambda rows: len({is_fake for _, is_fake in rows}) == 2)
    .map(lambda rows: (np.array([row[0] for row in rows]), np.array([row[1] for row in rows])))
)
some_costs = st.builds(
    Costs, st.integers(0, 100), st.integers(0, 100), st.integers(0, 10).map(lambda k: k / 10)
)


def test_bounded_rates_by_hand() -> None:
    point = choose(FPR_5, SCORES, IS_FAKE)
    assert point.value == 0.901  # of 20 genuine images one may be called fake: 0.95
    assert point.confusion == Confusion(19, 1, 0, 3)
    assert "1 of 20 genuine images called fake" in point.reason
    assert "95 % interval 0.9% to 23.6%" in point.reason
    assert "0 of 3 fakes missed" in point.reason
    assert choose(FPR_1, SCORES, IS_FAKE).value == 0.951


def test_the_other_rules_by_hand() -> None:
    """Up to 0.94 all fakes are caught, up to 0.95 one genuine image is still called fake."""
    assert choose(YOUDEN, SCORES, IS_FAKE).value == 0.94
    assert choose(EER, SCORES, IS_FAKE).value == 0.94  # 0.05 and 0; at 0.95 they are 0.05 and 1/3
    # At 10 to 1 and a tenth of fakes: 1,000 x 0.9 x 10 x 0.05 = 450 up to 0.95, with fewer misses
    # below; from 0.951 on 1,000 x 0.1 x 1 x 2 / 3 = 66.7.
    assert choose(MINIMUM_COST, SCORES, IS_FAKE).value == 0.97
    table = threshold_table(SCORES, IS_FAKE)
    costs = expected_costs(table, Costs())
    assert costs[table.steps == 0.97][0] == pytest.approx(1000 * 0.1 * 2 / 3)
    assert costs[table.steps == 0.94][0] == pytest.approx(1000 * 0.9 * 10 * 0.05)
    cheap = Costs(genuine_called_fake=1, missed_fake=100, prevalence=0.5)
    assert choose(MINIMUM_COST, SCORES, IS_FAKE, cheap).value == 0.94


def figure(mode: str, confusion: Confusion, costs: Costs) -> float:
    """Return what a rule makes small, from the rates as metrics.py gives them."""
    told = rates(confusion)
    fpr, miss = told.false_positive_rate, told.miss_rate
    assert fpr is not None
    assert miss is not None
    if mode == MINIMUM_COST:
        p = costs.prevalence
        return (1 - p) * costs.genuine_called_fake * fpr + p * costs.missed_fake * miss
    return abs(fpr - miss) if mode == EER else fpr + miss


@settings(max_examples=100, deadline=None)
@given(images=images_of_both, costs=some_costs, mode=st.sampled_from([MINIMUM_COST, EER, YOUDEN]))
def test_no_threshold_does_better_and_no_higher_one_as_well(
    images: tuple[np.ndarray, np.ndarray], costs: Costs, mode: str
) -> None:
    scores, is_fake = images
    point = choose(mode, scores, is_fake, costs)
    tried = {each: figure(mode, confusion_at(each, *images), costs) for each in THRESHOLDS}
    best = min(tried.values())
    assert figure(mode, point.confusion, costs) == pytest.approx(best)
    assert point.value == max(each for each, value in tried.items() if value <= best + 1e-9)
    assert point.confusion == confusion_at(point.value, scores, is_fake)


@settings(max_examples=60, deadline=None)
@given(images=images_of_both, percent=st.integers(0, 100))
def test_a_bound_is_kept_by_the_smallest_threshold(
    images: tuple[np.ndarray, np.ndarray], percent: int
) -> None:
    scores, is_fake = images
    genuine = scores[~is_fake]
    step = at_most_fpr(threshold_table(scores, is_fake), percent / 100)
    if np.mean(genuine == 1) > percent / 100:
        assert step is None
        return
    assert step is not None
    value = threshold_table(scores, is_fake).steps[step]
    assert np.mean(genuine >= value) <= percent / 100
    assert value == 0 or np.mean(genuine >= round(value - 0.001, 3)) > percent / 100


@pytest.mark.parametrize("mode", MODES)
def test_equal_scores_are_told_apart_by_no_rule_but_all_give_a_threshold(mode: str) -> None:
    scores, is_fake = np.full(6, 0.5), np.array([True, False] * 3)
    point = choose(mode, scores, is_fake)
    assert point.confusion in (Confusion(3, 0, 3, 0), Confusion(0, 3, 0, 3))
    if mode in (FPR_1, FPR_5):
        assert point.value == 0.501


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("score", [0.2, 1.0])
def test_fakes_alone_tell_no_rule(mode: str, score: float) -> None:
    with pytest.raises(InvalidInput, match=r"Expected genuine .* 0 genuine"):
        choose(mode, np.full(3, score), np.array([True] * 3))


def test_no_images_tell_no_rule() -> None:
    with pytest.raises(InvalidInput, match="0 genuine images"):
        choose(FPR_5, np.array([]), np.array([], dtype=np.bool_))


def test_genuine_images_that_score_1_keep_no_bound() -> None:
    scores, is_fake = np.array([1.0, 1.0, 0.3]), np.array([False, False, True])
    with pytest.raises(InvalidInput, match=r"at most 5 % score 1\. Received: 2 genuine images, 2"):
        choose(FPR_5, scores, is_fake)


def test_a_rule_that_is_none_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"fpr-1, fpr-5, .* Received 'half'"):
        choose("half", SCORES, IS_FAKE)


@pytest.mark.parametrize("values", [(-1, 1, 0.1), (1, inf, 0.1), (1, nan, 0.1), (1, 1, 1.1)])
def test_costs_that_are_none_are_refused(values: tuple[float, float, float]) -> None:
    with pytest.raises(InvalidInput, match=r"Expected a .* Received"):
        Costs(*values)


def test_a_negative_cost_is_named_with_what_is_expected() -> None:
    with pytest.raises(
        InvalidInput, match=r"^Expected a cost of 0 or more for missed_fake\. Received -1"
    ):
        Costs(missed_fake=-1)
    with pytest.raises(
        InvalidInput, match=r"^Expected a share of fakes from 0 to 1\. Received -0\.1"
    ):
        Costs(prevalence=-0.1)


def test_every_rule_has_its_words() -> None:
    assert list(MODES) == list(RULES)


def test_a_record_holds_the_costs_only_where_they_chose() -> None:
    costs = Costs(5, 2, 0.2)
    kept = policy_of(choose(MINIMUM_COST, SCORES, IS_FAKE, costs), costs)
    assert kept["costs"] == {"genuine_called_fake": 5, "missed_fake": 2, "prevalence": 0.2}
    assert sum(kept["validation"].values()) == 23
    assert "costs" not in policy_of(choose(EER, SCORES, IS_FAKE), costs)
