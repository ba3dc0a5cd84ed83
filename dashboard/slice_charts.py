"""The charts of Evaluate whose marks are doors: scores by label, and slices.

Each has a function that draws values; what a click brings back is in `customdata`.
"""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.evaluation.slices import Measure, Slice
from dashboard import doors
from dashboard.charts import ACCENT, COSTLY, FAINT, NEUTRAL, empty_figure
from dashboard.slice_words import value_of
from dashboard.text import count, in_chart
from dashboard.text import threshold as shown_threshold

N_BINS = 25
EDGES: NDArray[np.float64] = np.arange(N_BINS + 1) / N_BINS
ROW_PX = 30
_LONGEST = 46  # characters of a slice's name


def draw_scores(
    scores: NDArray[np.float64], is_fake: NDArray[np.bool_], threshold: float
) -> go.Figure:
    """Draw how many images have which score, genuine ones upwards and fakes downwards.

    The bar that the threshold lies in is cut there: what is called fake stands upon what is not. A
    click brings back [lowest score, score from which on images are left out, label].
    """
    figure = empty_figure(height_px=300)
    edges = np.sort(np.append(EDGES, [] if threshold in EDGES[:-1] else threshold))
    for label, chosen, side in (("genuine", ~is_fake, 1), ("fake", is_fake, -1)):
        counts = side * np.histogram(scores[chosen], edges)[0]
        _add_bars(figure, counts, edges, label, threshold)
    figure.add_vline(x=threshold, line={"color": NEUTRAL, "width": 2, "dash": "dash"})
    _name_sides(figure, threshold)
    figure.update_layout(barmode="overlay", bargap=0.05, showlegend=False, dragmode=False)
    figure.update_layout(margin_t=24)
    figure.update_xaxes(range=[0, 1], title="Score: 0 genuine, 1 fake", showgrid=False)
    figure.update_yaxes(gridcolor=FAINT, zerolinecolor=NEUTRAL, showticklabels=False)
    return figure


def _add_bars(
    figure: go.Figure,
    counts: NDArray[np.int64],
    edges: NDArray[np.float64],
    label: str,
    threshold: float,
) -> None:
    lows, highs = edges[:-1], edges[1:].copy()
    highs[:-1] = np.minimum(highs[:-1], doors.BELOW_1)
    bins = np.searchsorted(EDGES[1:-1], lows, side="right")
    is_upper = np.diff(bins, prepend=-1) == 0
    passed, called_fake = (ACCENT, COSTLY) if label == "genuine" else (NEUTRAL, NEUTRAL)
    figure.add_bar(
        x=(EDGES[bins] + EDGES[bins + 1]) / 2,
        y=counts,
        base=np.where(is_upper, np.roll(counts, 1), 0),
        width=1 / N_BINS,
        name=label.capitalize(),
        marker={"color": np.where(lows >= threshold, called_fake, passed), "line_width": 0},
        customdata=[
            [float(low), float(high), label, abs(int(n))]
            for low, high, n in zip(lows, highs, counts, strict=True)
        ],
        hovertemplate="%{customdata[3]:,} " + label + " images with scores from "
        "%{customdata[0]} to %{customdata[1]}<br>Click to list them<extra></extra>",
    )


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
        xanchor="left" if threshold < 0.1 else "right" if threshold > 0.9 else "center",
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
    reach = _reach(slices, measure, whole)
    _add_row_targets(figure, slices, names, measure, reach)
    figure.update_layout(showlegend=False, dragmode=False, margin_t=24)
    figure.update_xaxes(tickformat=".0%" if measure is not Measure.AUC else ".2f", side="top")
    figure.update_xaxes(gridcolor=FAINT, zeroline=False, range=reach)
    figure.update_yaxes(
        tickvals=rows,
        ticktext=[in_chart(name, _LONGEST) for name in names],
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


def _reach(slices: Sequence[Slice], measure: Measure, whole: float) -> tuple[float, float]:
    found = [each.figures[measure] for each in slices]
    values = [x for each in found for x in (*(each.interval or ()), each.value) if x is not None]
    low, high = min([whole, *values]), max([whole, *values])
    margin = max(high - low, 0.02) * 0.05
    return low - margin, high + margin


def _add_row_targets(
    figure: go.Figure,
    slices: Sequence[Slice],
    names: Sequence[str],
    measure: Measure,
    reach: tuple[float, float],
) -> None:
    """Lay unseen marks all along each row, so that a click anywhere in it counts."""
    places = np.linspace(*reach, 40)
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
    value = "undefined" if figure.value is None else value_of(measure, figure.value)
    ends = [value_of(measure, end) for end in figure.interval or ()]
    between = f", 95 % {' to '.join(ends)}" if ends else ""
    n = f"{count(each.n_genuine, 'genuine image')}, {count(each.n_fake, 'fake')}"
    return (
        f"<b>{in_chart(name)}</b><br>{value}{between}<br>{n}<br>"
        f"{told(each, measure)}<br>Click to list its images"
    )


def told(each: Slice, measure: Measure) -> str:
    """Say in words whether a slice stands out."""
    figure = each.figures[measure]
    if figure.is_too_few:
        return "too few to say"
    return "beyond chance" if figure.is_beyond_chance else "within chance"
