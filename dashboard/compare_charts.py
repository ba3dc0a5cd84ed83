"""The charts of two runs: what each gets right of either label, and their scores image by image."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts import ACCENT, COSTLY, FAINT, NEUTRAL, WHITE
from dashboard.slice_charts import empty_figure
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
        _add_cell(figure, row, column, colour, f"<b>{n:,}</b><br>{n / total:.1%}")
        if label == "genuine" and name != "both-right":
            _frame(figure, row, column)
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
    figure.update_layout(showlegend=False, dragmode=False, margin_l=60)
    return figure


def _add_cell(figure: go.Figure, row: int, column: int, colour: str, text: str) -> None:
    figure.add_shape(
        type="rect",
        x0=column - 0.485,
        x1=column + 0.485,
        y0=row - 0.485,
        y1=row + 0.485,
        fillcolor=colour,
        line_width=0,
        layer="below",
    )
    figure.add_annotation(x=column, y=row, text=text, font_color=WHITE, showarrow=False)


def _frame(figure: go.Figure, row: int, column: int) -> None:
    """Frame a cell of genuine images that a run calls fake: the costly error."""
    figure.add_shape(
        type="rect",
        x0=column - 0.47,
        x1=column + 0.47,
        y0=row - 0.47,
        y1=row + 0.47,
        line={"color": COSTLY, "width": 2},
    )


def draw_two_runs(data: TwoRuns) -> go.Figure:
    """Draw each image at its scores by two runs; the thresholds cut the square into four.

    A click or a lasso brings back numbers of images.
    """
    figure = empty_figure(height_px=460)
    at = drawn_points(data)
    is_called_fake = (data.first >= data.thresholds[0]) | (data.second >= data.thresholds[1])
    for name, chosen, colour, symbol in (
        ("Fake", data.is_fake, NEUTRAL, "diamond"),
        ("Genuine, passed by both", ~data.is_fake & ~is_called_fake, ACCENT, "circle"),
        ("Genuine, called fake", ~data.is_fake & is_called_fake, COSTLY, "circle"),
    ):
        rows = at[chosen[at]]
        figure.add_scattergl(
            x=data.first[rows],
            y=data.second[rows],
            customdata=data.ids[rows],
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 9, "opacity": 0.75},
            hovertemplate="A %{x:.3f}, B %{y:.3f}<extra>" + name + "</extra>",
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
    """Return which images are drawn: of many a sample, with those that one run alone gets right."""
    n = len(data.ids)
    if n <= MAX_DRAWN:
        return np.arange(n)
    sample = np.random.default_rng(0).choice(n, MAX_DRAWN, replace=False)
    return np.union1d(sample, np.flatnonzero(data.outcomes() < 2)[:MAX_DRAWN])
