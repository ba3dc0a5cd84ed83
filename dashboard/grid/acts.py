"""What the keyboard asks for: read as a stranger's word, and done once, in order."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ACTIONS = frozenset(
    {"genuine", "fake", "unknown", "tag", "exclude", "undo", "open", "previous", "next"}
)
MAX_ITEMS = 1_000
MAX_ARGUMENT = 64


@dataclass(frozen=True)
class Act:
    """One press of a key.

    Attributes:
        action: One of ACTIONS.
        ids: Of the cells it is about, all of them known to the grid.
        argument: The tag, with "tag".
        is_all: Whether it is about everything that is selected beyond the grid.
    """

    action: str
    ids: tuple[int, ...]
    argument: str | None
    is_all: bool = False


@dataclass
class Acknowledged:
    """How far the acts of one mounted grid are done.

    Attributes:
        nonce: Names the mount in the browser; another one counts from 1 again.
        number: Of the last act that was taken.
    """

    nonce: str = ""
    number: int = 0

    def __post_init__(self) -> None:
        self._turn = threading.Lock()

    def take(self, told: Any, known: set[int]) -> Iterator[Act]:
        """Yield the acts of a batch that were not taken before, in order.

        Args:
            told: What the browser sent: {"nonce", "items": [{"number", "action", "ids",
                "argument"}]}; anything else in it is passed over.
            known: Ids of cells that this grid has shown.
        """
        for item in self.fresh(told):
            if act := _read(item, known):
                yield act

    def fresh(self, told: Any) -> Iterator[dict[str, Any]]:
        """Yield the items of a batch that were not taken before, in order.

        An act counts as taken before it is done: what fails is told and never tried again. While
        they are done, another run of the page waits: Streamlit starts the next one before the
        last has ended.

        Args:
            told: {"nonce", "items": [{"number", ...}]}; anything else in it is passed over.
        """
        if not isinstance(told, dict) or _text(told.get("nonce")) is None:
            return
        items = told.get("items")
        with self._turn:
            if told["nonce"] != self.nonce:
                self.nonce, self.number = told["nonce"], 0
            for item in items[:MAX_ITEMS] if isinstance(items, list) else []:
                number = item.get("number") if isinstance(item, dict) else None
                if type(number) is int and number > self.number:
                    self.number = number
                    yield item


def _read(item: dict[str, Any], known: set[int]) -> Act | None:
    action, argument = item.get("action"), _text(item.get("argument"))
    if not isinstance(action, str) or action not in ACTIONS:
        return None
    if action == "tag" and not argument:
        return None
    ids = known_ids(item.get("ids"), known)
    if not ids and action not in {"undo", "previous", "next"}:
        return None
    argument = argument if action == "tag" else None
    return Act(action, tuple(ids), argument, item.get("all") is True)


def _text(told: Any) -> str | None:
    return told.strip() if isinstance(told, str) and len(told) <= MAX_ARGUMENT else None


def known_ids(told: Any, ids: set[int]) -> list[int]:
    """Return those ids that the browser told, whatever it told, which are in the grid."""
    said = told if isinstance(told, list) else []
    return [each for each in said if type(each) is int and each in ids]
