import numpy as np

from core.evaluation.bootstrap import Estimate
from core.evaluation.calibration import reliability
from dashboard import figure_charts
from dashboard.charts import ACCENT, COSTLY

BPCER = Estimate(0.03, (0.01, 0.14), 66, 8)
BY_TYPE = {
    "masked-gan": Estimate(0.9, (0.7, 0.97), 30, 8),
    "unknown origin": Estimate(0.5, None, 1, 1),
    "never seen": Estimate(None, None, 0, 0),
}


def test_the_costly_error_comes_first_then_attacks_in_their_order() -> None:
    bars = figure_charts.error_values(BPCER, BY_TYPE)
    assert [each.name for each in bars] == [
        "Genuine called fake",
        "Missed: masked-gan",
        "Missed: unknown origin",
    ]
    doors = [(each.cell, each.generator) for each in bars]
    assert doors == [
        ("genuine-called-fake", None),
        ("fakes-missed", "masked-gan"),
        ("fakes-missed", "none"),  # as a slice of images without a generator is called
    ]
    np.testing.assert_allclose((bars[0].below, bars[0].above), (0.02, 0.11))
    assert (bars[2].below, bars[2].above) == (0, 0)  # no interval, no whisker
    assert bars[2].basis == "1 image of 1 group"


def test_only_the_costly_error_has_its_colour() -> None:
    figure = figure_charts.draw_errors(figure_charts.error_values(BPCER, BY_TYPE))
    assert [bar.marker.color for bar in figure.data] == [COSTLY, ACCENT, ACCENT]
    assert figure.data[0].customdata[0][2] == (
        "Genuine called fake: 3.0%<br>95 %: 1.0% to 14.0%<br>66 images of 8 groups"
    )


def test_where_all_fakes_are_of_one_kind_the_cell_alone_tells() -> None:
    bars = figure_charts.error_values(BPCER, {"unknown origin": Estimate(0.5, None, 4, 2)})
    assert (bars[1].cell, bars[1].generator) == ("fakes-missed", None)


def test_the_axis_holds_the_longest_whisker() -> None:
    bars = figure_charts.error_values(BPCER, {"small": Estimate(0.001, (0.0, 0.004), 900, 90)})
    assert 0.14 < figure_charts.draw_errors(bars).layout.xaxis.range[1] < 0.2
    assert figure_charts.draw_errors([]).layout.xaxis.range[1] == 0.05


def test_a_generators_name_is_no_markup() -> None:
    by_type = {"<b>&": Estimate(0.1, (0.0, 0.2), 5, 2), **BY_TYPE}
    figure = figure_charts.draw_errors(figure_charts.error_values(BPCER, by_type))
    assert figure.layout.yaxis.ticktext[1] == "Missed: &lt;b&gt;&amp;   "
    assert figure.data[1].customdata[0][1] == "<b>&"  # what is looked up stays as it is
    long = figure_charts.error_values(BPCER, {"x" * 90: Estimate(0.1, None, 5, 2)})
    drawn = figure_charts.draw_errors(long).layout.yaxis.ticktext[1]
    assert len(drawn.strip()) < 40


def test_reliability_draws_what_is_told_against_what_is_so() -> None:
    scores = np.linspace(0.01, 0.99, 100)
    is_fake = scores > 0.4
    before, after = (reliability(scores, is_fake, each) for each in (1.0, 0.5))
    figure = figure_charts.draw_reliability(before, after)
    _, told, calibrated = figure.data
    assert list(told.x) == [each.predicted for each in before]
    assert list(calibrated.y) == [each.share_fake for each in after]
    assert told.error_y.array is None
    assert [low_high[:2] for low_high in calibrated.customdata] == [
        [each.score_from, each.score_to] for each in after
    ]
    low = calibrated.y[0] - calibrated.error_y.arrayminus[0]
    assert low == (after[0].interval or (None,))[0]


def test_without_calibration_there_is_one_curve_with_whiskers() -> None:
    scores = np.linspace(0.01, 0.99, 100)
    figure = figure_charts.draw_reliability(reliability(scores, scores > 0.4), ())
    assert [each.name for each in figure.data[1:]] == ["As the detector says"]
    assert figure.data[1].error_y.array is not None
