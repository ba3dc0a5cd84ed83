from dataclasses import replace

import numpy as np

from dashboard import compare_charts
from dashboard.charts import COSTLY
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


def test_of_many_a_sample_is_drawn_the_costly_errors_first() -> None:
    data = many(compare_charts.MAX_DRAWN + 500)
    both_wrong = replace(data, first=data.first.copy(), is_fake=data.is_fake.copy())
    both_wrong.first[-1], both_wrong.is_fake[-1] = 0.9, False  # 0.9 by the second run too
    both_wrong.first[:3], both_wrong.is_fake[:3] = 0.9, True  # caught by the first run alone
    at = compare_charts.drawn_points(both_wrong)
    assert len(set(at.tolist())) == compare_charts.MAX_DRAWN
    assert {0, 1, 2, len(data.ids) - 1} <= set(at.tolist())


def test_only_genuine_images_called_fake_are_red() -> None:
    data = replace(many(4), is_fake=np.array([True, False, False, False]))
    data.first[:], data.second[:] = [0.9, 0.1, 0.5, 0.1], [0.9, 0.1, 0.1, 0.1]
    traces = compare_charts.draw_two_runs(data).data
    reds = [list(each.customdata) for each in traces if each.marker.color == COSTLY]
    assert reds == [[9]]
