"""Duplicates: find the pairs of look-alike images among millions of hashes."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput

RADIUS_BITS = 6
MAX_PAIRS = 20_000_000

_HASH_BITS = 64
_BLOCK = 1 << 16  # comparisons at a time: half a megabyte, which stays in a core's cache
_FEW = 32  # a side this many times smaller is looked up rather than sorted beside the other
_MAX_LOOKUP_BITS = 11  # more would need more than two flips in a quarter: 697 words a hash
_QUARTERS = 4

Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]


def near_pairs(
    hashes: NDArray[np.uint64], radius_bits: int = RADIUS_BITS, first_new: int = 0
) -> Pairs:
    """Find all pairs of hashes within a Hamming distance; none is missed.

    Two hashes that differ in at most r bits agree wholly in at least one of r + 1 bands, so only
    hashes that share a band are compared (pigeonhole). A pair is reported by the first band it
    shares.

    Args:
        hashes: (n,) uint64; with `first_new`, new ones stand at the end.
        radius_bits: 0 to 63.
        first_new: Only pairs whose later member stands here or after are returned.

    Returns:
        i, j, distance: three arrays of one length, i < j, sorted by (i, j); distance in bits.

    Raises:
        InvalidInput: If the radius is out of range or there are more than 20 million pairs.

    Reference: Manku, Jain & Das Sarma (2007), "Detecting near-duplicates for web crawling".
    """
    if first_new > 0 and _is_few(len(hashes) - first_new, len(hashes), radius_bits):
        new, old, distance = _looked_up(hashes[first_new:], hashes, radius_bits)
        is_later = new + first_new > old
        return _sorted(old[is_later], new[is_later] + first_new, distance[is_later])
    blocks = _self_blocks(hashes, first_new, radius_bits)
    later, earlier, distance = _collect(blocks, hashes, hashes, radius_bits, is_self=True)
    return _sorted(earlier, later, distance)


def near_pairs_between(
    a: NDArray[np.uint64], b: NDArray[np.uint64], radius_bits: int = RADIUS_BITS
) -> Pairs:
    """Find all (i, j) where `a[i]` and `b[j]` lie within a Hamming distance; none is missed.

    For mirrored copies `a` holds the mirrored hashes and `b` the plain ones of the same images: a
    pair then comes as (i, j), mostly also as (j, i), and a symmetrical image as (i, i).

    Args:
        a: (n,) uint64.
        b: (m,) uint64.
        radius_bits: 0 to 63.

    Returns:
        As `near_pairs`, with i into `a` and j into `b` in any order.

    Raises:
        InvalidInput: As `near_pairs`.
    """
    if _is_few(len(a), len(b), radius_bits):
        return _sorted(*_looked_up(a, b, radius_bits))
    if _is_few(len(b), len(a), radius_bits):
        right, left, distance = _looked_up(b, a, radius_bits)
        return _sorted(left, right, distance)
    blocks = _cross_blocks(a, b, radius_bits)
    return _sorted(*_collect(blocks, a, b, radius_bits, is_self=False))


Block = tuple[int, NDArray[np.int64], NDArray[np.int64]]
"""(band, members of the left side, members of the right side): compare each with each."""


def _masks(radius_bits: int) -> list[np.uint64]:
    """Cut 64 bits into radius + 1 bands of nearly equal width."""
    if not 0 <= radius_bits < _HASH_BITS:
        raise InvalidInput(f"Expected a radius of 0 to 63 bits. Received {radius_bits}.")
    edges = [_HASH_BITS * band // (radius_bits + 1) for band in range(radius_bits + 2)]
    return [np.uint64((1 << stop) - (1 << start)) for start, stop in pairwise(edges)]


def _buckets(values: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the order that sorts `values`, and where each run of equal values starts in it."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    is_start = np.ones(len(values), np.bool_)
    is_start[1:] = ordered[1:] != ordered[:-1]
    return order, np.append(np.flatnonzero(is_start), len(values))


def _self_blocks(hashes: NDArray[np.uint64], first_new: int, radius_bits: int) -> Iterator[Block]:
    for band, mask in enumerate(_masks(radius_bits)):
        order, edges = _buckets(hashes & mask)
        has_pair = np.diff(edges) > 1
        for start, stop in zip(edges[:-1][has_pair], edges[1:][has_pair], strict=True):
            members = order[start:stop]  # ascending, for the sort is stable
            new = int(np.searchsorted(members, first_new))
            for low, high in _row_ranges(max(new, 1), len(members), len(members)):
                yield band, members[low:high], members[:high]


def _cross_blocks(
    a: NDArray[np.uint64], b: NDArray[np.uint64], radius_bits: int
) -> Iterator[Block]:
    for band, mask in enumerate(_masks(radius_bits)):
        (order_a, edges_a), (order_b, edges_b) = _buckets(a & mask), _buckets(b & mask)
        values_a, values_b = (a & mask)[order_a[edges_a[:-1]]], (b & mask)[order_b[edges_b[:-1]]]
        _, in_a, in_b = np.intersect1d(values_a, values_b, assume_unique=True, return_indices=True)
        for bucket_a, bucket_b in zip(in_a, in_b, strict=True):
            left = order_a[edges_a[bucket_a] : edges_a[bucket_a + 1]]
            right = order_b[edges_b[bucket_b] : edges_b[bucket_b + 1]]
            for low, high in _row_ranges(0, len(left), len(right)):
                yield band, left[low:high], right


def _row_ranges(start: int, stop: int, n_columns: int) -> Iterator[tuple[int, int]]:
    step = max(_BLOCK // n_columns, 1)
    for low in range(start, stop, step):
        yield low, min(low + step, stop)


def _collect(
    blocks: Iterator[Block],
    a: NDArray[np.uint64],
    b: NDArray[np.uint64],
    radius_bits: int,
    is_self: bool,
) -> Pairs:
    """Compare block by block; keep what is near and shares no earlier band."""
    masks = _masks(radius_bits)
    found: list[Pairs] = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint8))]
    n_found = 0
    for band, left, right in blocks:
        differing = a[left][:, None] ^ b[right]
        hits = np.flatnonzero(np.bitwise_count(differing) <= radius_bits)
        i, j, bits = left[hits // len(right)], right[hits % len(right)], differing.ravel()[hits]
        is_kept = i > j if is_self else np.ones(len(hits), np.bool_)
        for mask in masks[:band]:
            is_kept &= (bits & mask) != 0
        if is_kept.any():
            found.append((i[is_kept], j[is_kept], np.bitwise_count(bits[is_kept])))
            n_found += len(found[-1][0])
            _check_count(n_found)
    i, j, distance = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return i, j, distance


def _is_few(n_few: int, n_many: int, radius_bits: int) -> bool:
    return n_few * _FEW <= n_many and 0 <= radius_bits <= _MAX_LOOKUP_BITS


def _looked_up(few: NDArray[np.uint64], many: NDArray[np.uint64], radius_bits: int) -> Pairs:
    """Look every hash of the large side up among the few, without sorting the large side.

    Of two hashes within r bits one 16-bit quarter differs in at most r // 4 bits (pigeonhole), so
    each of the few stands in a table under every word that its quarter can become.
    """
    found: list[Pairs] = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint8))]
    n_found = 0
    for quarter, i, j in _lookups(few, many, radius_bits // _QUARTERS):
        difference = few[i] ^ many[j]
        distance = np.bitwise_count(difference)
        is_near = distance <= radius_bits
        i, j, difference, distance = (part[is_near] for part in (i, j, difference, distance))
        bits = np.bitwise_count(_quarters(difference)[:, :quarter])
        is_first = ~(bits <= radius_bits // _QUARTERS).any(axis=1)
        found.append((i[is_first], j[is_first], distance[is_first]))
        n_found += len(found[-1][0])
        _check_count(n_found)
    i, j, distance = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return i, j, distance


def _lookups(few: NDArray[np.uint64], many: NDArray[np.uint64], n_flips: int) -> Iterator[Block]:
    """Yield (quarter, i, j): `few[i]` and `many[j]` differ there in at most `n_flips` bits."""
    words = np.arange(1 << 16, dtype=np.uint16)
    flips = words[np.bitwise_count(words) <= n_flips]
    for quarter in range(_QUARTERS):
        entries = (_quarters(few)[:, quarter, None] ^ flips).ravel()
        owners = np.argsort(entries, kind="stable") // len(flips)
        counts = np.bincount(entries, minlength=len(words))
        starts = np.cumsum(counts) - counts
        values = _quarters(many)[:, quarter]
        rows = np.flatnonzero(counts[values])
        for part in _parts(rows, counts[values[rows]]):
            n = counts[values[part]]
            ends = np.cumsum(n)
            at = np.arange(n.sum()) + np.repeat(starts[values[part]] - ends + n, n)
            yield quarter, owners[at], np.repeat(part, n)


def _quarters(hashes: NDArray[np.uint64]) -> NDArray[np.uint16]:
    return np.ascontiguousarray(hashes).view(np.uint16).reshape(-1, _QUARTERS)


def _parts(rows: NDArray[np.int64], n_each: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Cut rows into parts of about a block's comparisons."""
    ends = np.cumsum(n_each)
    cuts = np.searchsorted(ends, np.arange(_BLOCK, ends[-1] if len(ends) else 0, _BLOCK))
    yield from np.split(rows, np.unique(cuts))


def _check_count(n_found: int) -> None:
    if n_found > MAX_PAIRS:
        raise InvalidInput(
            f"Expected at most {MAX_PAIRS:,} near pairs. Received more: many images are all but "
            "identical (blank ones?). Exclude those, or choose a smaller radius."
        )


def _sorted(i: NDArray[np.int64], j: NDArray[np.int64], distance: NDArray[np.uint8]) -> Pairs:
    order = np.lexsort((j, i))
    return i[order], j[order], distance[order]
