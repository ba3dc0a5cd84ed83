"""A slider over the operating threshold whose figures move with it, without the server."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.component import component
from dashboard.grid import thumbnail
from dashboard.threshold.told import Choice, Door, read_choice, read_door
from dashboard.thresholds import Board, Counts, PoolImage
from dashboard.widgets import name_of

__all__ = ["Choice", "Door", "Slice", "Slicing", "Start", "threshold_slider"]

_COMPONENT = component(
    Path(__file__).parent,
    *("arithmetic", "board", "figures", "histogram", "curves", "slices", "flips", "threshold"),
)


@dataclass(frozen=True)
class Start:
    """The threshold that changes are told against, and what it is called."""

    value: float
    name: str


@dataclass(frozen=True)
class Slice:
    """A part of the images; `key` names it in the URL."""

    key: str
    name: str
    counts: Counts


@dataclass(frozen=True)
class Slicing:
    """One way to slice.

    Attributes:
        names: Of all ways, by their kind.
        chosen: The kind of this one.
        n: Slices there are; `slices` holds the largest.
    """

    names: Mapping[str, str]
    chosen: str
    n: int
    slices: Sequence[Slice]


def threshold_slider(
    choice: Choice,
    board: Board,
    start: Start,
    split: str,
    slicing: Slicing,
    *,
    pool: Callable[[], Sequence[PoolImage]],
    further: Sequence[PoolImage],
    key: str,
    identity: str,
    on_choose: Callable[[Choice], None],
    on_open: Callable[[Door], None],
) -> None:
    """Draw the slider with everything that moves with it.

    Args:
        choice: Where it stands, and what it was chosen by.
        board: The counts.
        start: What the flips are told against.
        split: The one that is looked at.
        slicing: Slices with counts at the board's steps.
        pool: Reads the images nearest to the start; asked only when the browser does not hold them.
        further: Images beyond the pool that flip at the present choice.
        key: Stable name; another one starts a new slider.
        identity: Names the counts, pool and slices; equal ones are not sent again.
        on_choose: Told what was chosen when the slider is let go.
        on_open: Told which images to open.
    """
    state = st.session_state.get(key) or {}
    is_held = _held(state.get("told")) == identity
    data = {
        "identity": identity,
        "value": choice.value,
        "mode": choice.mode,
        "costs": asdict(choice.costs),
        "band": choice.band,
        "start": asdict(start),
        "split": split,
        "further": [_picture(each) for each in further],
        "payload": None if is_held else _payload(board, slicing, pool()),
    }

    def chosen() -> None:
        told = read_choice(st.session_state[key]["told"])
        if told:
            on_choose(told)

    def opened() -> None:
        door = read_door(st.session_state[key]["door"])
        if door:
            on_open(door)

    _COMPONENT(key=key, data=data, on_told_change=chosen, on_door_change=opened)


def _held(told: Any) -> str | None:
    return told.get("held") if isinstance(told, dict) else None


def _payload(board: Board, slicing: Slicing, pool: Sequence[PoolImage]) -> dict[str, Any]:
    return {
        "steps": _packed(board.steps, "<f8"),
        "shown": _counts(board.shown),
        "chosenOn": _counts(board.chosen_on),
        "pool": [_picture(each) for each in pool],
        "slicings": list(slicing.names.items()),
        "slicing": slicing.chosen,
        "nSlices": slicing.n,
        "slices": [
            {"key": each.key, "name": each.name, **_counts(each.counts)} for each in slicing.slices
        ],
    }


def _counts(counts: Counts) -> dict[str, Any]:
    return {
        "falseFake": _packed(counts.false_fake, "<u4"),
        "falseGenuine": _packed(counts.false_genuine, "<u4"),
        "nGenuine": counts.n_genuine,
        "nFake": counts.n_fake,
    }


def _packed(values: NDArray[Any], kind: str) -> str:
    """Return numbers as bytes in base64: a quarter of what they take as text to send and read."""
    return base64.b64encode(np.asarray(values).astype(kind).tobytes()).decode()


def _picture(each: PoolImage) -> dict[str, Any]:
    return {
        "id": each.image.id,
        "score": each.score,
        "isFake": each.is_fake,
        "name": name_of(each.image),
        "source": thumbnail(each.image.checksum),
    }
