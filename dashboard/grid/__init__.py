"""The image grid: thumbnails that keyboard and mouse select and open."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import NotFound
from core.types import ChecksumSha256
from dashboard import resources
from dashboard.component import component
from dashboard.grid.acts import Acknowledged, known_ids

__all__ = ["Badge", "Cell", "image_grid", "known_ids", "thumbnail"]

_GRID = component(Path(__file__).parent)


@dataclass(frozen=True)
class Badge:
    """A word below a thumbnail.

    Attributes:
        tone: "genuine", "fake", "warning" or "quiet".
    """

    text: str
    tone: str = "quiet"


@dataclass(frozen=True)
class Cell:
    """One thing in a grid.

    Attributes:
        images: One or two sources, as `thumbnail` gives them.
        alt: For those who do not see the picture.
        dimmed: Drawn pale, for what takes no part.
    """

    id: int
    images: tuple[str, ...]
    title: str
    alt: str
    badges: tuple[Badge, ...] = ()
    dimmed: bool = False


def image_grid(
    cells: Sequence[Cell],
    *,
    key: str,
    label: str,
    on_open: Callable[[int], None],
    on_act: Callable[[str, Sequence[int], str | None], None] | None = None,
    selectable: bool = True,
    strip: bool = False,
    on_select: Callable[[], None] | None = None,
    on_act_all: Callable[[str, Sequence[int], str | None], None] | None = None,
    n_all_selected: int = 0,
) -> list[int]:
    """Draw a grid.

    Args:
        cells: With distinct ids.
        key: Of the grid in the session.
        label: Name of the grid for screen readers.
        on_open: Called with a cell's id by double click or Enter; by one click if not selectable.
        on_act: Called once for every key pressed, in order, with what it asks for ("genuine",
            "fake", "unknown", "tag", "exclude", "undo", "previous" or "next": the page), the ids
            it is about, and the tag with "tag". Without it those keys do nothing.
        selectable: Whether cells can be selected: click, Space, Shift, Ctrl-A.
        strip: One row that scrolls, instead of as many as fill the width.
        on_select: Called when the selection changes.
        on_act_all: Called in place of `on_act` where a key is about all that is selected.
        n_all_selected: How many things beyond this grid are selected with all of its cells, which
            it draws and tells; 0 for the person's own selection.

    Returns:
        Ids of the selected cells.
    """
    ids = {cell.id for cell in cells}

    done: Acknowledged = st.session_state.setdefault(f"{key}-acknowledged", Acknowledged())
    shown: set[int] = st.session_state.setdefault(f"{key}-shown", set())
    shown |= ids  # a press may arrive when its page has already been turned

    def acted() -> None:
        for act in done.take(st.session_state[key]["batch"], shown):
            if act.action == "open" and act.ids[0] in ids:
                on_open(act.ids[0])
            elif act.action != "open" and on_act:
                do = on_act_all if act.is_all and on_act_all else on_act
                do(act.action, act.ids, act.argument)

    data = {
        "cells": [_plain(cell) for cell in cells],
        "label": label,
        "selectable": selectable,
        "strip": strip,
        "acts": on_act is not None,
        "acknowledged": asdict(done),
        "allSelected": n_all_selected,
    }
    result = _GRID(
        key=key,
        data=data,
        default={"selected": []},
        on_selected_change=on_select or _nothing,
        on_batch_change=acted,
    )
    return known_ids(result.get("selected"), ids)


def _plain(cell: Cell) -> dict[str, Any]:
    """Return a cell as JSON takes it; `asdict` copies every value of a hundred cells."""
    return {**vars(cell), "badges": [vars(badge) for badge in cell.badges]}


def _nothing() -> None:
    """Take part in a change without doing anything: Streamlit keeps only states that have one."""


def thumbnail(checksum: ChecksumSha256) -> str:
    """Return an image's thumbnail as a data URI; a grey tile where the file is missing."""
    try:
        return _read_thumbnail(checksum)
    except NotFound:
        return _MISSING


@lru_cache(maxsize=2000)  # about 14 MB; what a checksum names never changes
def _read_thumbnail(checksum: ChecksumSha256) -> str:
    data = resources.store().read("thumbnails", checksum)
    kind = "jpeg" if data.startswith(_JPEG) else "webp"  # older homes hold WebP
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


_JPEG = b"\xff\xd8\xff"
_MISSING = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 160 160'%3E"
    "%3Cpath d='M60 60l40 40m0-40l-40 40' stroke='%238b95a5' stroke-width='6'/%3E%3C/svg%3E"
)
