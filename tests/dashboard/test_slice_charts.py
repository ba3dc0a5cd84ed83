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
    reds = [
        each[0]
        for each, colour in zip(genuine.customdata, genuine.marker.color, strict=True)
        if colour == COSTLY
    ]
    assert min(reds) == 0.48  # the bar whose middle is the threshold
