"""Splits: divide a dataset into parts by a rule, without parting a group."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias

from core.curation.dealing import Groups, deal
from core.errors import InvalidInput
from core.types import Label, Split

First: TypeAlias = Mapping[int, Split]
SplitRule: TypeAlias = Callable[..., list[Split]]


def assign_splits(
    groups: Groups,
    labels: Sequence[Label],
    test_fraction: float = 0.3,
    validation_fraction: float = 0.1,
    seed: int = 0,
    first: First | None = None,
) -> list[Split]:
    """Assign every image to train, validation or test, as `deal` does.

    Args:
        groups: (n,) what must stay together.
        labels: (n,) labels; genuine and fake must both be there.
        test_fraction: Of all images.
        validation_fraction: Of all images.
        seed: Another seed, another draw.
        first: Groups that are dealt beforehand, and where.

    Returns:
        (n,) splits. Fractions are met to within about the largest group's size.

    Raises:
        InvalidInput: If the fractions leave a split empty, or a label is held by fewer than
            three groups, so that it cannot be in every split.
    """
    return deal(groups, labels, _fractions(test_fraction, validation_fraction), seed, first)


def leaks(groups: Groups, splits: Sequence[Split]) -> list[int]:
    """Return the groups that stand in more than one split, sorted; none in a sound dataset."""
    pairs = set(zip(groups, splits, strict=True))
    n_splits = Counter(group for group, _ in pairs)
    return sorted(int(group) for group, n in n_splits.items() if n > 1)


def _fractions(test: float, validation: float) -> dict[Split, float]:
    if not (test > 0 and validation > 0 and test + validation < 1):
        raise InvalidInput(
            "Expected fractions above 0 that leave something to train on. "
            f"Received test {test}, validation {validation}."
        )
    train = 1 - test - validation
    return {Split.TRAIN: train, Split.TEST: test, Split.VALIDATION: validation}


def _two_shares(
    groups: Groups, labels: Sequence[Label], seed: int, first: First, test_fraction: float = 0.3
) -> list[Split]:
    """Deal a test share, 10 % for validation, and the rest to train on."""
    return assign_splits(groups, labels, test_fraction, seed=seed, first=first)


def _four_shares(groups: Groups, labels: Sequence[Label], seed: int, first: First) -> list[Split]:
    """Deal 60 % train, 10 % validation, 10 % calibration, 20 % test."""
    shares = dict(zip(Split, (0.6, 0.1, 0.1, 0.2), strict=True))
    return deal(groups, labels, shares, seed, first)


def _fold(
    groups: Groups, labels: Sequence[Label], seed: int, first: First, k: int = 5, fold: int = 1
) -> list[Split]:
    """Deal k equal folds: number `fold` (1 to k) is test, the next validation, the rest train."""
    if first:
        raise InvalidInput(
            "Expected another rule than k-fold to put hard examples into training. Received "
            "k-fold, which tests every image once: choose 70/30 or 60/10/10/20."
        )
    if not (3 <= k <= MAX_FOLDS and 1 <= fold <= k):
        raise InvalidInput(
            f"Expected 3 to {MAX_FOLDS} folds and one of them. Received k {k}, fold {fold}."
        )
    folds = deal(groups, labels, dict.fromkeys(range(1, k + 1), 1 / k), seed)
    roles = {fold: Split.TEST, fold % k + 1: Split.VALIDATION}
    return [roles.get(number, Split.TRAIN) for number in folds]


MAX_FOLDS = 20
DEFAULT_RULE, K_FOLD = "70/30", "k-fold"
HARD_EXAMPLES = "hard_examples"

SPLIT_RULES: dict[str, SplitRule] = {
    DEFAULT_RULE: _two_shares,
    "60/10/10/20": _four_shares,
    K_FOLD: _fold,
}
"""Rules by name: functions of groups, labels and seed, and of the figures that a rule has."""


def apply_rule(
    rule: Mapping[str, Any],
    groups: Groups,
    labels: Sequence[Label],
    seed: int,
    hard_groups: Collection[int] = (),
) -> list[Split]:
    """Split by a rule as a version stores it: {"name": "k-fold", "k": 5, "fold": 2}.

    Args:
        rule: With what it tells of hard examples under "hard_examples", which changes nothing.
        groups: (n,) what must stay together.
        labels: (n,) labels.
        seed: Another seed, another draw.
        hard_groups: Those that go to training before the rest is dealt.

    Raises:
        InvalidInput: If there is no such rule, or `deal` refuses.
    """
    figures = {name: value for name, value in rule.items() if name != HARD_EXAMPLES}
    name = figures.pop("name", None)
    if name not in SPLIT_RULES:
        raise InvalidInput(
            f"Expected a split rule among {', '.join(SPLIT_RULES)}. Received {name!r}."
        )
    first = dict.fromkeys(hard_groups, Split.TRAIN)
    return SPLIT_RULES[name](groups, labels, seed, first, **figures)


def versions_of_rule(name: str, *, test_fraction: float, k: int) -> list[dict[str, Any]]:
    """Return the rules of the versions that one freeze makes: one for each fold, or just one."""
    if name == K_FOLD:
        return [{"name": name, "k": k, "fold": fold} for fold in range(1, k + 1)]
    return [{"name": name, **({"test_fraction": test_fraction} if name == DEFAULT_RULE else {})}]


def aimed_test_fraction(rule: Mapping[str, Any]) -> float:
    """Return the share of images that a rule of `versions_of_rule` aims to give to test."""
    if rule["name"] == K_FOLD:
        return 1 / int(rule["k"])
    return float(rule.get("test_fraction", 0.2))
