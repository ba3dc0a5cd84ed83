"""Agreement: how far reviewers who did not see each other's opinions said the same.

Chance alone makes people agree where nearly all verdicts are the same; kappa and alpha count only
what lies beyond it: 1 is perfect, 0 is chance, below 0 is worse than chance.
"""

from collections import Counter
from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

N_BOOT = 1000
CONFIDENCE = 0.95
MIN_ITEMS = 2

Interval = tuple[float, float]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Rating:
    """What one reviewer said of one item without knowing what others said."""

    item: int
    reviewer: str
    verdict: str


@dataclass(frozen=True)
class Agreement:
    """A coefficient beyond chance, at most 1, and what it rests on.

    Attributes:
        value: None where it is undefined; `note` says why.
        interval: Of 95 %, by resampling items; None without a value, or where every resample is
            the same, as with perfect agreement.
        n_items: Items it was computed on.
        note: Why there is no value; None where there is one.
    """

    value: float | None
    interval: Interval | None
    n_items: int
    note: str | None = None


def cohen_kappa(first: Sequence[str], second: Sequence[str], seed: int = 0) -> Agreement:
    """Return the agreement of two people on the same n items.

    Args:
        first: (n,) what one said.
        second: (n,) what the other said.
        seed: Of the resampling.

    Reference: Cohen (1960), "A coefficient of agreement for nominal scales".
    """
    if refusal := _refusal(len(first), {*first, *second}):
        return refusal
    from sklearn.metrics import cohen_kappa_score, confusion_matrix

    table = confusion_matrix(first, second)
    n_items = len(first)
    drawn = np.random.default_rng(seed).multinomial(n_items, table.ravel() / n_items, N_BOOT)
    resampled = _kappas(drawn.reshape(N_BOOT, *table.shape))
    return Agreement(float(cohen_kappa_score(first, second)), _interval(resampled), n_items)


def fleiss_kappa(ratings: Sequence[Rating], seed: int = 0) -> Agreement:
    """Return the agreement of several people, not the same ones on every item.

    Every item needs as many ratings as any other: of items that differ, those count that have the
    most frequent number of ratings.

    Reference: Fleiss (1971), "Measuring nominal scale agreement among many raters".
    """
    counts = _counts(ratings)
    n_ratings = counts.sum(axis=1)
    counts = counts[n_ratings == _most_frequent(n_ratings)]
    if refusal := _refusal(len(counts), np.flatnonzero(counts.sum(axis=0))):
        return refusal
    from statsmodels.stats.inter_rater import fleiss_kappa as kappa

    return _agreement(counts, kappa, seed)


def krippendorff_alpha(ratings: Sequence[Rating], seed: int = 0) -> Agreement:
    """Return the agreement of any number of people, whoever judged what; nominal verdicts.

    Items with fewer than two ratings do not count.

    Reference: Krippendorff (2011), "Computing Krippendorff's alpha-reliability".
    """
    counts = _counts(ratings)
    counts = counts[counts.sum(axis=1) >= 2]
    if refusal := _refusal(len(counts), np.flatnonzero(counts.sum(axis=0))):
        return refusal
    from krippendorff import alpha

    def nominal(table: Counts) -> float:
        return float(alpha(value_counts=table, level_of_measurement="nominal"))

    return _agreement(counts, nominal, seed)


def _counts(ratings: Sequence[Rating]) -> Counts:
    """Return (items, verdicts) how often each verdict was given of each item."""
    items, item = np.unique([rating.item for rating in ratings], return_inverse=True)
    names, name = np.unique([rating.verdict for rating in ratings], return_inverse=True)
    counts = np.zeros((len(items), len(names)), np.int64)
    np.add.at(counts, (item, name), 1)
    return counts


def _most_frequent(n_ratings: Counts) -> int:
    """Return the number of ratings, at least two, that most items have; the larger of equals."""
    several = Counter(n_ratings[n_ratings >= 2].tolist())
    return max(several, key=lambda n: (several[n], n), default=0)


def _refusal(n_items: int, verdicts: Sized) -> Agreement | None:
    """Say why there is no figure, if there is none."""
    if n_items < MIN_ITEMS:
        note = f"At least two items with two opinions each are needed. There are {n_items}."
        return Agreement(None, None, n_items, note)
    if len(verdicts) < 2:
        note = "All gave one and the same verdict: agreement beyond chance cannot be told."
        return Agreement(None, None, n_items, note)
    return None


def _agreement(counts: Counts, figure: Callable[[Counts], float], seed: int) -> Agreement:
    """Return a figure of (items, verdicts) counts with its interval."""
    rng = np.random.default_rng(seed)
    resampled = np.full(N_BOOT, np.nan)
    for place in range(N_BOOT):
        drawn = counts[rng.integers(0, len(counts), len(counts))]
        if np.count_nonzero(drawn.sum(axis=0)) > 1:
            resampled[place] = figure(drawn)
    return Agreement(float(figure(counts)), _interval(resampled), len(counts))


def _kappas(tables: Counts) -> NDArray[np.float64]:
    """Return Cohen's kappa of (b, k, k) tables; NaN where chance explains all.

    scikit-learn takes one table at a time: twenty reviewers would wait minutes for their intervals.
    """
    n_items = tables.sum(axis=(1, 2))
    same = np.trace(tables, axis1=1, axis2=2) / n_items
    by_chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / n_items**2
    kappas: NDArray[np.float64] = np.full(len(tables), np.nan)
    np.divide(same - by_chance, 1 - by_chance, out=kappas, where=by_chance < 1)
    return kappas


def _interval(resampled: NDArray[np.float64]) -> Interval | None:
    tail = (1 - CONFIDENCE) / 2
    known = resampled[np.isfinite(resampled)]
    if not len(known):
        return None
    low, high = np.quantile(known, (tail, 1 - tail))
    return (float(low), float(high)) if low < high else None
