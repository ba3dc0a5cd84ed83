"""Similar images: the nearest to one face or to one perceptual hash, exact, none missed.

A million faces are one matrix of 512 MB and one multiplication: an index would save memory or
time, and miss some.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]


def nearest_faces(
    vectors: NDArray[np.float32], face: NDArray[np.float32], limit: int
) -> tuple[Places, NDArray[np.float32]]:
    """Return the faces most like one, nearest first, and how like they are.

    Args:
        vectors: (n, 128) float32, length 1 each.
        face: (128,) float32 of length 1.
        limit: At most so many.

    Returns:
        (k,) places in `vectors`, counted from 0, and (k,) cosines, -1 to 1, falling; equal ones
        stand in the order of their places.
    """
    cosines = vectors @ face
    places = _smallest(-cosines, limit)
    return places, cosines[places]


def nearest_hashes(
    hashes: NDArray[np.uint64], wanted: int, limit: int
) -> tuple[Places, NDArray[np.uint8]]:
    """Return the hashes nearest to one, nearest first, and in how many bits they differ.

    Args:
        hashes: (n,) uint64.
        wanted: 0 to 2**64 - 1.
        limit: At most so many.

    Returns:
        (k,) places in `hashes`, counted from 0, and (k,) distances, 0 to 64 bits, rising; equal
        ones stand in the order of their places.
    """
    bits = np.bitwise_count(hashes ^ np.uint64(wanted))
    places = _smallest(bits, limit)
    return places, bits[places]


def _smallest(values: NDArray[Any], limit: int) -> Places:
    """Return the places of the smallest values, in order; without sorting the others."""
    if limit < 1:
        return np.empty(0, np.int64)
    places = np.arange(len(values))
    if len(values) > limit:
        places = np.flatnonzero(values <= np.partition(values, limit - 1)[limit - 1])
    return places[np.argsort(values[places], kind="stable")[:limit]]
