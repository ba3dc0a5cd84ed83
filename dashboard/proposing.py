"""What is recorded of how an operating threshold was chosen; without a screen."""

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.evaluation.metrics import confusion_at
from core.evaluation.operating_points import Costs, choose, policy_of
from core.evaluation.threshold import as_shown
from core.types import Split, Threshold
from dashboard.scores import Scored, load_scores
from db import runs

BY_HAND = "by-hand"


def state_of(each: Threshold, in_force: Threshold | None) -> str:
    """Say where a threshold stands; one that was approved before the one in force is "replaced"."""
    if in_force and each.id == in_force.id:
        return "in force"
    return "replaced" if each.decision == "approved" else each.decision or "waits"


def policy_for(value: float, rule: str, costs: Costs, validation: Scored) -> dict[str, Any]:
    """Return what is recorded: the rule where it does give this threshold, else "by hand".

    With the counts on validation. A rule that gives another threshold by now is not claimed.
    """
    if rule != BY_HAND:
        try:
            point = choose(rule, validation.scores, validation.is_fake, costs)
        except InvalidInput:
            point = None
        if point and point.value == value:
            return policy_of(point, costs)
    confusion = confusion_at(value, validation.scores, validation.is_fake)
    return {"mode": BY_HAND, "validation": asdict(confusion)}


def proposal(
    session: Session, run_id: int, rule: str | None, value: float | None, costs: Costs
) -> tuple[float, dict[str, Any]]:
    """Return the threshold that a rule gives on validation, or the one named, and its record.

    Raises:
        InvalidInput: If both or neither are given, there is no such rule, or the validation scores
            cannot tell.
        NotFound: If there is no such run.
    """
    runs.get_run(session, run_id)
    validation = load_scores(session, run_id, Split.VALIDATION)
    if rule is not None and value is None:
        point = choose(rule, validation.scores, validation.is_fake, costs)
        return point.value, policy_of(point, costs)
    if value is not None and rule is None:
        named = as_shown(value)
        return named, policy_for(named, BY_HAND, costs, validation)
    raise InvalidInput(
        "Expected either a rule (--rule) or a threshold (--value). Received "
        f"{'neither' if rule is None else 'both'}."
    )
