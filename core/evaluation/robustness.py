"""Robustness: does a verdict survive what happens to any picture that is sent and saved again?"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Literal

import numpy as np
from PIL import Image

from core.types import Box, Face, RgbImage

JPEG: Literal["jpeg"] = "jpeg"
RESIZE: Literal["resize"] = "resize"
GRID_PX = 16
"""Side of JPEG's blocks where colours are halved; three quarters and quarters of it are whole."""


@dataclass(frozen=True)
class Change:
    """One thing that may happen to a picture.

    Attributes:
        kind: "jpeg" saves it again, "resize" makes it smaller.
        amount: JPEG's quality, 1 to 100, or the share of width and height that is left, up to 1.
    """

    kind: Literal["jpeg", "resize"]
    amount: float

    def __str__(self) -> str:
        if self.kind == JPEG:
            return f"JPEG quality {self.amount:.0f}"
        return f"resized to {self.amount:.0%}"


CHANGES: tuple[Change, ...] = (
    *(Change(JPEG, quality) for quality in (95, 75, 50, 30)),
    *(Change(RESIZE, share) for share in (0.75, 0.5, 0.25)),
)


def apply(change: Change, pixels: RgbImage) -> RgbImage:
    """Return what becomes of a picture.

    JPEG is Pillow's, with colours at half resolution, as most programs write it; resizing averages
    areas, as sites do that make pictures smaller.

    Args:
        change: What happens.
        pixels: (h, w, 3).
    """
    import cv2

    if change.kind == JPEG:
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=int(change.amount))
        return np.asarray(Image.open(buffer))
    height, width = pixels.shape[:2]
    size = max(1, round(width * change.amount)), max(1, round(height * change.amount))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def scaled_face(change: Change, face: Face | None) -> Face | None:
    """Return where a face is after a change.

    The face is not looked for again: found a little elsewhere, it would change the score too, and
    nobody could tell which of the two did.
    """
    if face is None or change.kind == JPEG:
        return face
    share, box = change.amount, face.box
    return replace(
        face,
        box=Box(box.x * share, box.y * share, box.width * share, box.height * share),
        landmarks=tuple((x * share, y * share) for x, y in face.landmarks),
    )


def around(pixels: RgbImage, face: Face) -> tuple[RgbImage, Face]:
    """Cut away what a face crop never sees, so that large photographs take no longer than others.

    Args:
        pixels: (h, w, 3) upright original.
        face: A face in it.

    Returns:
        A view whose borders lie on JPEG's grid or on the picture's own, at least one longer side of
        the face's box away from its middle, and the face in it: compressing or resizing the view
        gives the pixels that the whole picture would, save for its outermost.
    """
    height, width = pixels.shape[:2]
    box = face.box
    reach = max(box.width, box.height) + GRID_PX
    x, y = box.x + box.width / 2, box.y + box.height / 2
    left, right = _on_grid(x - reach, x + reach, width)
    top, bottom = _on_grid(y - reach, y + reach, height)
    moved = replace(
        face,
        box=replace(box, x=box.x - left, y=box.y - top),
        landmarks=tuple((px - left, py - top) for px, py in face.landmarks),
    )
    return pixels[top:bottom, left:right], moved


def _on_grid(low: float, high: float, end: int) -> tuple[int, int]:
    return (
        min(max(0, floor(low / GRID_PX) * GRID_PX), end - 1),
        max(1, min(end, ceil(high / GRID_PX) * GRID_PX)),
    )


def first_flip(
    changes: Sequence[Change], verdicts: Sequence[str], original: str, kind: str
) -> Change | None:
    """Return the mildest change of a kind under which a verdict is no longer the original's.

    Args:
        changes: The mildest of each kind first.
        verdicts: What each gives.
        original: What the picture itself gives.
        kind: "jpeg" or "resize".
    """
    called = zip(changes, verdicts, strict=True)
    return next((c for c, verdict in called if c.kind == kind and verdict != original), None)
