"""Drawings of one tried image: where its score lies, how it lasts, what its detail is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.evaluation.robustness import CHANGES, JPEG, RESIZE
from core.images.spectrum import CYCLES
from dashboard.charts import ACCENT, FAINT, NEUTRAL, empty_figure
from dashboard.tried import Tried
from dashboard.trying import Judgement, Standard

N_BINS = 25


@dataclass(frozen=True)
class Lasting:
    """The score after each change of one kind, the unchanged image first.

    Attributes:
        names: What was done.
        scores: As the detector gave them.
        turned: Whether the call is another one than of the image as it is.
    """

    title: str
    names: tuple[str, ...]
    scores: tuple[float, ...]
    turned: tuple[bool, ...]


@dataclass(frozen=True)
class Standing:
    """Where an image lies among the genuine images of the collection, by one check.

    Attributes:
        percent: Share of them that lie less towards the side that is flagged, in percent; those
            equal count half.
        is_flagged: Whether the figure lies beyond the check's line.
    """

    title: str
    told: str
    percent: float
    is_flagged: bool


def lasting_values(tried: Tried, judged: Judgement) -> list[Lasting]:
    """Return how the score lasts under compression, and how under resizing."""
    return [
        _lasting("JPEG quality", JPEG, tried, judged),
        _lasting("Size", RESIZE, tried, judged),
    ]


def _lasting(title: str, kind: str, tried: Tried, judged: Judgement) -> Lasting:
    found = [
        (f"{change.amount:.0f}" if kind == JPEG else f"{change.amount:.0%}", score, call)
        for change, score, call in zip(CHANGES, tried.survival, judged.survivals, strict=True)
        if change.kind == kind
    ]
    return Lasting(
        title,
        ("as it is", *(name for name, _, _ in found)),
        (tried.score, *(score for _, score, _ in found)),
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
        hovertemplate=values.title + " %{x}: score %{y:.3f}<extra></extra>",
        showlegend=False,
    )
    _threshold_lines(drawn, standard, is_across=True)
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
    drawn = empty_figure(height_px=200)
    middles = (np.arange(N_BINS) + 0.5) / N_BINS
    for name, counts, sign, colour in (
        ("Genuine", genuine, 1, ACCENT),
        ("Fake", fake, -1, NEUTRAL),
    ):
        drawn.add_bar(
            x=middles,
            y=sign * counts,
            customdata=counts,
            width=0.9 / N_BINS,
            name=name,
            marker_color=colour,
            hovertemplate=f"{name}, score about %{{x:.2f}}: %{{customdata}} images<extra></extra>",
        )
    _threshold_lines(drawn, standard, is_across=False)
    drawn.add_vline(x=judged.score, line={"color": ACCENT, "width": 3})
    drawn.add_annotation(
        x=judged.score, y=1, yref="paper", text="this image", showarrow=False, yanchor="bottom"
    )
    drawn.update_layout(barmode="overlay", margin={"t": 24, "b": 8, "l": 8, "r": 8})
    drawn.update_layout(legend={"y": -0.25, "yanchor": "top"})
    drawn.update_xaxes(range=[-0.02, 1.02], showgrid=False, zeroline=False, fixedrange=True)
    drawn.update_yaxes(visible=False, fixedrange=True)
    return drawn


def _threshold_lines(drawn: go.Figure, standard: Standard, *, is_across: bool) -> None:
    """Draw the threshold, and the uncertain band where there is one."""
    line = drawn.add_hline if is_across else drawn.add_vline
    band = drawn.add_hrect if is_across else drawn.add_vrect
    low, high = standard.genuine_below, standard.fake_from
    if low < high:
        ends = {"y0": low, "y1": high} if is_across else {"x0": low, "x1": high}
        band(**ends, fillcolor=FAINT, line_width=0, layer="below")
    at = {"y" if is_across else "x": standard.operating.value}
    line(
        **at,
        line={"color": NEUTRAL, "width": 2, "dash": "dash"},
        annotation={"text": "threshold", "yanchor": "bottom"},
    )


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


def draw_standings(standings: Sequence[Standing]) -> go.Figure:
    """Draw a dot a check on a scale of percent; those beyond their line are diamonds."""
    drawn = empty_figure(height_px=34 * len(standings) + 60)
    drawn.add_vrect(x0=5, x1=95, fillcolor=FAINT, line_width=0, layer="below")
    drawn.add_scatter(
        x=[each.percent for each in standings],
        y=[each.title for each in standings],
        mode="markers",
        marker={
            "size": 13,
            "color": [_FLAGGED if each.is_flagged else ACCENT for each in standings],
            "symbol": ["diamond" if each.is_flagged else "circle" for each in standings],
        },
        customdata=[each.told for each in standings],
        hovertemplate="%{y}: %{customdata}, more so than %{x:.0f} % of genuine ones<extra></extra>",
        showlegend=False,
    )
    drawn.update_xaxes(
        range=[-3, 103],
        tickvals=[5, 50, 95],
        ticksuffix=" %",
        tickangle=0,
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    drawn.update_yaxes(autorange="reversed", ticksuffix="  ", gridcolor=FAINT, fixedrange=True)
    return drawn


_FLAGGED = "#b08a3e"  # not red: a cue is no error


def percent_below(values: NDArray[np.float32], value: float) -> float:
    """Return the percentile of a figure among others: those below, and half of those equal.

    Args:
        values: (n,), n at least 1.
        value: The figure.
    """
    below, equal = np.mean(values < np.float32(value)), np.mean(values == np.float32(value))
    return float(100 * (below + equal / 2))
