"""The charts of two runs: what each gets right of either label, and their scores image by image."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.rounding import percent
from dashboard.charts import ACCENT, COSTLY, FAINT, NEUTRAL, WHITE, empty_figure
from dashboard.two_runs import TwoRuns

QUADRANTS = {
    "both-right": (0, 0),
    "only-first": (0, 1),
    "only-second": (1, 0),
    "both-wrong": (1, 1),
}
"""Row (first right, first wrong) and column (second right, second wrong) of each outcome."""

_DARK, _PALE = "#2d5a8c", "#6d7f93"
_ACROSS, _DOWN = (-0.4, -0.2, 0.0, 0.2, 0.4), (-0.33, 0.0, 0.33)
MAX_DRAWN = 20_000


def draw_outcomes(counts: Sequence[int], outcomes: Sequence[str], label: str) -> go.Figure:
    """Draw how many images of a label each run gets right, as two by two cells.

    A click brings back [outcome, label].

    Args:
        counts: Images by outcome.
        outcomes: Their names.
        label: "genuine" or "fake".
    """
    figure = empty_figure(height_px=190)
    total = max(sum(counts), 1)
    for name, n in zip(outcomes, counts, strict=True):
        row, column = QUADRANTS[name]
        colour = _DARK if name == "both-right" else _PALE
        _add_box(figure, row, column, 0.485, fillcolor=colour, line_width=0, layer="below")
        text = f"<b>{n:,}</b><br>{percent(n / total)}"
        figure.add_annotation(x=column, y=row, text=text, font_color=WHITE, showarrow=False)
        if label == "genuine" and name != "both-right":  # a run calls them fake: the costly error
            _add_box(figure, row, column, 0.47, line={"color": COSTLY, "width": 2})
    targets = [(name, dx, dy) for name in outcomes for dx in _ACROSS for dy in _DOWN]
    figure.add_scatter(
        x=[QUADRANTS[name][1] + dx for name, dx, _ in targets],
        y=[QUADRANTS[name][0] + dy for name, _, dy in targets],
        customdata=[[name, label] for name, _, _ in targets],
        mode="markers",
        marker={"symbol": "square", "size": 44, "opacity": 0, "color": ACCENT},
        hovertemplate="Click to list these images<extra></extra>",
    )
    named = {"tickmode": "array", "tickvals": [0, 1], "showgrid": False, "zeroline": False}
    figure.update_xaxes(**named, ticktext=["B right", "B wrong"], side="top", range=[-0.5, 1.5])
    figure.update_yaxes(**named, ticktext=["A right", "A wrong"], range=[1.5, -0.5])
    figure.update_layout(showlegend=False, dragmode=False, margin_l=60, margin_t=24)
    return figure


def _add_box(figure: go.Figure, row: int, column: int, half: float, **look: Any) -> None:
    at = {"x0": column - half, "x1": column + half, "y0": row - half, "y1": row + half}
    figure.add_shape(type="rect", **at, **look)


def draw_two_runs(data: TwoRuns) -> go.Figure:
    """Draw each image at its scores by two runs; the thresholds cut the square into four.

    A click or a lasso brings back numbers of images.
    """
    figure = empty_figure(height_px=460)
    at = drawn_points(data)
    costly = data.costly()
    for name, chosen, colour, symbol in (
        ("Fake", data.is_fake, NEUTRAL, "diamond"),
        ("Genuine, passed by both", ~data.is_fake & ~costly, ACCENT, "circle"),
        ("Genuine, called fake", costly, COSTLY, "circle"),
    ):
        rows = at[chosen[at]]
        figure.add_scattergl(
            x=data.first[rows],
            y=data.second[rows],
            customdata=data.ids[rows],
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 9, "opacity": 0.75},
            hovertemplate="A %{x:.7~f}, B %{y:.7~f}<extra>" + name + "</extra>",
        )
    line: dict[str, Any] = {"color": NEUTRAL, "width": 1, "dash": "dash"}
    figure.add_vline(x=data.thresholds[0], line=line)
    figure.add_hline(y=data.thresholds[1], line=line)
    figure.update_layout(dragmode="lasso", uirevision="two-runs", margin_t=40)
    calm = {"range": [-0.03, 1.03], "gridcolor": FAINT, "zeroline": False}
    figure.update_xaxes(title="Score of A", **calm)
    figure.update_yaxes(title="Score of B", **calm)
    return figure


def drawn_points(data: TwoRuns) -> NDArray[np.int64]:
    """Return which images are drawn: of more than MAX_DRAWN the genuine ones called fake first.

    Then those that one run alone gets right, then others; within each by chance, if need be.
    """
    n = len(data.ids)
    if n <= MAX_DRAWN:
        return np.arange(n)
    rank = np.select([data.costly(), data.outcomes() < 2], [0, 1], 2)
    chosen = np.lexsort((np.random.default_rng(0).random(n), rank))[:MAX_DRAWN]
    return np.sort(chosen).astype(np.int64)
