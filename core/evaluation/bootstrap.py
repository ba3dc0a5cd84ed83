"""How far a figure may be off, by resampling people instead of images.

Images of one person are not independent: resampling images alone would claim more certainty than
there is. All figures of a run are resampled together, so that one pass serves all of them and two
runs can be compared on the very same resamples.

Reference: Efron & Tibshirani (1993), "An introduction to the bootstrap", chapter 13; Field & Welsh
(2007), "Bootstrapping clustered data".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput
from core.evaluation import metrics
from core.evaluation.metrics import CONFIDENCE, Interval, Scores, Truth
from core.evaluation.tallies import BRIER, ECE, Evidence, Tally, tally
from core.evaluation.weighted import Resampled

N_BOOT = 2000
BLOCK = 3_000_000
"""Numbers held at once in each of about eight arrays: 200 MB at most."""


@dataclass(frozen=True)
class Estimate:
    """A figure, how far it may be off, and what it rests on.

    Attributes:
        value: None where it is undefined.
        interval: Of 95 %; None where the bootstrap has nothing to say, as of a perfect ranking.
        n_images: Images it was counted on.
        n_groups: Groups (people) these belong to; of the label with fewer, where both matter.
    """

    value: float | None
    interval: Interval | None
    n_images: int
    n_groups: int


def draw_weights(
    n_groups: int, n_boot: int, seed: int, block: int
) -> Iterator[NDArray[np.float64]]:
    """Yield (groups, b) how often each group is drawn, in blocks of b that sum to `n_boot`."""
    rng = np.random.default_rng(seed)
    for start in range(0, n_boot, block):
        size = min(block, n_boot - start)
        drawn = rng.integers(0, n_groups, (size, n_groups)) * size + np.arange(size)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=n_groups * size)
        yield counts.reshape(n_groups, size).astype(np.float64)


def resample(
    tallies: Mapping[str, Tally], n_groups: int, n_boot: int = N_BOOT, seed: int = 0
) -> dict[str, dict[str, Resampled]]:
    pass
