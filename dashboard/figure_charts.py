"""Charts of the figures: errors by attack type and reliability; values apart from drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.evaluation.attack_types import UNKNOWN_ORIGIN
from core.evaluation.bootstrap import Estimate
from core.evaluation.calibration import ReliabilityBin
from core.evaluation.cuts import UNNAMED
from core.rounding import percent
from dashboard.charts import ACCENT, CELLS, COSTLY, FAINT, NEUTRAL, empty_figure
from dashboard.text import count, in_chart

BPCER = "Genuine called fake"
COSTLY_CELL, MISSED_CELL = CELLS[1], CELLS[2]
_ROW_PX, _MARGIN_PX = 44, 56
_LONGEST = 36  # characters of a bar's name


@dataclass(frozen=True)
class ErrorBar:
    """One error rate with its interval.

    Attributes:
        name: What is drawn beside the bar.
        cell: Where its images are: one of `charts.CELLS`.
        generator: What its images are limited to besides; None where the cell holds no others.
        rate: 0 to 1.
        below: From the interval's low end to the rate.
        above: From the rate to the interval's high end.
        basis: What it rests on, in words: "66 images of 8 groups".
    """

    name: str
    cell: str
    generator: str | None
    rate: float
    below: float
    above: float
    basis: str


def error_values(bpcer: Estimate, by_type: Mapping[str, Estimate]) -> list[ErrorBar]:
    """Return the costly error, then the missed fakes by attack type in their order."""
    bars = [_bar(BPCER, bpcer, COSTLY_CELL, None)]
    for name, found in by_type.items():
        named = UNNAMED if name == UNKNOWN_ORIGIN else name
        generator = named if len(by_type) > 1 else None
        bars.append(_bar(f"Missed: {name}", found, MISSED_CELL, generator))
    return [each for each in bars if each]


def _bar(name: str, found: Estimate, cell: str, generator: str | None) -> ErrorBar | None:
    if found.value is None:
        return None
    low, high = found.interval or (found.value, found.value)
    basis = f"{count(found.n_images, 'image')} of {count(found.n_groups, 'group')}"
    rate = found.value
    return ErrorBar(name, cell, generator, rate, rate - low, high - rate, basis)


def draw_errors(bars: Sequence[ErrorBar]) -> go.Figure:
    """Draw one bar an error, the first on top, with whiskers over 95 %."""
    figure = empty_figure(_ROW_PX * len(bars) + _MARGIN_PX)
    figure.update_layout(showlegend=False)
    for row, each in enumerate(bars):
        _add_bar(figure, row, each)
    figure.update_xaxes(tickformat=".0%", range=[0, _end(bars)], gridcolor=FAINT, zeroline=False)
    figure.update_yaxes(
        tickvals=list(range(len(bars))),
        ticktext=[f"{in_chart(each.name, _LONGEST)}   " for each in bars],
        range=[len(bars) - 0.5, -0.5],
        tickfont={"size": 14},
        showgrid=False,
        zeroline=False,
    )
    return figure


def _add_bar(figure: go.Figure, row: int, bar: ErrorBar) -> None:
    colour = COSTLY if bar.cell == COSTLY_CELL else ACCENT
    figure.add_bar(
        x=[bar.rate],
        y=[row],
        orientation="h",
        width=0.55,
        marker={"color": colour, "opacity": 0.4, "line": {"color": colour, "width": 1}},
        error_x=_whiskers([bar.below], [bar.above], colour),
        customdata=[[bar.cell, bar.generator, _told(bar)]],
        hovertemplate="%{customdata[2]}<extra></extra>",
    )


def _end(bars: Sequence[ErrorBar]) -> float:
    """Return where the axis ends: a little beyond the longest whisker, never past 100 %."""
    longest = max((each.rate + each.above for each in bars), default=0.0)
    return min(1.02, max(0.05, 1.05 * longest))


def _told(bar: ErrorBar) -> str:
    interval = f"95 %: {percent(bar.rate - bar.below)} to {percent(bar.rate + bar.above)}"
    return f"{in_chart(bar.name)}: {percent(bar.rate)}<br>{interval}<br>{bar.basis}"


def draw_reliability(
    before: Sequence[ReliabilityBin], after: Sequence[ReliabilityBin]
) -> go.Figure:
    """Draw what was said against what was so; on the dashed line they are equal.

    Args:
        before: The scores as they are.
        after: Those calibrated; empty where nothing could be fitted.
    """
    figure = empty_figure(height_px=380)
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": NEUTRAL, "width": 1, "dash": "dash"},
        hoverinfo="skip",
        showlegend=False,
    )
    _add_curve(figure, "As the detector says", before, has_whiskers=not after)
    if after:
        _add_curve(figure, "After calibration", after, has_whiskers=True)
    axis = {"range": [-0.02, 1.02], "tickformat": ".0%", "gridcolor": FAINT, "zeroline": False}
    figure.update_xaxes(title="Probability of fake, as told", **axis)
    figure.update_yaxes(title="Share that is fake", **axis)
    return figure


def _add_curve(
    figure: go.Figure, name: str, bins: Sequence[ReliabilityBin], *, has_whiskers: bool
) -> None:
    """Draw the last curve strongly and with whiskers: those of both would be alike."""
    colour = ACCENT if has_whiskers else NEUTRAL
    ends = [each.interval or (each.share_fake, each.share_fake) for each in bins]
    below = [each.share_fake - low for (low, _), each in zip(ends, bins, strict=True)]
    above = [high - each.share_fake for (_, high), each in zip(ends, bins, strict=True)]
    figure.add_scatter(
        x=[each.predicted for each in bins],
        y=[each.share_fake for each in bins],
        name=name,
        mode="lines+markers",
        line={"color": colour, "width": 2, "dash": "solid" if has_whiskers else "dot"},
        marker={"size": 11, "symbol": "circle" if has_whiskers else "circle-open"},
        error_y=_whiskers(below, above, colour) if has_whiskers else None,
        customdata=[
            [each.score_from, each.score_to, _told_bin(each, *end)]
            for end, each in zip(ends, bins, strict=True)
        ],
        hovertemplate=f"{name}<br>%{{customdata[2]}}<extra></extra>",
    )


def _told_bin(found: ReliabilityBin, low: float, high: float) -> str:
    told = f"told {percent(found.predicted)}, so {percent(found.share_fake)}"
    return f"{told}<br>95 %: {percent(low)} to {percent(high)}<br>{count(found.n, 'image')}"


def _whiskers(below: Sequence[float], above: Sequence[float], colour: str) -> dict[str, object]:
    """Return error bars from their ends' distances to the values."""
    return {
        "type": "data",
        "symmetric": False,
        "array": list(above),
        "arrayminus": list(below),
        "color": colour,
        "thickness": 1.5,
        "width": 5,
    }
