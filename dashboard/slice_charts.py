"""The charts of Evaluate whose marks are doors: scores by label, and slices.

Each has a function that draws values; what a click brings back is in `customdata`.
"""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.evaluation.slices import Measure, Slice
from dashboard.charts import ACCENT, COSTLY, FAINT, NEUTRAL
from dashboard.map_chart import shown
from dashboard.text import count
from dashboard.text import threshold as shown_threshold

N_BINS = 25
ROW_PX = 30
_LONGEST = 46  # characters of a slice's name


def draw_scores(
    scores: NDArray[np.float64], is_fake: NDArray[np.bool_], threshold: float
) -> go.Figure:
    """Draw how many images have which score, genuine ones upwards and fakes downwards.

    A click brings back [lowest score, score from which on images are left out, label].
    """
    figure = empty_figure(height_px=300)
    for label, chosen, side in (("genuine", ~is_fake, 1), ("fake", is_fake, -1)):
        counts, edges = np.histogram(scores[chosen], N_BINS, (0.0, 1.0))
        figure.add_bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=side * counts,
            width=1 / N_BINS,
            name=label.capitalize(),
            marker={"color": _score_colours(edges, threshold, label), "line_width": 0},
            customdata=[
                [round(float(low), 4), round(float(high), 4), label, int(n)]
                for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True)
            ],
            hovertemplate="%{customdata[3]:,} " + label + " images with scores from "
            "%{customdata[0]} to %{customdata[1]}<br>Click to list them<extra></extra>",
        )
    figure.add_vline(x=threshold, line={"color": NEUTRAL, "width": 2, "dash": "dash"})
    _name_sides(figure, threshold)
    figure.update_layout(barmode="overlay", bargap=0.05, showlegend=False, dragmode=False)
    figure.update_xaxes(range=[0, 1], title="Score: 0 genuine, 1 fake", showgrid=False)
    figure.update_yaxes(gridcolor=FAINT, zerolinecolor=NEUTRAL, showticklabels=False)
    return figure


def _score_colours(edges: NDArray[np.float64], threshold: float, label: str) -> list[str]:
    if label == "fake":
        return [NEUTRAL] * N_BINS
    middles = (edges[:-1] + edges[1:]) / 2
    return [COSTLY if middle >= threshold else ACCENT for middle in middles]


def _name_sides(figure: go.Figure, threshold: float) -> None:
    for text, y in (("Genuine", 0.98), ("Fake", 0.02)):
        figure.add_annotation(
            x=0.005, y=y, xref="paper", yref="paper", text=text, showarrow=False, xanchor="left"
        )
    figure.add_annotation(
        x=threshold,
        y=1.0,
        yref="paper",
        yanchor="bottom",
        text=f"Threshold {shown_threshold(threshold)}",
        showarrow=False,
        font_size=11,
    )


def draw_slices(
    slices: Sequence[Slice], names: Sequence[str], measure: Measure, whole: float
) -> go.Figure:
    """Draw a row a slice: the value as a dot, its 95 % interval as a line, the first one on top.

    A click brings back the slice's key.

    Args:
        slices: In order; each has the measure.
        names: What people call them.
        measure: What is drawn.
        whole: The value over all images.
    """
    figure = empty_figure(height_px=ROW_PX * len(slices) + 60)
    figure.add_vline(x=whole, line={"color": NEUTRAL, "width": 1, "dash": "dash"})
    rows = list(range(len(slices)))
    found = [each.figures[measure] for each in slices]
    colours = [_slice_colour(each, measure) for each in slices]
    for row, figure_of, colour in zip(rows, found, colours, strict=True):
        low, high = figure_of.interval or (figure_of.value, figure_of.value)
        figure.add_shape(
            type="line", x0=low, x1=high, y0=row, y1=row, line={"color": colour, "width": 3}
        )
    hollow = ["circle-open" if each.is_too_few else "circle" for each in found]
    figure.add_scatter(
        x=[each.value for each in found],
        y=rows,
        mode="markers",
        marker={"color": colours, "size": 12, "symbol": hollow, "opacity": 1, "line_width": 2},
        hoverinfo="skip",
    )
    _add_row_targets(figure, slices, names, measure)
    figure.update_layout(showlegend=False, dragmode=False, margin_l=8)
    figure.update_xaxes(tickformat=".0%" if measure is not Measure.AUC else ".2f", side="top")
    figure.update_xaxes(gridcolor=FAINT, zeroline=False, range=_reach(slices, measure, whole))
    figure.update_yaxes(
        tickvals=rows,
        ticktext=[shown(_short(name)) for name in names],
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        automargin=True,
        zeroline=False,
    )
    return figure


def _slice_colour(each: Slice, measure: Measure) -> str:
    figure = each.figures[measure]
    if not figure.is_beyond_chance:
        return NEUTRAL
    is_costly = measure is Measure.FPR and (figure.difference or 0) > 0
    return COSTLY if is_costly else ACCENT


def _reach(slices: Sequence[Slice], measure: Measure, whole: float) -> list[float]:
    found = [each.figures[measure] for each in slices]
    values = [x for each in found for x in (*(each.interval or ()), each.value) if x is not None]
    low, high = min([whole, *values]), max([whole, *values])
    margin = max(high - low, 0.02) * 0.05
    return [low - margin, high + margin]


def _add_row_targets(
    figure: go.Figure, slices: Sequence[Slice], names: Sequence[str], measure: Measure
) -> None:
    """Lay unseen marks all along each row, so that a click anywhere in it counts."""
    low, high = _reach(slices, measure, slices[0].figures[measure].value or 0.0)
    places = np.linspace(low, high, 40)
    texts = [_hover(each, name, measure) for each, name in zip(slices, names, strict=True)]
    figure.add_scatter(
        x=np.tile(places, len(slices)),
        y=np.repeat(np.arange(len(slices)), len(places)),
        customdata=np.repeat([each.key for each in slices], len(places)),
        text=np.repeat(texts, len(places)),
        mode="markers",
        marker={"symbol": "square", "size": ROW_PX - 4, "opacity": 0, "color": ACCENT},
        hovertemplate="%{text}<extra></extra>",
    )


def _hover(each: Slice, name: str, measure: Measure) -> str:
    figure = each.figures[measure]
    interval = figure.interval
    between = f", 95 % {interval[0]:.1%} to {interval[1]:.1%}" if interval else ""
    n = f"{count(each.n_genuine, 'genuine image')}, {count(each.n_fake, 'fake')}"
    return (
        f"<b>{shown(name)}</b><br>{figure.value:.1%}{between}<br>{n}<br>"
        f"{told(each, measure)}<br>Click to list its images"
    )


def told(each: Slice, measure: Measure) -> str:
    """Say in words whether a slice stands out."""
    figure = each.figures[measure]
    if figure.is_too_few:
        return "too few to say"
    return "beyond chance" if figure.is_beyond_chance else "within chance"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}\u2026"


def empty_figure(height_px: int) -> go.Figure:
    """Return an empty figure that sits calmly on either theme."""
    return go.Figure(
        layout={
            "height": height_px,
            "margin": {"l": 8, "r": 8, "t": 24, "b": 8},
            "paper_bgcolor": "rgba(0, 0, 0, 0)",
            "plot_bgcolor": "rgba(0, 0, 0, 0)",
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "hovermode": "closest",
        }
    )
