"""Choose the score from which an image is called fake, and see what each choice costs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.metrics import Scores, Truth, check_scores

N_STEPS = 1000
# Divided, not summed: 300 / 1000 is the number that 0.3 means, 300 * 0.001 is not.
THRESHOLDS: NDArray[np.float64] = np.arange(N_STEPS + 1) / N_STEPS
N_BETWEEN = 1000
MAX_DECIMALS = 7  # what a float32 just below 1 can still tell


@dataclass(frozen=True)
class ThresholdTable:
    """What every step of a slider costs, counted once.

    Attributes:
        steps: (k,) rising thresholds from 0 to 1.
        counts: (k, 4) in the order of `Confusion`.
    """

    steps: NDArray[np.float64]
    counts: NDArray[np.int64]

    @property
    def false_positive_rates(self) -> NDArray[np.float64]:
        """(k,) genuine called fake of all genuine; NaN where there is none."""
        return _shares(self.counts[:, 1], self.counts[:, 0] + self.counts[:, 1])

    @property
    def miss_rates(self) -> NDArray[np.float64]:
        """(k,) fakes called genuine of all fakes; NaN where there is none."""
        return _shares(self.counts[:, 2], self.counts[:, 2] + self.counts[:, 3])


def _shares(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.full(len(part), np.nan)
    return np.divide(part, whole, out=shares, where=whole > 0)


def threshold_table(
    scores: Scores, is_fake: Truth, steps: NDArray[np.float64] | None = None
) -> ThresholdTable:
    """Count right and wrong calls at every step; by default at the steps these scores ask for."""
    chosen = threshold_steps(scores, is_fake) if steps is None else steps
    return ThresholdTable(chosen, threshold_counts(scores, is_fake, chosen))


def threshold_steps(scores: Scores, is_fake: Truth) -> NDArray[np.float64]:
    """Return the thresholds that a slider goes through: at most 2,001, rising, from 0 to 1.

    A step of 0.001 is coarse where scores crowd. So where two of these do not tell them apart,
    thresholds come between that spare the highest scored genuine images one by one, then at ranks
    that grow by a few per cent, and that catch the lowest scored fakes in the same way: small error
    rates can be chosen finely wherever the scores lie. A threshold has no more decimals than it
    needs, and at most 7.

    Args:
        scores: (n,) probability that each image is fake.
        is_fake: (n,) ground truth.
    """
    check_scores(scores, is_fake)
    genuine, fake = np.unique(scores[~is_fake])[::-1], np.unique(scores[is_fake])
    spared, caught = genuine[_ranks(len(genuine))], fake[_ranks(len(fake))]
    spare = _between(spared, np.append(1.0, spared)[:-1])
    catch = _between(np.append(0.0, caught)[:-1], caught)
    return np.unique(np.concatenate([THRESHOLDS, spare, catch]))


def _ranks(n: int) -> NDArray[np.int64]:
    """Return at most 500 ranks below n: all the first ones, then ever sparser."""
    if n == 0:
        return np.empty(0, dtype=np.int64)
    return np.unique(np.geomspace(1, n, N_BETWEEN // 2).astype(np.int64)) - 1


def _between(low: Scores, high: Scores) -> Scores:
    """Return the shortest decimal above each low, up to its high; none where 7 do not do."""
    found: Scores = np.full(len(low), np.nan)
    for decimals in range(MAX_DECIMALS, 2, -1):  # shorter ones last: they stay
        step = np.floor(low * 10**decimals)
        for _ in range(2):  # a product rounded down makes the first one `low` itself
            step += step / 10**decimals <= low
        value = step / 10**decimals
        found = np.where((value > low) & (value <= high), value, found)
    return found[~np.isnan(found)]


def as_shown(value: float) -> float:
    """Return a threshold rounded to the 7 decimals that it is shown and kept with."""
    return round(value, MAX_DECIMALS)


def threshold_counts(
    scores: Scores, is_fake: Truth, steps: NDArray[np.float64] = THRESHOLDS
) -> NDArray[np.int64]:
    """Count right and wrong calls at every step.

    Args:
        scores: (n,) probability that each image is fake.
        is_fake: (n,) ground truth.
        steps: (k,) thresholds.

    Returns:
        (k, 4) true genuine, false fake, false genuine, true fake, where `score >= threshold`
        means fake.

    Raises:
        InvalidInput: If shapes differ or a score is out of range.
    """
    check_scores(scores, is_fake)
    columns = []
    for part in (scores[~is_fake], scores[is_fake]):
        n_below = np.searchsorted(np.sort(part), steps, side="left")
        columns += [n_below, len(part) - n_below]
    return np.stack(columns, axis=1).astype(np.int64)


def flips(scores: Scores, old: float, new: float) -> Truth:
    """Mark the images (n,) whose call changes between two thresholds."""
    changed: Truth = (scores >= old) != (scores >= new)
    return changed
