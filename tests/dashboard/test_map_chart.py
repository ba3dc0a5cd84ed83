import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.map_chart import (
    MAX_DRAWN,
    N_CLASSES,
    OTHER,
    Colours,
    classes,
    draw_map,
    drawn_points,
    outlines,
)
from dashboard.text import in_chart

HOSTILE = '<a href="x">$1$</a> %{x} &lt;\n\u202e'


def words(*values: str | None) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.array(values, np.object_)


def drawn(values: object, names: tuple[str | None, ...]) -> Colours:
    return Colours(np.arange(len(names)), "Quality", np.asarray(values), words(*names))


def test_the_most_frequent_words_have_a_class_and_the_rest_share_one() -> None:
    many = [f"P{i:02}" for i in range(N_CLASSES + 3) for _ in range(2)]
    found = classes(words(*many, "P14", None))
    assert [word for word, _ in found] == [None, "P14", *(f"P{i:02}" for i in range(11))]
    assert np.sum([is_in for _, is_in in found], axis=0).tolist() == [1] * (len(many) + 2)
    assert int(found[0][1].sum()) == 2 * 3 + 1


@given(st.lists(st.sampled_from([None, "", "a", "b"]), max_size=20))
def test_every_point_has_one_class(values: list[str | None]) -> None:
    found = classes(words(*values))
    assert sum(is_in.sum() for _, is_in in found) == len(values)
    for word, is_in in found:
        assert {values[i] for i in np.flatnonzero(is_in)} == {word}


def test_all_points_are_drawn_up_to_the_bound_and_then_a_steady_sample() -> None:
    assert drawn_points(3).tolist() == [0, 1, 2]
    some = drawn_points(MAX_DRAWN + 9)
    assert len(np.unique(some)) == MAX_DRAWN
    np.testing.assert_array_equal(some, drawn_points(MAX_DRAWN + 9))


def test_hostile_names_are_shown_as_they_are() -> None:
    assert in_chart(HOSTILE) == ('&lt;a href="x"&gt;&#36;1&#36;&lt;/a&gt; %{x} &amp;lt; \ufffd')
    figure = draw_map(
        np.zeros((1, 2), np.float32), np.array([7]), drawn(words(HOSTILE), (HOSTILE,))
    )
    (trace,) = figure.data
    assert trace.text[0] == in_chart(HOSTILE)
    assert trace.name == in_chart(HOSTILE, 20) == in_chart(f"{HOSTILE[:19]}\u2026")
    assert trace.hovertemplate == "%{text}<extra></extra>"


def test_words_have_a_legend_and_numbers_a_scale() -> None:
    points = np.array([[0, 1], [2, 3], [4, 5]], np.float32)
    figure = draw_map(points, np.array([3, 5, 8]), drawn(words("a", "a", None), ("Ada", None, "x")))
    assert [trace.name for trace in figure.data] == [OTHER, "a"]
    assert figure.data[1].x.tolist() == [0, 2]
    assert figure.data[1].text.tolist() == ["Ada", "Image 5"]
    assert len({trace.marker.color for trace in figure.data}) == 2
    known = draw_map(points, np.array([3, 5, 8]), drawn([1.0, np.nan, 3.0], ("a", "b", "c")))
    (trace,) = known.data
    assert (trace.marker.cmin, trace.marker.cmax) == pytest.approx((1.02, 2.98))
    assert trace.marker.colorbar.title.text == "Quality"
    unknown = draw_map(points, np.array([3, 5, 8]), drawn([np.nan] * 3, ("a", "b", "c")))
    assert len(unknown.data[0].x) == 3


def test_lassos_and_boxes_become_polygons() -> None:
    drawn_around = {
        "lasso": [{"x": [0, 1, 1], "y": [0, 0, 2]}],
        "box": [{"x": [3, 1], "y": [5, 4]}],
    }
    triangle, box = outlines(drawn_around)
    assert triangle.tolist() == [[0, 0], [1, 0], [1, 2]]
    assert box.tolist() == [[3, 5], [1, 5], [1, 4], [3, 4]]
    assert outlines({}) == []
