"""Drawings of one tried image: where its score lies, how it lasts, what its detail is made of."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.evaluation.robustness import CHANGES, JPEG, RESIZE
from core.images.spectrum import CYCLES
from dashboard.charts import ACCENT, FAINT, NEUTRAL, empty_figure
from dashboard.text import score as shown_score
from dashboard.tried import Tried
from dashboard.trying import Judgement, Standard

N_BINS = 25
_AT_THE_SIDE = 0.08
"""Nearer to an end of the scale than this, the name of a line would leave the drawing."""


@dataclass(frozen=True)
class Lasting:
    """The score after each change of one kind, the unchanged image first.

    Attributes:
        names: What was done.
        scores: As the detector gave them.
        told: The same in words, cut off and not rounded.
        turned: Whether the call is another one than of the image as it is.
    """

    title: str
    names: tuple[str, ...]
    scores: tuple[float, ...]
    told: tuple[str, ...]
    turned: tuple[bool, ...]


def lasting_values(tried: Tried, judged: Judgement, threshold: float) -> list[Lasting]:
    """Return how the score lasts under compression, and how under resizing."""
    return [
        _lasting("JPEG quality", JPEG, tried, judged, threshold),
        _lasting("Size", RESIZE, tried, judged, threshold),
    ]


def _lasting(title: str, kind: str, tried: Tried, judged: Judgement, threshold: float) -> Lasting:
    found = [
        (f"{change.amount:.0f}" if kind == JPEG else f"{change.amount:.0%}", score, call)
        for change, score, call in zip(CHANGES, tried.survival, judged.survivals, strict=True)
        if change.kind == kind
    ]
    scores = (tried.score, *(score for _, score, _ in found))
    return Lasting(
        title,
        ("as it is", *(name for name, _, _ in found)),
        scores,
        tuple(shown_score(each, threshold) for each in scores),
        (False, *(call is not judged.call for _, _, call in found)),
    )


def draw_lasting(values: Lasting, standard: Standard) -> go.Figure:
    """Draw the score after ever stronger changes; hollow where the call has turned."""
    drawn = empty_figure(height_px=230)
    drawn.add_scatter(
        x=values.names,
        y=values.scores,
        mode="lines+markers",
        line={"color": ACCENT, "width": 2},
        marker={
            "size": 11,
            "color": ACCENT,
            "symbol": ["circle-open" if turned else "circle" for turned in values.turned],
            "line": {"width": 2},
        },
        customdata=values.told,
        hovertemplate=values.title + " %{x}: score %{customdata}<extra></extra>",
        showlegend=False,
    )
    _draw_threshold(drawn, standard, is_across=True)
    drawn.add_annotation(
        x=1,
        xref="paper",
        xanchor="left",  # beside the drawing: within it, a score may lie anywhere
        y=standard.operating.value,
        text="threshold",
        showarrow=False,
    )
    drawn.update_layout(margin={"r": 72})
    drawn.update_xaxes(title=values.title, type="category", showgrid=False, fixedrange=True)
    drawn.update_yaxes(
        title="Score", range=[-0.03, 1.03], gridcolor=FAINT, zeroline=False, fixedrange=True
    )
    return drawn


def place_values(standard: Standard) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (25,) genuine and (25,) fake held-out images by score."""
    scores, is_fake = standard.fitted.scores, standard.fitted.is_fake
    bins = [np.histogram(scores[each], N_BINS, (0.0, 1.0))[0] for each in (~is_fake, is_fake)]
    return bins[0], bins[1]


def draw_place(judged: Judgement, standard: Standard) -> go.Figure:
    """Draw the score among those of held-out images, genuine above and fake below the line."""
    genuine, fake = place_values(standard)
    drawn = empty_figure(height_px=220)
    edges = np.arange(N_BINS + 1) / N_BINS
    ends = [f"{low:.2f} to {high:.2f}" for low, high in pairwise(edges)]
    for name, counts, sign, colour in (
        ("Genuine", genuine, 1, ACCENT),
        ("Fake", fake, -1, NEUTRAL),
    ):
        drawn.add_bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=sign * counts,
            customdata=[f"score {span}: {n:,}" for span, n in zip(ends, counts, strict=True)],
            width=0.9 / N_BINS,
            name=name,
            marker_color=colour,
            hovertemplate=f"{name}, %{{customdata}} images<extra></extra>",
        )
    _draw_threshold(drawn, standard, is_across=False)
    drawn.add_vline(x=judged.score, line={"color": ACCENT, "width": 3})
    _name_line(drawn, judged.score, "this image", row=0)
    _name_line(drawn, standard.operating.value, "threshold", row=1)
    drawn.update_layout(barmode="overlay", margin={"t": 44, "b": 8, "l": 8, "r": 8})
    drawn.update_layout(legend={"y": -0.25, "yanchor": "top"})
    drawn.update_xaxes(range=[-0.02, 1.02], showgrid=False, zeroline=False, fixedrange=True)
    drawn.update_yaxes(visible=False, fixedrange=True)
    return drawn


def _name_line(drawn: go.Figure, x: float, name: str, *, row: int) -> None:
    """Write above an upright line what it is, in a row of its own: two lines may be one."""
    drawn.add_annotation(
        x=x,
        y=1,
        yref="paper",
        yshift=18 * row,
        text=name,
        showarrow=False,
        xanchor="left" if x < _AT_THE_SIDE else "right" if x > 1 - _AT_THE_SIDE else "center",
        yanchor="bottom",
    )


def _draw_threshold(drawn: go.Figure, standard: Standard, *, is_across: bool) -> None:
    """Draw the threshold, and the uncertain band where there is one."""
    line = drawn.add_hline if is_across else drawn.add_vline
    band = drawn.add_hrect if is_across else drawn.add_vrect
    low, high = standard.operating.low, standard.operating.high
    if low is not None and high is not None:
        ends = {"y0": low, "y1": high} if is_across else {"x0": low, "x1": high}
        band(**ends, fillcolor=FAINT, line_width=0, layer="below")
    at = {"y" if is_across else "x": standard.operating.value}
    line(**at, line={"color": NEUTRAL, "width": 2, "dash": "dash"})


def draw_profile(tried: Tried) -> go.Figure:
    """Draw the radial profile over the band of genuine images."""
    drawn = empty_figure(height_px=300)
    if tried.genuine:
        _band(drawn, tried)
    drawn.add_scatter(
        x=CYCLES,
        y=tried.profile,
        name="This image",
        line={"color": ACCENT, "width": 3},
        hovertemplate="%{x:.3f} cycles a pixel: %{y:.2f}<extra>This image</extra>",
    )
    drawn.update_xaxes(title="Fineness, in cycles a pixel", showgrid=False, fixedrange=True)
    drawn.update_yaxes(
        title="Share of the power (log 10)", gridcolor=FAINT, zeroline=False, fixedrange=True
    )
    return drawn


def _band(drawn: go.Figure, tried: Tried) -> None:
    genuine = tried.genuine
    assert genuine  # noqa: S101 - the caller looked
    drawn.add_scatter(
        x=[*CYCLES, *CYCLES[::-1]],
        y=[*genuine.high, *genuine.low[::-1]],
        fill="toself",
        fillcolor=FAINT,
        line={"width": 0},
        hoverinfo="skip",
        name=f"90 % of {genuine.n_images:,} genuine images",
    )
    drawn.add_scatter(
        x=CYCLES,
        y=genuine.median,
        name="Their median",
        line={"color": NEUTRAL, "width": 2, "dash": "dot"},
        hovertemplate="%{x:.3f} cycles a pixel: %{y:.2f}<extra>Genuine, median</extra>",
    )


def share_outside(tried: Tried) -> tuple[float, float] | None:
    """Return the shares of the finer half of the rings above and below the genuine band."""
    if tried.genuine is None:
        return None
    fine = slice(len(tried.profile) // 2, None)
    profile = np.array(tried.profile[fine])
    above = profile > np.array(tried.genuine.high[fine])
    below = profile < np.array(tried.genuine.low[fine])
    return float(above.mean()), float(below.mean())
