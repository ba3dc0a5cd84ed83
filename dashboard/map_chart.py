"""The map's chart: which points are drawn, in which colours, and what was drawn around them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.types import Label
from dashboard import charts
from dashboard.text import in_chart

MAX_DRAWN, N_CLASSES = 50_000, 12
HEIGHT_PX = 520
OTHER = "Other"
_LAST = 1001  # others rank 1,000
_MANY = 5000
_LONGEST = 20  # characters of a name in the legend
_PALETTE = (
    *("#2f74b5", "#c8553d", "#5a9a8b", "#b08a3e", "#8a63b8", "#cf6fa0"),
    *("#57a6d9", "#7d9c3c", "#d9822b", "#3f8f5b", "#9c5a52", "#6f7bd1"),
)
_FIXED: dict[str, str] = {
    Label.GENUINE: charts.ACCENT,
    Label.FAKE: "#8a63b8",
    Label.UNKNOWN: charts.NEUTRAL,
}


@dataclass(frozen=True)
class Colours:
    """What the points that are drawn are coloured by.

    Attributes:
        at: (m,) places of the drawn points on the map.
        title: Of what the colours say.
        values: (m,) words, or numbers with NaN where one is missing.
        names: (m,) what people call the images.
    """

    at: NDArray[np.int64]
    title: str
    values: NDArray[Any]
    names: NDArray[np.object_]


def drawn_points(n: int) -> NDArray[np.int64]:
    """Return which of `n` points are drawn: all, or a sample that stays the same."""
    if n <= MAX_DRAWN:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, MAX_DRAWN, replace=False))


def outlines(selection: Any) -> list[NDArray[np.float64]]:
    """Return what a person has drawn on a chart as polygons, (k, 2) each."""
    lassos = [np.column_stack([each["x"], each["y"]]) for each in selection.get("lasso", [])]
    boxes = [
        np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])
        for each in selection.get("box", [])
        for (x1, x2), (y1, y2) in [(each["x"], each["y"])]
    ]
    return [np.asarray(polygon, np.float64) for polygon in (*lassos, *boxes)]


def classes(values: NDArray[np.object_]) -> list[tuple[str | None, NDArray[np.bool_]]]:
    """Return None for all but the most frequent words, then these, and where they stand."""
    codes, words = _factorise(values)
    n_each = np.bincount(codes, minlength=len(words))
    order = sorted(
        (code for code, word in enumerate(words) if word is not None),
        key=lambda code: (-n_each[code], words[code] or ""),
    )[:N_CLASSES]
    found = [(words[code], codes == code) for code in order]
    is_other = ~np.isin(codes, order)
    return [*([(None, is_other)] if is_other.any() else []), *found]


def _factorise(values: NDArray[np.object_]) -> tuple[NDArray[np.int64], list[str | None]]:
    code_of: dict[str | None, int] = {}
    codes = np.array([code_of.setdefault(word, len(code_of)) for word in values], np.int64)
    return codes, list(code_of)


def draw_map(points: NDArray[np.float32], ids: NDArray[np.int64], colours: Colours) -> go.Figure:
    """Draw points, in a colour a word or on a scale."""
    texts = _hover_texts(ids, colours)
    is_number = colours.values.dtype != np.object_
    size = {"size": 7 if len(points) < _MANY else 4}
    figure = go.Figure()
    if is_number:
        _add_points(figure, points, texts, colours.title, size | _on_scale(colours))
    else:
        for number, (word, is_in) in enumerate(classes(colours.values)):
            marker = size | {"color": _colour(word, number), "opacity": 0.85 if word else 0.4}
            name = in_chart(word, _LONGEST) if word else OTHER
            _add_points(figure, points[is_in], texts[is_in], name, marker)
    hidden = {"visible": False, "showgrid": False, "zeroline": False}
    figure.update_layout(
        height=HEIGHT_PX,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        dragmode="lasso",
        hovermode="closest",
        uirevision="map",
        showlegend=not is_number,
        legend={
            **{"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0, "itemsizing": "constant"},
            **{"itemclick": False, "itemdoubleclick": False, "font_size": 13},
        },
        xaxis=hidden,
        yaxis=hidden | {"scaleanchor": "x"},
    )
    return figure


def _add_points(
    figure: go.Figure,
    points: NDArray[np.float32],
    texts: NDArray[np.object_],
    name: str,
    marker: dict[str, Any],
) -> None:
    figure.add_scattergl(
        x=points[:, 0],
        y=points[:, 1],
        mode="markers",
        name=name,
        text=texts,
        marker=marker,
        legendrank=_LAST if name == OTHER else None,
        hovertemplate="%{text}<extra></extra>",
    )


def _on_scale(colours: Colours) -> dict[str, Any]:
    values = colours.values.astype(np.float32)
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, [0.01, 0.99]) if len(known) else (0.0, 1.0)
    bar = {"thickness": 12, "outlinewidth": 0, "title": {"text": colours.title, "side": "right"}}
    scale = {"colorscale": "Viridis", "showscale": True, "colorbar": bar}
    return {"color": values, "cmin": float(low), "cmax": float(high), **scale}


def _colour(word: str | None, number: int) -> str:
    if word is None:
        return charts.NEUTRAL
    return _FIXED.get(word, _PALETTE[number % len(_PALETTE)])


def _hover_texts(ids: NDArray[np.int64], colours: Colours) -> NDArray[np.object_]:
    said = {word: in_chart(word) for word in {*colours.names.tolist()} if word is not None}
    lines = [
        said[name] if name is not None else f"Image {i}"
        for i, name in zip(ids.tolist(), colours.names.tolist(), strict=True)
    ]
    return np.array(lines, np.object_)
