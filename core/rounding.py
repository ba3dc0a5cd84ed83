"""Shares in words: none is rounded to nothing or to all."""

from decimal import ROUND_HALF_UP, Decimal

_ROUNDING = 1e-9


def fraction(value: float, n_decimals: int = 3) -> str:
    """Return a figure from -1 to 1 as "0.912": 0 and 1 only where it is that, so "0.9996".

    Half way goes up, as in `dashboard/threshold/arithmetic.js`.

    Args:
        value: What lies within a billionth of an end is there but for rounding.
        n_decimals: At least so many; more where they would take the value to an end.
    """
    half_up = Decimal(float(value)).quantize(Decimal(1).scaleb(-n_decimals), ROUND_HALF_UP)
    shown, extent = f"{half_up:zf}", abs(value)
    is_taken_to_an_end = min(extent, 1 - extent) > _ROUNDING and abs(float(shown)) in (0, 1)
    return fraction(value, n_decimals + 1) if is_taken_to_an_end else shown


def percent(share: float, n_decimals: int = 1) -> str:
    """Return a share as "12.3%", by the rule of `fraction`: "99.96%" for 0.9996."""
    return f"{Decimal(fraction(share, n_decimals + 2)).scaleb(2):f}%"
