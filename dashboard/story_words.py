"""Figures in words: every statement follows from the numbers and says how far they may be off."""

from collections.abc import Sequence
from decimal import Decimal

from core import rounding
from dashboard.story_types import Interval, Measure, Results, Share
from dashboard.text import count

N_LISTED = 4
_ROUNDING = 1e-9


def percent(value: float | None) -> str:
    """Return a share as people read it: "7.1 %", "0.03 %"; "undefined" where there is none."""
    if value is None:
        return "undefined"
    shown = 100 * value
    if abs(shown - round(shown)) < _ROUNDING:
        return f"{shown:.0f} %"
    return rounding.percent(value).replace("%", " %")


def decimal(value: float | None) -> str:
    """Return a figure as "0.91", never 1 for less; "undefined" where there is none."""
    return "undefined" if value is None else rounding.fraction(value, 2)


def amount(value: float) -> str:
    """Return an expected number of things: whole from 10 on, below with a digit that counts."""
    if value < _ROUNDING:
        return "0"
    if value < 0.1:
        return f"{Decimal(f'{value:.1g}'):f}"
    return f"{value:,.0f}" if value >= 9.95 else f"{value:.1f}"


def of_hundred(share: float) -> str:
    """Return how many of 100 a share is: "41"; 0 and 100 only for none and all, so "99.6"."""
    return rounding.percent(share, 0).removesuffix("%")


def between(interval: Interval | None) -> str:
    """Say an interval of shares in words."""
    if interval is None:
        return "no interval can be told"
    return f"95 % interval {percent(interval[0])} to {percent(interval[1])}"


def between_decimals(interval: Interval | None) -> str:
    """Say an interval of figures in words."""
    if interval is None:
        return "no interval can be told"
    return f"95 % interval {decimal(interval[0])} to {decimal(interval[1])}"


def noun(n: int, one: str, many: str | None = None) -> str:
    """Return a noun as it goes with a number."""
    return one if n == 1 else many or f"{one}s"


def some(n: int, one: str) -> str:
    """Return a number with its noun at the head of a sentence: "No image", "7 images"."""
    return count(n, one) if n else f"No {one}"


def were(n: int) -> str:
    """Return the verb that goes with `some` and with `of`: none of them "was"."""
    return "were" if n > 1 else "was"


def none(n: int) -> str:
    """Return a number within a sentence: "none", "7"."""
    return f"{n:,}" if n else "none"


def of(share: Share, one: str) -> str:
    """Say a count of a whole at the head of a sentence: "7 of 99 fakes", "None of 99 fakes"."""
    return f"{none(share.part).capitalize()} of {count(share.whole, one)}"


def listing(words: Sequence[str]) -> str:
    """Join words as a sentence does: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def few(parts: Sequence[str]) -> str:
    """Join the first few parts and say how many more there are; "none" without any."""
    if len(parts) > N_LISTED:
        return f"{', '.join(parts[:N_LISTED])} and {len(parts) - N_LISTED} more"
    return listing(parts) or "none"


def tells_apart(auc: Measure) -> str:
    """Say whether a detector tells fakes from genuine images, as far as the interval goes."""
    if auc.value is None:
        return "The test images cannot tell: one of the labels is missing."
    ranked = (
        f"Of 100 pairs of a fake and a genuine image, it ranks about {of_hundred(auc.value)} right"
    )
    if auc.interval is None:
        return f"{ranked}; how far that may be off, these images cannot tell."
    if auc.interval[0] > 0.5:
        return f"{ranked}: better than guessing."
    if auc.interval[1] < 0.5:
        return f"{ranked}: worse than guessing."
    return f"{ranked}: that may be no better than guessing."


def calls(share: Share) -> str:
    """Say the costly error in a sentence."""
    if not share.whole:
        return "There is no genuine test image: nothing is known about genuine images called fake."
    told = f"{of(share, 'genuine image')} {were(share.part)} called fake"
    if share.interval is None:
        return f"{told}."
    return (
        f"{told}; in truth it may be {percent(share.interval[0])} to {percent(share.interval[1])}."
    )


def slices(test: Results) -> tuple[str, ...]:
    """Say which parts of the images do worse beyond chance; nothing where none was compared."""
    if not test.n_slices:
        return ()
    worse = [each for each in test.slices if each.is_beyond_chance and each.is_worse]
    if not worse:
        compared = count(test.n_slices, "part of the genuine images", "parts of the genuine images")
        return (f"Of {compared}, none was found to do worse than the rest beyond chance.",)
    told = [f"{each.name} ({percent(each.false_positives.value)})" for each in worse]
    return (f"More genuine images called fake than chance explains: {few(told)}.",)


def tested_on(test: Results) -> str:
    """Say what the figures rest on, and whether that is enough to rely on them."""
    told = (
        f"Tested on {count(test.n_genuine, 'genuine image')} and {count(test.n_fake, 'fake')} it "
        f"had not seen, in {count(test.n_groups, 'independent group')}."
    )
    return f"Indicative only. {told}" if test.is_indicative else told
