"""What a person does to a box: read as a stranger's word."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from core.types import Box, Feature

FACE = "face"
ACTIONS = frozenset({"place", "hide", "add", "undo"})
PARTS = (FACE, *(feature.value for feature in Feature))
FARTHEST_PX = 1e6


@dataclass(frozen=True)
class Change:
    """One finished change.

    Attributes:
        action: One of ACTIONS: "place" or "hide" a part of a face, "add" a face, or "undo".
        face: Number of the face with "place" and "hide".
        part: One of PARTS.
        box: With "place" and "add", px of the upright original.
    """

    action: str
    face: int | None = None
    part: str = FACE
    box: Box | None = None


def read(item: dict[str, Any], faces: Container[int]) -> Change | None:
    """Return the change that an item asks for, or None if it is none.

    Args:
        item: {"action", "face", "part", "box": [x, y, width, height]}, whatever it holds.
        faces: Numbers of the faces that were shown.
    """
    action, face, part = item.get("action"), item.get("face"), item.get("part")
    box = _box(item.get("box"))
    if action == "undo":
        return Change("undo")
    if action == "add" and box:
        return Change("add", box=box)
    if type(face) is not int or face not in faces or part not in PARTS:
        return None
    if action == "hide":
        return Change("hide", face, part)
    return Change("place", face, part, box) if action == "place" and box else None


def _box(told: Any) -> Box | None:
    """Return four finite numbers of a sane size, with an area, as a box."""
    if not isinstance(told, list) or len(told) != 4:
        return None
    if not all(type(each) in (int, float) and abs(each) <= FARTHEST_PX for each in told):
        return None
    x, y, width, height = map(float, told)
    return Box(x, y, width, height) if min(width, height) > 0 else None
