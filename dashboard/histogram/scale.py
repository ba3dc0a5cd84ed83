"""Where figures lie on a histogram, and what is flagged wherever its line may stand."""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import Literal

import numpy as np
from numpy.typing import NDArray

N_BARS, N_STEPS, N_TICKS = 60, 400, 8
MOST_WHOLE = 120
"""Whole numbers that span more than this are drawn like any others."""

TAIL = 0.005
"""Share of the figures that may lie beyond the right end, where nothing is flagged there: they are
counted in the last bar."""

_CROWDED, _APART = 0.15, 0.07
_Side = Literal["below", "above"]


@dataclass(frozen=True)
class Histogram:
    """A histogram with every place of its line; places run from 0 (left) to 1 (right).

    Attributes:
        bars: Images in each of the bars, which are equally wide.
        names: What figures each bar holds, in words.
        steps: (m,) figures at which the line can stand, ascending.
        places: (m,) where it stands then.
        flagged: (m,) images beyond it then.
        ticks: (place, text) below the bars.
        n_beyond: Images beyond the right end.
        start: The figure at place 0.
        span: From there to the figure at place 1.
        power: To which the linear place is raised.
        digits: After the point that tell figures of this span apart.
    """

    bars: NDArray[np.int64]
    names: tuple[str, ...]
    steps: NDArray[np.float64]
    places: NDArray[np.float64]
    flagged: NDArray[np.int64]
    ticks: tuple[tuple[float, str], ...]
    n_beyond: int
    start: float
    span: float
    power: float = 1.0
    digits: int = 0

    def place(self, line: float) -> float:
        """Return where a line at any figure stands."""
        return float(np.clip((line - self.start) / self.span, 0, 1) ** self.power)


def build(
    values: NDArray[np.float32], bad_when: _Side, line: float, kept: float | None = None
) -> Histogram:
    """Count figures into bars and behind every place of the line.

    Whole numbers of a short span get a bar each. Where half of the figures, or the line, would
    crowd at the very left, because a few are much larger, places are square roots.

    Args:
        values: (n,) figures, n at least 1.
        bad_when: The side of the line that is flagged; what lies on the line is not.
        line: Where the line stands; it is on the picture wherever that is.
        kept: Where it stood at first: the scale must not change under a hand that moves it.
    """
    ordered = np.sort(values)
    lines = (line, line if kept is None else kept)
    low = float(min(ordered[0], *lines))
    end = np.quantile(ordered, 1 - TAIL) if bad_when == "below" else ordered[-1]
    high = float(max(end, *lines))
    is_whole = bool((ordered == np.rint(ordered)).all()) and high - low <= MOST_WHOLE
    if is_whole:
        return _whole(ordered, bad_when, floor(low), -floor(-high))
    return _continuous(ordered, bad_when, low, high if high > low else low + 1, lines[1])


def _count(
    ordered: NDArray[np.float32], bad_when: _Side, lines: NDArray[np.float64]
) -> NDArray[np.int64]:
    known = lines.astype(np.float32)  # as the catalogue compares
    if bad_when == "below":
        return np.searchsorted(ordered, known, "left").astype(np.int64)
    return (len(ordered) - np.searchsorted(ordered, known, "right")).astype(np.int64)


def _whole(ordered: NDArray[np.float32], bad_when: _Side, low: int, high: int) -> Histogram:
    """Give every whole number a bar; the line stands between two."""
    n_bars = high - low + 1
    clipped = np.clip(ordered, low, high).astype(np.int64)
    start = low if bad_when == "below" else low - 1
    steps = np.arange(start, start + n_bars + 1, dtype=np.float64)
    every = -(-n_bars // N_TICKS)
    return Histogram(
        bars=np.bincount(clipped - low, minlength=n_bars),
        names=tuple(f"{number:,}" for number in range(low, high + 1)),
        steps=steps,
        places=(steps - start) / n_bars,
        flagged=_count(ordered, bad_when, steps),
        ticks=tuple(((i + 0.5) / n_bars, f"{low + i:,}") for i in range(0, n_bars, every)),
        n_beyond=int((ordered > high).sum()),
        start=start,
        span=n_bars,
    )


def _continuous(
    ordered: NDArray[np.float32], bad_when: _Side, low: float, high: float, kept: float
) -> Histogram:
    span = high - low
    power = 0.5 if min(float(np.median(ordered)), kept) - low < _CROWDED * span else 1.0
    digits = max(0, 3 - floor(log10(span)))
    edges, places = (np.linspace(0, 1, n + 1) for n in (N_BARS, N_STEPS))
    edges, steps = (low + span * each ** (1 / power) for each in (edges, places))
    steps = np.round(steps, digits)
    ticks = ((((tick - low) / span) ** power, tick) for tick in _round_figures(low, high, power))
    return Histogram(
        bars=np.histogram(np.clip(ordered.astype(np.float64), low, high), edges)[0],
        names=tuple(f"{a:,.{digits}f} to {b:,.{digits}f}" for a, b in pairwise(edges)),
        steps=steps,
        places=places,
        flagged=_count(ordered, bad_when, steps),
        ticks=tuple(_spread([(at, f"{tick:,.10g}") for at, tick in ticks])),
        n_beyond=int((ordered > high).sum()),
        start=low,
        span=span,
        power=power,
        digits=digits,
    )


def _round_figures(low: float, high: float, power: float) -> list[float]:
    """Return figures that read well: evenly spaced, or 1, 2, 5, 10 ... under square roots."""
    unit = 10.0 ** floor(log10((high - low) / N_TICKS))
    if power == 1:
        step = next(unit * n for n in (1, 2, 5, 10) if unit * n * N_TICKS >= high - low)
        return [step * n for n in range(ceil(low / step), floor(high / step) + 1)]
    powers = range(floor(log10(high - low)) - 3, floor(log10(high)) + 1 if high > 0 else 0)
    found = [0.0, *(m * 10.0**power for power in powers for m in (1, 2, 5))]
    return [figure for figure in found if low <= figure <= high]


def _spread(ticks: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Leave out those that stand too near to the one before."""
    kept = ticks[:1]
    for tick in ticks[1:]:
        if tick[0] - kept[-1][0] >= _APART:
            kept.append(tick)
    return kept
