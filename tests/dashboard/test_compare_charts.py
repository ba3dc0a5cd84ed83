import numpy as np

from dashboard import compare_charts
from dashboard.two_runs import OUTCOMES, TwoRuns


def many(n: int) -> TwoRuns:
    rng = np.random.default_rng(0)
    return TwoRuns(
        ids=np.arange(n) + 7,
        is_fake=rng.random(n) < 0.5,
        groups=np.arange(n),
        first=rng.random(n) * 0.4,
        second=np.append(rng.random(n - 1) * 0.4, 0.9),
        thresholds=(0.5, 0.5),
        n_left_out=0,
        n_learnt=0,
    )


def test_every_cell_says_which_images_it_opens() -> None:
    figure = compare_charts.draw_outcomes([3, 2, 1, 4], OUTCOMES, "genuine")
    (targets,) = figure.data
    assert {tuple(each) for each in targets.customdata} == {(name, "genuine") for name in OUTCOMES}
    texts = [each.text for each in figure.layout.annotations]
    assert texts[0] == "<b>3</b><br>30.0%"


def test_only_genuine_images_called_fake_are_framed() -> None:
    n_shapes = [
        len(compare_charts.draw_outcomes([1, 1, 1, 1], OUTCOMES, label).layout.shapes)
        for label in ("genuine", "fake")
    ]
    assert n_shapes == [7, 4]


def test_each_point_is_an_image() -> None:
    data = many(50)
    figure = compare_charts.draw_two_runs(data)
    drawn = np.concatenate([np.asarray(trace.customdata) for trace in figure.data])
    assert sorted(drawn.tolist()) == data.ids.tolist()


def test_of_many_a_sample_is_drawn_with_what_one_run_alone_gets_right() -> None:
    data = many(compare_charts.MAX_DRAWN + 500)
    at = compare_charts.drawn_points(data)
    assert compare_charts.MAX_DRAWN <= len(at) <= compare_charts.MAX_DRAWN + 1
    assert len(data.ids) - 1 in at
