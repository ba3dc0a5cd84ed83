"""The rule that an operating threshold was chosen by, in words; without a screen."""

from collections.abc import Mapping
from typing import Any

from core.evaluation.operating_points import EER, FPR_1, FPR_5, MINIMUM_COST, YOUDEN
from core.rounding import percent

RULES: Mapping[str, str] = {
    FPR_1: "at most 1 % false positives",
    FPR_5: "at most 5 % false positives",
    MINIMUM_COST: "lowest expected cost",
    EER: "equal error rate",
    YOUDEN: "Youden's index",
}


def rule_in_words(policy: Mapping[str, Any]) -> str | None:
    """Name the rule of a threshold's policy with what it was given; None where no rule chose it."""
    name = RULES.get(str(policy.get("mode")))
    costs = policy.get("costs")
    if name is None or not isinstance(costs, Mapping):
        return name
    return (
        f"{name} (a genuine image called fake costs {costs['genuine_called_fake']:g}, a missed "
        f"fake {costs['missed_fake']:g}, {percent(costs['prevalence'])} are fake)"
    )
