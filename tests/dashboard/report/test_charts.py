from xml.etree import ElementTree as Xml

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Label, Split
from dashboard.report import charts
from dashboard.report.drawing import TONES, Canvas, style
from dashboard.story_types import Share
from tests.dashboard.story_record import TEST, VERSION

SVG = "{http://www.w3.org/2000/svg}"


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_hundred_dots_are_a_hundred(value: float, more: float) -> None:
    high = value + (1 - value) * more
    tones = charts.hundred_values(value, high)
    assert len(tones) == 100
    assert tones.count("costly") == pytest.approx(100 * value, abs=1)
    assert (tones.count("costly") == 0) == (value == 0)
    assert (tones.count("costly") == 100) == (value == 1)
    assert ("accent" in tones) == (high < 1)
    assert tones == sorted(tones, key=("costly", "pale", "accent").index)


def test_what_is_possible_but_rare_still_has_a_dot() -> None:
    assert charts.hundred_values(0.0, 0.001)[:2] == ["pale", "accent"]
    assert charts.hundred_values(0.0, 0.0) == ["accent"] * 100


@pytest.mark.parametrize(
    ("value", "high", "dots"),
    [(0.996, 0.998, (99, 0, 1)), (0.996, 1.0, (99, 1, 0)), (0.004, 0.004, (1, 0, 99))],
)
def test_only_none_and_all_are_drawn_as_none_and_all(
    value: float, high: float, dots: tuple[int, int, int]
) -> None:
    tones = charts.hundred_values(value, high)
    assert tuple(map(tones.count, ("costly", "pale", "accent"))) == dots


def test_wrong_calls_by_hand() -> None:
    """4 genuine images, 2 fakes; of 1,000 images 900 are genuine."""
    counts = np.array([[0, 4, 0, 2], [3, 1, 1, 1], [4, 0, 2, 0]])
    values = charts.wrong_call_values(np.array([0, 0.5, 1]), counts, 0.1)
    assert values.thresholds == (0, 0.5, 1)
    assert values.false_alarms == (900, 225, 0)
    assert values.misses == (0, 50, 100)


def test_a_line_of_steps_turns_where_it_did() -> None:
    values = charts.wrong_call_values(np.arange(1001) / 1000, TEST.counts, 0.01)
    drawn = Xml.fromstring(charts.draw_wrong_calls(values, 0.7).svg)  # noqa: S314
    lines = [each.get("points", "").split() for each in drawn.iter(f"{SVG}polyline")]
    assert 100 < max(map(len, lines)) < 250  # 99 images: two turns each


def test_scores_are_shares_of_their_label() -> None:
    heights = charts.score_values(np.array([[1, 3], [20, 20]]))
    assert heights == pytest.approx(np.array([[1 / 3, 1], [2 / 3, 2 / 3]]))
    assert charts.score_values(np.zeros((2, 4), np.int64)).tolist() == [[0.0] * 4] * 2


def test_splits_leave_the_empty_ones_out() -> None:
    assert charts.split_values(VERSION) == {
        Split.TRAIN: {Label.GENUINE: 200, Label.FAKE: 190},
        Split.TEST: {Label.GENUINE: 99, Label.FAKE: 98},
    }


def test_a_drawing_says_what_it_shows() -> None:
    chart = charts.draw_false_positives(Share(7, 99, (0.035, 0.139)))
    assert chart.alt == (
        "Of 100 genuine images, 7 are called fake; by the 95 % interval it may be 4 to 14."
    )
    assert "Train" in charts.draw_splits(charts.split_values(VERSION)).svg


def test_words_in_a_drawing_are_words() -> None:
    canvas = Canvas(10, 10)
    canvas.text(0, 5, "<script>&")
    svg = canvas.chart("").svg
    assert "&lt;script&gt;&amp;" in svg
    assert Xml.fromstring(svg)[0].text == "<script>&"  # noqa: S314


def test_a_thing_at_nought_stands_there() -> None:
    canvas = Canvas(10, 10)
    canvas.rect(0, 0, 3.333333, 2, "accent")
    (drawn,) = Xml.fromstring(canvas.chart("").svg)  # noqa: S314
    assert drawn.attrib == {
        "class": "t-accent",
        "x": "0",
        "y": "0",
        "width": "3.33",
        "height": "2",
    }


def test_every_tone_has_a_colour_on_screen_and_on_paper() -> None:
    from dashboard.report.paper import COLOURS

    assert set(COLOURS) == set(TONES)
    css = style(COLOURS)
    assert all(f".t-{tone}{{fill:" in css and f".l-{tone}{{fill:none;" in css for tone in TONES)
