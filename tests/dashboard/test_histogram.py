from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dashboard.histogram import build, read_line

MODEST = settings(max_examples=60, deadline=None)
SIDES = st.sampled_from(["below", "above"])
numbers = st.floats(0, 5000, width=32)
figures = arrays(np.float32, st.integers(1, 60), elements=numbers)
whole = arrays(np.float32, st.integers(1, 60), elements=st.integers(0, 40).map(float))
Side = Literal["below", "above"]


@MODEST
@given(figures | whole, SIDES, numbers)
def test_every_image_is_in_a_bar_and_every_step_counts_what_lies_beyond(
    values: Any, side: Side, line: float
) -> None:
    told = build(values, side, line)
    assert told.bars.sum() == len(values)
    assert len(told.bars) == len(told.names)
    for step, n_flagged in zip(told.steps, told.flagged, strict=True):
        at = np.float32(step)
        assert n_flagged == int((values < at if side == "below" else values > at).sum())


@MODEST
@given(figures | whole, SIDES, numbers)
def test_places_rise_from_left_to_right_and_hold_the_line(
    values: Any, side: Side, line: float
) -> None:
    told = build(values, side, line)
    assert (told.places[0], told.places[-1]) == (0, 1)
    assert (np.diff(told.places) > 0).all()
    assert (np.diff(told.steps) >= 0).all()
    nearest = told.steps[np.abs(told.places - told.place(line)).argmin()]
    widest = np.diff(told.steps).max()
    assert abs(nearest - line) <= widest
    at = [place for place, _ in told.ticks]
    assert at == sorted(at)
    assert all(0 <= place <= 1 for place in at)


def test_the_line_stands_between_whole_numbers() -> None:
    values = np.array([0, 1, 1, 2, 4], np.float32)
    several = build(values, "above", 1.0)
    assert several.names == ("0", "1", "2", "3", "4")
    assert several.bars.tolist() == [1, 2, 1, 0, 1]
    assert several.place(1.0) == pytest.approx(2 / 5)  # right of the second bar
    none = build(values, "below", 1.0)
    assert none.place(1.0) == pytest.approx(1 / 5)  # left of it
    assert none.flagged[none.steps == 1].tolist() == [1]


def test_a_long_tail_is_cut_only_where_nothing_is_flagged() -> None:
    values = np.concatenate([np.linspace(1.5, 2.5, 999), [1000.0]]).astype(np.float32)
    below, above = build(values, "below", 2.0), build(values, "above", 2.0)
    assert below.n_beyond == 5
    assert below.start + below.span < 3
    assert (above.n_beyond, above.start + above.span) == (0, 1000)
    assert above.power == 0.5


def test_the_scale_stays_while_the_line_moves() -> None:
    values = np.linspace(1, 2000, 500, dtype=np.float32)
    told = [build(values, "below", line, kept=40.0) for line in (40.0, 900.0, 1900.0)]
    assert {each.power for each in told} == {0.5}
    assert {each.span for each in told} == {told[0].span}


def test_equal_figures_make_a_histogram_too() -> None:
    told = build(np.full(3, 0.5, np.float32), "above", 0.5)
    assert told.bars.sum() == 3
    assert told.flagged[0] == 0


def test_ticks_read_well() -> None:
    told = build(np.linspace(0.03, 0.97, 500, dtype=np.float32), "below", 0.5)
    assert [text for _, text in told.ticks] == ["0.2", "0.4", "0.6", "0.8"]


def test_a_line_far_below_figures_that_are_all_0_is_drawn() -> None:
    told = build(np.zeros(4, np.float32), "below", -500.0)
    assert (told.place(-500), told.place(0)) == (0, 1)
    assert told.ticks == ((1.0, "0"),)


HOSTILE: list[object] = [None, "3", True, float("nan"), float("inf"), 10**400, [1], {}]


@pytest.mark.parametrize("told", HOSTILE)
def test_only_numbers_are_read_from_the_browser(told: object) -> None:
    assert read_line(told) is None


def test_a_number_from_the_browser_is_a_line() -> None:
    assert read_line(3) == 3.0
