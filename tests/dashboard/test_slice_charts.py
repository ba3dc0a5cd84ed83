from typing import Any

import numpy as np
import pytest

from core.evaluation.slices import Figure, Measure, Slice
from dashboard import slice_charts
from dashboard.charts import ACCENT, COSTLY, NEUTRAL


def a_slice(name: str, value: float, difference: float, *, beyond: bool, p: float | None) -> Slice:
    figure = Figure(value, (value - 0.1, value + 0.1), difference, p, 40, beyond)
    return Slice("tag", name, np.arange(2), 40, 10, dict.fromkeys(Measure, figure))


SLICES = [
    a_slice("worse", 0.5, 0.3, beyond=True, p=0.001),
    a_slice("better", 0.1, -0.1, beyond=True, p=0.002),
    a_slice("like <b>others</b> $x$", 0.2, 0.0, beyond=False, p=0.9),
    a_slice("few", 0.4, 0.2, beyond=False, p=None),
]


@pytest.mark.parametrize(
    ("measure", "colours"),
    [
        (Measure.FPR, [COSTLY, ACCENT, NEUTRAL, NEUTRAL]),
        (Measure.MISS, [ACCENT, ACCENT, NEUTRAL, NEUTRAL]),
    ],
)
def test_only_the_costly_error_is_red(measure: Measure, colours: list[str]) -> None:
    figure = slice_charts.draw_slices(SLICES, [each.name for each in SLICES], measure, 0.2)
    dots, targets = figure.data
    assert list(dots.marker.color) == colours
    assert list(dots.x) == [0.5, 0.1, 0.2, 0.4]
    assert list(dots.marker.symbol) == ["circle"] * 3 + ["circle-open"]
    assert {tuple(np.unique(targets.customdata))} == {tuple(sorted(each.key for each in SLICES))}


def test_names_are_shown_as_they_are() -> None:
    figure = slice_charts.draw_slices(SLICES, [each.name for each in SLICES], Measure.FPR, 0.2)
    assert "&lt;b&gt;" in figure.layout.yaxis.ticktext[2]
    assert "$" not in figure.layout.yaxis.ticktext[2]


def test_what_is_told() -> None:
    told = [slice_charts.told(each, Measure.FPR) for each in SLICES]
    assert told == ["beyond chance", "beyond chance", "within chance", "too few to say"]


def test_the_bars_hold_every_image_and_say_where_they_end() -> None:
    scores = np.array([0.0, 0.03, 0.5, 0.999, 1.0])
    is_fake = np.array([False, False, False, True, False])
    genuine, fake = slice_charts.draw_scores(scores, is_fake, 0.5).data
    assert sum(genuine.y) == 4
    assert sum(fake.y) == -1
    assert [each[3] for each in genuine.customdata if each[3]] == [2, 1, 1]
    assert list(genuine.customdata[-1][:3]) == [0.96, 1.0, "genuine"]
    assert min(reds_of(genuine)) == 0.5


def reds_of(bars: Any) -> list[float]:
    """Return the lowest scores of the bars that are drawn as the costly error."""
    told = zip(bars.customdata, bars.marker.color, strict=True)
    return [each[0] for each, colour in told if colour == COSTLY]


def test_the_bar_that_the_threshold_lies_in_is_cut_there() -> None:
    scores = np.array([0.961, 0.98, 0.987, 0.999, 1.0, 0.97])
    is_fake = np.array([False] * 5 + [True])
    genuine, fake = slice_charts.draw_scores(scores, is_fake, 0.987).data
    passed, called = genuine.customdata[-2:]
    assert list(passed) == [0.96, 0.987, "genuine", 2]
    assert list(called) == [0.987, 1.0, "genuine", 3]
    assert reds_of(genuine) == [0.987]
    assert genuine.x[-1] == genuine.x[-2]
    assert list(genuine.base[-2:]) == [0, 2]  # one stands upon the other
    assert (fake.y[-2], list(fake.base[-2:])) == (-1, [0, -1])


@pytest.mark.parametrize(("threshold", "reds"), [(0.0, 25), (0.96, 1), (1.0, 1)])
def test_thresholds_at_the_edge_of_a_bar(threshold: float, reds: int) -> None:
    scores, is_fake = np.array([0.0, 0.97, 1.0]), np.zeros(3, np.bool_)
    genuine, _ = slice_charts.draw_scores(scores, is_fake, threshold).data
    assert len(reds_of(genuine)) == reds
    n_called = sum(each[3] for each in genuine.customdata if each[0] >= threshold)
    assert n_called == (scores >= threshold).sum()


def test_a_bar_below_a_threshold_of_1_opens_no_score_of_1() -> None:
    """A door to 1 shows those of 1 too: only the last bar holds them."""
    scores, is_fake = np.array([0.97, 1.0, 1.0]), np.zeros(3, np.bool_)
    passed, called = slice_charts.draw_scores(scores, is_fake, 1.0).data[0].customdata[-2:]
    assert 0.97 < passed[1] < 1
    assert (passed[3], list(called)) == (1, [1.0, 1.0, "genuine", 2])


def test_an_auc_is_told_as_an_auc_and_a_rate_as_a_share() -> None:
    texts = [
        slice_charts.draw_slices(SLICES[:1], ["worse"], measure, 0.2).data[1].text[0]
        for measure in (Measure.AUC, Measure.FPR)
    ]
    assert "<br>0.500, 95 % 0.400 to 0.600<br>" in texts[0]
    assert "<br>50.0%, 95 % 40.0% to 60.0%<br>" in texts[1]


def test_a_click_anywhere_in_a_row_counts_even_beyond_its_interval() -> None:
    figure = slice_charts.draw_slices(SLICES[:1], ["worse"], Measure.FPR, 0.05)
    targets = figure.data[1]
    assert (min(targets.x), max(targets.x)) == tuple(figure.layout.xaxis.range)
