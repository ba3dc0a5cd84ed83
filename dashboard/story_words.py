"""Figures in words: every statement follows from the numbers and says how far they may be off."""

from dashboard.story_types import Interval, Measure, Share
from dashboard.text import count

NONE = "none"


def percent(value: float | None) -> str:
    """Return a share as people read it: "7.1 %", "0.03 %"; "undefined" where there is none."""
    if value is None:
        return "undefined"
    shown = 100 * value
    return f"{shown:.2g} %" if 0 < shown < 1 else f"{shown:.1f} %"


def decimal(value: float | None) -> str:
    """Return a figure with two decimals, "undefined" where there is none."""
    return "undefined" if value is None else f"{value:.2f}"


def between(interval: Interval | None) -> str:
    """Say an interval of shares in words: "95 %: 3.5 % to 13.9 %"."""
    if interval is None:
        return "no interval"
    return f"95 % interval {percent(interval[0])} to {percent(interval[1])}"


def between_decimals(interval: Interval | None) -> str:
    """Say an interval of figures in words."""
    if interval is None:
        return "no interval"
    return f"95 % interval {interval[0]:.2f} to {interval[1]:.2f}"


def of(share: Share, one: str, many: str | None = None) -> str:
    """Say a count of a whole: "7 of 99 genuine images", "none of 99 fakes"."""
    return f"{share.part or NONE:{',' if share.part else ''}} of {count(share.whole, one, many)}"


def were(n: int) -> str:
    """Return the verb that goes with a number of things; of none there "was" one."""
    return "were" if n > 1 else "was"


def listing(words: list[str]) -> str:
    """Join words as a sentence does: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def tells_apart(auc: Measure) -> str:
    """Say whether a detector tells fakes from genuine images at all, as far as the interval goes.

    A detector below chance is said to be no better than chance.
    """
    if auc.value is None:
        return "The test images do not tell: one of the labels is missing."
    pairs = f"Of 100 pairs of a fake and a genuine image, it ranks about {100 * auc.value:.0f} right."
    if auc.interval is None:
        return f"{pairs} How far that may be off, these images cannot tell."
    if auc.interval[0] > 0.5:
        return f"{pairs} That is better than guessing."
    return f"{pairs} That may be no better than guessing, which gets 50."


def calls(share: Share) -> str:
    """Say the costly error in a sentence."""
    if not share.whole:
        return "There is no genuine test image, so nothing is known about false accusations."
    told = of(share, "genuine image")
    return f"{told[0].upper()}{told[1:]} {were(share.part)} called fake."


def missed(share: Share) -> str:
    """Say the other error in a sentence."""
    if not share.whole:
        return "There is no fake test image, so nothing is known about misses."
    told = of(share, "fake")
    return f"{told[0].upper()}{told[1:]} {were(share.part)} missed."
