"""A histogram whose line is dragged on it; what is flagged is told at once, without the server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from dashboard.component import component
from dashboard.histogram.scale import Histogram, build

__all__ = ["Histogram", "build", "line_on_histogram", "read_line"]

FARTHEST = 1e30
"""The largest figure that is taken from a browser: 32 bits hold it."""

_COMPONENT = component(Path(__file__).parent)


def line_on_histogram(
    histogram: Histogram,
    line: float,
    n_flagged: int,
    *,
    bad_when: Literal["below", "above"],
    title: str,
    unit: str,
    key: str,
    on_move: Callable[[float], None],
) -> None:
    """Draw a histogram with the line on it.

    Args:
        histogram: The bars, and all places of the line with what is flagged there.
        line: Where the line stands; any figure.
        n_flagged: Images beyond it.
        bad_when: The side that is flagged.
        title: What the figures say, for screen readers.
        unit: Of the figures; empty for a ratio.
        key: Stable name; another one starts a new histogram.
        on_move: Told where the line was let go.
    """

    def moved() -> None:
        told = read_line(st.session_state[key]["moved"])
        if told is not None:
            on_move(told)

    data = {
        "bars": histogram.bars.tolist(),
        "names": histogram.names,
        "steps": histogram.steps.tolist(),
        "places": histogram.places.tolist(),
        "flagged": histogram.flagged.tolist(),
        "ticks": histogram.ticks,
        "line": line,
        "place": histogram.place(line),
        "n_flagged": n_flagged,
        "n_beyond": histogram.n_beyond,
        "bad_when": bad_when,
        "title": title,
        "unit": unit,
    }
    _COMPONENT(key=key, data=data, on_moved_change=moved)


def read_line(told: Any) -> float | None:
    """Return the figure that the browser told, or None for anything else."""
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    return float(told) if is_number and abs(told) <= FARTHEST else None
