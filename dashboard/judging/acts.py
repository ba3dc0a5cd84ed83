"""What a reviewer's keys ask for: read as a stranger's word."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from db.review_comments import MAX_COMMENT_LENGTH

ACTIONS = frozenset({"judge", "skip", "undo", "comment"})
MAX_HELD = 200


@dataclass(frozen=True)
class Act:
    """One key's act.

    Attributes:
        number: It counts from 1 in the browser.
        action: One of ACTIONS.
        item: Number of the item it is about, one that was shown.
        argument: The verdict with "judge", the text with "comment".
    """

    number: int
    action: str
    item: int
    argument: str = ""


def read(item: dict[str, Any], known: Container[int], verdicts: Container[str]) -> Act | None:
    """Return the act that an item of a batch asks for, or None if it is none.

    Args:
        item: {"number", "action", "item", "argument"}, whatever it holds.
        known: Items that were shown to this person.
        verdicts: Words that may be said.
    """
    number, action, about = item.get("number"), item.get("action"), item.get("item")
    argument = item.get("argument")
    if not isinstance(action, str) or action not in ACTIONS:
        return None
    if type(number) is not int or type(about) is not int or about not in known:
        return None
    if action in ("skip", "undo"):
        return Act(number, action, about)
    if not isinstance(argument, str) or len(argument) > MAX_COMMENT_LENGTH:
        return None
    is_said = argument in verdicts if action == "judge" else bool(argument.strip())
    return Act(number, action, about, argument) if is_said else None


def held(batch: Any) -> frozenset[int]:
    """Return the items whose pictures the browser says to hold."""
    told = batch.get("held") if isinstance(batch, dict) else None
    if not isinstance(told, list):
        return frozenset()
    return frozenset(each for each in told[:MAX_HELD] if type(each) is int)
