"""Familiarity: is an image anything like those that a detector was trained on?

A score of something unlike them is a guess, however certain it looks.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput

K = 5
"""Neighbours: of about 1 % of the images, as the paper found best."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Familiar:
    """What is familiar to a detector.

    Attributes:
        vectors: (n, d) features of training images, of length 1.
        distances: (m,) how far images that did not train it lie from those, rising.
    """

    vectors: Vectors
    distances: NDArray[np.float32]


def learn(trained_on: Vectors, held_out: Vectors) -> Familiar:
    """Learn how far from the training images others of the same collection lie.

    Args:
        trained_on: (n, d) features of images that trained the detector, n at least 5.
        held_out: (m, d) features of images of the same dataset version that did not.

    Raises:
        InvalidInput: If there are too few training images.

    Reference: Sun et al. (2022), "Out-of-distribution detection with deep nearest neighbors".
    """
    if len(trained_on) < K:
        raise InvalidInput(f"Expected at least {K} training images. Received {len(trained_on)}.")
    vectors = _unit(trained_on)
    return Familiar(vectors, np.sort(_distances(vectors, _unit(held_out))))


def count_farther(familiar: Familiar, vector: Vectors) -> int:
    """Count the held-out images that lie at least as far from the training images as this one.

    Args:
        familiar: Of the detector.
        vector: (d,) features of the image.

    Returns:
        0, where it lies farther than any, to m.
    """
    distance = _distances(familiar.vectors, _unit(vector[None]))[0]
    return int(len(familiar.distances) - np.searchsorted(familiar.distances, distance, "left"))


def _distances(vectors: Vectors, asked: Vectors) -> NDArray[np.float32]:
    """Return the distance (m,) of each of m vectors of length 1 to its fifth neighbour."""
    cosines = np.partition(asked @ vectors.T, -K, axis=1)[:, -K]
    distances: NDArray[np.float32] = np.sqrt(np.maximum(2 - 2 * cosines, 0))
    return distances


def _unit(vectors: Vectors) -> Vectors:
    single = np.asarray(vectors, np.float32)
    unit: Vectors = single / np.maximum(np.linalg.norm(single, axis=1, keepdims=True), 1e-9)
    return unit
