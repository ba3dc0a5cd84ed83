"""Agreement: how far reviewers who did not see each other's opinions said the same.

Chance alone makes people agree where nearly all verdicts are the same; kappa and alpha count only
what lies beyond it: 1 is perfect, 0 is chance, below 0 is worse than chance.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

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


@dataclass(frozen=True)
class PairAgreement:
    """How two reviewers agree on the items that both judged: Cohen's kappa."""

    first: str
    second: str
    kappa: Agreement
    n_same: int


@dataclass(frozen=True)
class ReviewerAgreement:
    """How one reviewer agrees with the others.

    Attributes:
        n_opinions: Items this person judged.
        n_compared: Of those, items on which the others had one most frequent verdict.
        n_with_others: Of those, how often this person said the same; `interval` is its share's.
        n_adjudicated: Disputed items of this person that somebody adjudicated.
        n_upheld: Of those, how often the last word was this person's.
    """

    reviewer: str
    n_opinions: int
    n_compared: int
    n_with_others: int
    interval: Interval | None
    n_adjudicated: int
    n_upheld: int


@dataclass(frozen=True)
class Report:
    """How far all reviewers of a queue agree.

    Attributes:
        n_compared: Items with at least two opinions.
        n_same: Of those, items on which all said the same.
        alpha: Krippendorff's, over those items.
        fleiss: Fleiss' kappa, over the items that have as many opinions as most have.
        pairs: Those who judged an item in common, by name.
        reviewers: By name.
    """

    n_compared: int
    n_same: int
    alpha: Agreement
    fleiss: Agreement
    pairs: tuple[PairAgreement, ...]
    reviewers: tuple[ReviewerAgreement, ...]


def report(
    ratings: Sequence[Rating], adjudicated: Mapping[int, str] | None = None, seed: int = 0
) -> Report:
    """Return every figure of agreement over some ratings.

    Args:
        ratings: At most one of a reviewer and item.
        adjudicated: The last word on disputed items, by item.
        seed: Of the resampling.
    """
    by_item = _by_item(ratings)
    compared = [said for said in by_item.values() if len(said) >= 2]
    names = sorted({rating.reviewer for rating in ratings})
    items = list(by_item.values())
    pairs = [_pair(items, *two, seed) for two in combinations(names, 2)]
    return Report(
        n_compared=len(compared),
        n_same=sum(len(set(said.values())) == 1 for said in compared),
        alpha=krippendorff_alpha(ratings, seed),
        fleiss=fleiss_kappa(ratings, seed),
        pairs=tuple(pair for pair in pairs if pair.kappa.n_items),
        reviewers=tuple(_reviewer(by_item, name, adjudicated or {}) for name in names),
    )


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


def _by_item(ratings: Sequence[Rating]) -> dict[int, dict[str, str]]:
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for rating in sorted(ratings, key=lambda rating: (rating.item, rating.reviewer)):
        found[rating.item][rating.reviewer] = rating.verdict
    return found


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


def _refusal(n_items: int, verdicts: object) -> Agreement | None:
    """Say why there is no figure, if there is none."""
    if n_items < MIN_ITEMS:
        note = f"Two items judged by the same people are needed at least. There are {n_items}."
        return Agreement(None, None, n_items, note)
    if len(verdicts) < 2:  # type: ignore[arg-type]
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


def _pair(items: Sequence[Mapping[str, str]], first: str, second: str, seed: int) -> PairAgreement:
    both = [(said[first], said[second]) for said in items if first in said and second in said]
    kappa = cohen_kappa([a for a, _ in both], [b for _, b in both], seed)
    return PairAgreement(first, second, kappa, sum(a == b for a, b in both))


def _reviewer(
    by_item: Mapping[int, Mapping[str, str]], name: str, adjudicated: Mapping[int, str]
) -> ReviewerAgreement:
    from core.evaluation.metrics import wilson_interval

    mine = {item: said[name] for item, said in by_item.items() if name in said}
    others = {item: _majority(by_item[item], name) for item in mine}
    compared = [item for item, verdict in others.items() if verdict is not None]
    n_with = sum(mine[item] == others[item] for item in compared)
    judged = [item for item in mine if item in adjudicated]
    return ReviewerAgreement(
        reviewer=name,
        n_opinions=len(mine),
        n_compared=len(compared),
        n_with_others=n_with,
        interval=wilson_interval(n_with, len(compared)),
        n_adjudicated=len(judged),
        n_upheld=sum(mine[item] == adjudicated[item] for item in judged),
    )


def _majority(said: Mapping[str, str], name: str) -> str | None:
    """Return what most others said; None where nobody did, or two verdicts are as frequent."""
    counts = Counter(verdict for reviewer, verdict in said.items() if reviewer != name)
    first, second = [*counts.most_common(2), ("", 0), ("", 0)][:2]
    return first[0] if first[1] > second[1] else None
