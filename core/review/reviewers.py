"""Reviewers: how far all of a queue agree, each pair of them, and each with the others."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from core.review.agreement import (
    Agreement,
    Interval,
    Rating,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
)


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


def _by_item(ratings: Sequence[Rating]) -> dict[int, dict[str, str]]:
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for rating in sorted(ratings, key=lambda rating: (rating.item, rating.reviewer)):
        found[rating.item][rating.reviewer] = rating.verdict
    return found


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
