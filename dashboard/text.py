"""Words and figures for people: sizes, durations, moments, and text that stays text."""

import html
import re
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_REPLACED_LATER = re.compile(r":|@|www(?=\.)|(?<=[-<>~])[-=>]", re.IGNORECASE)
_WORD_JOINER = "\u2060"  # invisible and without width


def plain(text: str) -> str:
    """Return text as Markdown that shows it as it is: no format, link, icon or formula.

    Escapes alone do not do: emoji, icons, links and arrows are replaced after the escapes are
    resolved, so an invisible character breaks their patterns up. Control characters become
    U+FFFD and any white space one blank.
    """
    shown = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))
    broken = _REPLACED_LATER.sub(lambda match: match[0] + _WORD_JOINER, shown)
    return _PUNCTUATION.sub(r"\\\1", broken)


def in_chart(text: str, longest: int = 1000) -> str:
    """Return text so that Plotly shows it as it is: its labels read some HTML, and `$` formulas.

    Args:
        text: Of any kind.
        longest: So many characters are kept, the last of them an ellipsis where there are more.
    """
    kept = text if len(text) <= longest else f"{text[: longest - 1]}\u2026"
    printable = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(kept.split()))
    return html.escape(printable, quote=False).replace("$", "&#36;")


def size(n_bytes: int) -> str:
    """Return a file size as people read it: "812 B", "1.4 MB" (powers of 1,000)."""
    if n_bytes < 1000:
        return f"{n_bytes} B"
    value, units = n_bytes / 1000, ["TB", "GB", "MB", "kB"]
    while value >= 999.5 and len(units) > 1:
        value /= 1000
        units.pop()
    return f"{value:.0f} {units[-1]}" if value >= 9.95 else f"{value:.1f} {units[-1]}"


def duration(seconds: float) -> str:
    """Return a length of time in at most two units: "45 s", "2 min 5 s", "3 h 20 min"."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return f"{days} d {hours_left} h" if hours_left else f"{days} d"
    if hours:
        return f"{hours} h {minutes_left} min" if minutes_left else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{whole} s" if whole or seconds <= 0 else "less than 1 s"


def moment(at: datetime) -> str:
    """Return a moment to the minute in the server's time zone: "2026-03-01 14:05"."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def clock(at: datetime) -> str:
    """Return the time of a moment that is near, in the server's time zone: "14:05"."""
    return at.astimezone().strftime("%H:%M")


def threshold(value: float) -> str:
    """Return a threshold as it is shown and stands in the URL: three decimals, or all it has."""
    ones, decimals = f"{value:.7f}".split(".")
    return f"{ones}.{decimals.rstrip('0'):0<3}"


def score(value: float, at: float = 0.5) -> str:
    """Return a score as people read it, never rounded onto the other side of a threshold.

    It is cut off, not rounded, after as many decimals as the threshold shows: 0.5996 under a
    threshold of 0.600 is "0.599".

    Args:
        value: 0 to 1.
        at: The threshold, if there is one.
    """
    n_decimals = len(threshold(at).partition(".")[2])
    return str(Decimal(str(float(value))).quantize(Decimal(1).scaleb(-n_decimals), ROUND_FLOOR))


def count(n: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: "1 image", "1,200 images"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
