"""Boxes on a picture: faces and their parts, which mouse, finger and keyboard correct."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from core.types import Box
from dashboard.boxes.acts import FACE, PARTS, Change, read
from dashboard.component import component
from dashboard.grid.acts import Acknowledged

__all__ = ["FACE", "PARTS", "Change", "Part", "Picture", "picture_boxes"]

_BOXES = component(Path(__file__).parent, "geometry", "queue", "drawing", "boxes")


@dataclass(frozen=True)
class Picture:
    """What the boxes lie on.

    Attributes:
        data: A file that browsers show, of any size.
        width_px: Of the upright original, in whose pixels the boxes are.
    """

    data: bytes
    width_px: int
    height_px: int
    alt: str


@dataclass(frozen=True)
class Part:
    """A face or a part of one.

    Attributes:
        face: Number of the face it belongs to.
        part: One of PARTS.
        box: Px of the upright original, or None where it is not seen.
        source: Who measured or drew it.
        is_estimated: Drawn dashed.
    """

    face: int
    part: str
    box: Box | None
    source: str
    is_estimated: bool = False


def picture_boxes(
    picture: Picture,
    parts: Sequence[Part],
    *,
    key: str,
    on_change: Callable[[Change], None] | None = None,
) -> None:
    """Draw a picture with boxes.

    Args:
        picture: What they lie on.
        parts: Of all faces, the largest face first.
        key: Of the drawing in the session; another one for another picture.
        on_change: Called once for every finished change, in order. Without it nothing can be
            corrected.
    """
    done: Acknowledged = st.session_state.setdefault(f"{key}-acknowledged", Acknowledged())
    faces = {part.face for part in parts}

    def changed() -> None:
        batch = st.session_state[key]["batch"]
        st.session_state[f"{key}-held"] = isinstance(batch, dict) and batch.get("held") is True
        for item in done.fresh(batch):
            change = read(item, faces)
            if change and on_change:
                on_change(change)

    data = {
        # What the browser holds is not sent again with every act.
        "source": None if st.session_state.get(f"{key}-held") else _uri(picture.data),
        "width": picture.width_px,
        "height": picture.height_px,
        "alt": picture.alt,
        "parts": [{**asdict(part), "box": _numbers(part.box)} for part in parts],
        "names": PARTS,
        "editable": on_change is not None,
        "acknowledged": asdict(done),
    }
    _BOXES(key=key, data=data, on_batch_change=changed)


def _uri(data: bytes) -> str:
    """Return a picture as a data URI; whatever it is called, browsers look at its first bytes."""
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"


def _numbers(box: Box | None) -> list[float] | None:
    return None if box is None else [box.x, box.y, box.width, box.height]
