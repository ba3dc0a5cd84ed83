"""Numbers as keys that sort, and one page of an order without sorting everything.

A page of a million is found by counting keys in buckets and sorting only the buckets it lies in,
so an order costs the same at the first question as at any later one, and none is kept.
"""

import numpy as np
from numpy.typing import NDArray

MISSING = np.uint32(0xFFFFFFFF)
"""Key of an image that lacks the number."""

Keys = NDArray[np.uint32]
Positions = NDArray[np.int64]

_SIGN = np.uint32(1 << 31)
_BUCKET_BITS = 16  # as many as numpy's stable sort takes in linear time
_FEW = 4096
_ROUNDS = 2


def to_keys(values: NDArray[np.float32]) -> Keys:
    """Return unsigned numbers in the order of these: (n,) to (n,); NaN becomes MISSING."""
    bits = (values + np.float32(0)).view(np.uint32)  # -0.0 becomes 0.0
    keys = np.where(bits & _SIGN, ~bits, bits | _SIGN)
    keys[np.isnan(values)] = MISSING
    return keys


def to_values(keys: Keys) -> NDArray[np.float32]:
    """Return the numbers that `to_keys` was given."""
    return np.where(keys & _SIGN, keys ^ _SIGN, ~keys).view(np.float32)


def ranked(keys: Keys, start: int, stop: int, *, is_descending: bool = False) -> Positions:
    """Return where the keys of the ranks from `start` up to `stop` stand, in order.

    Equal keys stand as they come, the other way round where it descends; MISSING comes last.
    """
    if not is_descending:
        return _sorted(keys, start, stop)
    n = int(np.count_nonzero(keys != MISSING))
    first, last = min(start, n), min(stop, n)
    head = _sorted(keys, n - last, n - first)[::-1]
    return np.concatenate([head, _sorted(keys, n + start - first, n + stop - last)])


def _sorted(keys: Keys, start: int, stop: int) -> Positions:
    """Return where the keys of these ranks stand, narrowing down to them before sorting."""
    if start >= stop:
        return np.empty(0, np.int64)
    at: Positions | None = None  # all of them: to number a million takes a while
    for _ in range(_ROUNDS):
        if len(keys) <= 2 * (stop - start) + _FEW:
            break
        low = keys.min()
        shift = max(int(keys.max() - low).bit_length() - _BUCKET_BITS, 0)
        buckets = (keys - low) >> np.uint32(shift)
        ends = np.cumsum(np.bincount(buckets))
        first, last = np.searchsorted(ends, [start, stop - 1], side="right")
        inside = np.flatnonzero((buckets >= first) & (buckets <= last))
        n_below = int(ends[first - 1]) if first else 0
        at, keys = inside if at is None else at[inside], keys[inside]
        start, stop = start - n_below, stop - n_below
    order = _stable_order(keys)[start:stop]
    return order if at is None else at[order]


def _stable_order(keys: Keys) -> Positions:
    low = keys.min()
    if int(keys.max() - low) >> _BUCKET_BITS:
        return np.argsort(keys, kind="stable")
    return np.argsort((keys - low).astype(np.uint16), kind="stable")


def beside(
    keys: Keys, at: Positions, own: int, *, is_descending: bool = False
) -> tuple[int | None, int | None]:
    """Return which of the positions `at` come just before and after the position `own`.

    Args:
        keys: (n,) of all images.
        at: (m,) positions to choose from; `own` need not be among them.
        own: A position.
        is_descending: As for `ranked`.
    """
    places = _places(keys[at], at, len(keys), is_descending)
    here = _places(keys[[own]], np.array([own]), len(keys), is_descending)[0]
    before, after = np.flatnonzero(places < here), np.flatnonzero(places > here)
    return (
        int(at[before[places[before].argmax()]]) if len(before) else None,
        int(at[after[places[after].argmin()]]) if len(after) else None,
    )


def _places(keys: Keys, at: Positions, n: int, is_descending: bool) -> NDArray[np.uint64]:
    """Return distinct numbers in the order of the keys and, where they are equal, of `at`."""
    ties = at
    if is_descending:
        is_known = keys != MISSING
        keys = np.where(is_known, MISSING - np.uint32(1) - keys, MISSING)
        ties = np.where(is_known, n - 1 - at, at)
    return (keys.astype(np.uint64) << np.uint64(32)) | ties.astype(np.uint64)
