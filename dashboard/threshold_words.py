"""How an operating threshold was chosen, in words."""

from collections.abc import Mapping
from typing import Any

from core.evaluation.operating_points import (
    EER,
    FPR_1,
    FPR_5,
    MINIMUM_COST,
    YOUDEN,
)
from core.rounding import percent
from core.types import Split, Threshold
from dashboard.proposing import BY_HAND
from dashboard.text import threshold as shown
from dashboard.threshold.told import Choice
from dashboard.threshold_choice import band_of

MODES: Mapping[str, str] = {
    FPR_1: "at most 1 % false positives",
    FPR_5: "at most 5 % false positives",
    MINIMUM_COST: "lowest expected cost",
    EER: "equal error rate",
    YOUDEN: "Youden's index",
    BY_HAND: "moved by hand",
}


def described(choice: Choice, split: Split) -> str:
    """Say what would be recorded of a choice."""
    return f"{MODES[choice.mode]}{_band(choice.band)} · looking at {split} images"


def bearing(saved: Threshold) -> str:
    """Say what a saved threshold rests on, as Markdown."""
    words = [_rule(saved.policy)]
    counts = saved.policy.get("validation")
    if isinstance(counts, Mapping):
        words.append(_on_validation(counts))
    words[-1] += _band(band_of(saved))
    version = saved.dataset_version or "unknown"
    return f"{'; '.join(words)} · looking at {saved.split} · data version {version}."


def _rule(policy: Mapping[str, Any]) -> str:
    mode = str(policy.get("mode"))
    if mode not in MODES:
        return "How it was chosen was not recorded"
    name = "Moved by hand" if mode == BY_HAND else f"Chosen by {MODES[mode]}"
    costs = policy.get("costs")
    if not isinstance(costs, Mapping):
        return name
    return (
        f"{name} (a genuine image called fake costs {costs['genuine_called_fake']:g}, a missed "
        f"fake {costs['missed_fake']:g}, {percent(costs['prevalence'])} are fake)"
    )


def _on_validation(counts: Mapping[str, int]) -> str:
    n_genuine = counts["true_genuine"] + counts["false_fake"]
    n_fake = counts["false_genuine"] + counts["true_fake"]
    return (
        f"on validation {counts['false_fake']:,} of {n_genuine:,} genuine images called fake and "
        f"{counts['false_genuine']:,} of {n_fake:,} fakes missed"
    )


def _band(band: tuple[float, float] | None) -> str:
    return f" · uncertain from {shown(band[0])} to {shown(band[1])}" if band else ""
