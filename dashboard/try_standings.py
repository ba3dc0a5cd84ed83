"""Where one tried image lies among the genuine images of the collection, by each check."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.rounding import percent
from dashboard.charts import ACCENT, FAINT, empty_figure

_FLAGGED = "#b08a3e"  # not red: a cue is no error


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

    @property
    def position(self) -> str:
        """Where it lies in words; 0% and 100% only where it is beyond all of them."""
        return f"more so than {percent(self.percent / 100, 0)} of genuine ones"


def percent_below(values: NDArray[np.float32], value: float) -> float:
    """Return the percentile of a figure among others: those below, and half of those equal.

    Args:
        values: (n,), n at least 1.
        value: The figure.
    """
    below, equal = np.mean(values < np.float32(value)), np.mean(values == np.float32(value))
    return float(100 * (below + equal / 2))


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
        customdata=[f"{each.told}, {each.position}" for each in standings],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
        showlegend=False,
    )
    drawn.update_xaxes(
        range=[-3, 103],
        tickvals=[5, 50, 95],
        ticktext=["5%", "50%", "95%"],
        tickangle=0,
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    drawn.update_yaxes(autorange="reversed", ticksuffix="  ", gridcolor=FAINT, fixedrange=True)
    return drawn
