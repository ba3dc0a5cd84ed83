"""Names for the arrays that the renderer passes around."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]  # in practice float32; sums with float64 may widen
Ints = NDArray[np.integer[Any]]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]


def floats(values: Sequence[Any] | NDArray[Any]) -> Floats:
    """Return the values as a float32 array."""
    return np.asarray(values, np.float32)


def unit(vectors: Floats) -> Floats:
    """Return (..., 3) vectors scaled to length one."""
    squared = np.einsum("...i,...i->...", vectors, vectors)  # several times faster than norm
    return np.asarray(vectors / np.sqrt(np.maximum(squared, 1e-16))[..., None])
