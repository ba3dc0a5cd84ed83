from typing import Any

import pytest

from core.evaluation.operating_points import MODES, Costs
from dashboard.proposing import BY_HAND
from dashboard.text import threshold as shown
from dashboard.threshold.told import START, Choice, Door, read_choice, read_costs, read_door

TOLD = {
    "value": 0.75,
    "mode": "eer",
    "costs": {"genuine_called_fake": 5, "missed_fake": 2.5, "prevalence": 0.2},
    "band": [0.7, 0.8],
    "slicing": "generator",
    "held": "1 test",
}


def test_a_choice_is_read_whole() -> None:
    expected = Choice(0.75, "eer", Costs(5, 2.5, 0.2), (0.7, 0.8), "generator")
    assert read_choice(TOLD) == expected


@pytest.mark.parametrize("value", [None, "0.5", True, -0.1, 1.1, float("nan"), float("inf"), [1]])
def test_a_choice_without_a_threshold_is_none(value: Any) -> None:
    assert read_choice({**TOLD, "value": value}) is None


@pytest.mark.parametrize("told", [None, 3, "x", [], [TOLD]])
def test_what_is_no_choice_is_none(told: Any) -> None:
    assert read_choice(told) is None
    assert read_door(told) is None


@pytest.mark.parametrize(
    "band", [None, 3, [0.7], [0.7, "x"], [0.8, 0.9], [0.75, 0.75], [0.7, 1.2], [0.7, 0.74, 0.9]]
)
def test_a_band_that_does_not_hold_the_threshold_is_none(band: Any) -> None:
    found = read_choice({**TOLD, "band": band})
    assert found
    assert found.band is None


def test_a_mode_that_is_unknown_was_by_hand() -> None:
    modes = [*MODES, START, "<b>", None, 5]
    read = [read_choice({**TOLD, "mode": mode}) for mode in modes]
    assert [each.mode for each in read if each] == [*MODES, START, *[BY_HAND] * 3]


@pytest.mark.parametrize("wrong", [None, "7", -1, float("nan"), float("inf"), True, 1e10])
def test_a_cost_that_is_none_is_the_usual_one(wrong: Any) -> None:
    found = read_costs({"genuine_called_fake": wrong, "missed_fake": 0, "prevalence": wrong})
    assert found == Costs(missed_fake=0)
    assert read_costs(wrong) == Costs()


def test_doors() -> None:
    assert read_door({"cell": "fakes-missed"}) == Door(cell="fakes-missed")
    assert read_door({"cell": "mistakes"}) == Door(cell="mistakes")
    told = {"from": 0.2, "to": 0.4, "label": "fake"}
    assert read_door(told) == Door(score_from=0.2, score_to=0.4, label="fake")
    assert read_door({"slice": "generator:x"}) == Door(slice="generator:x")
    assert read_door({"image": 7}) == Door(image=7)


@pytest.mark.parametrize(
    "told", [{}, {"cell": "all"}, {"label": "unknown"}, {"from": 2}, {"image": True}, {"image": -1}]
)
def test_a_door_to_nothing_is_none(told: Any) -> None:
    assert read_door(told) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.000"), (1.0, "1.000"), (0.75, "0.750"), (0.1234567, "0.1234567"), (0.9991, "0.9991")],
)
def test_a_threshold_is_shown_with_the_decimals_it_has(value: float, text: str) -> None:
    assert shown(value) == text
    assert float(text) == value
