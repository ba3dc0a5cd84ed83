"""How an operating threshold was chosen, in words."""

from collections.abc import Mapping
from typing import Any

from core.types import Split, Threshold
from dashboard.proposing import BY_HAND
from dashboard.text import threshold as shown
from dashboard.threshold.told import Choice
from dashboard.threshold_choice import band_of
from dashboard.threshold_rules import RULES, rule_in_words

MODES: Mapping[str, str] = {**RULES, BY_HAND: "moved by hand"}


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
    if rule := rule_in_words(policy):
        return f"Chosen by {rule}"
    is_by_hand = policy.get("mode") == BY_HAND
    return "Moved by hand" if is_by_hand else "How it was chosen was not recorded"


def _on_validation(counts: Mapping[str, int]) -> str:
    n_genuine = counts["true_genuine"] + counts["false_fake"]
    n_fake = counts["false_genuine"] + counts["true_fake"]
    return (
        f"on validation {counts['false_fake']:,} of {n_genuine:,} genuine images called fake and "
        f"{counts['false_genuine']:,} of {n_fake:,} fakes missed"
    )


def _band(band: tuple[float, float] | None) -> str:
    return f" · uncertain from {shown(band[0])} to {shown(band[1])}" if band else ""
