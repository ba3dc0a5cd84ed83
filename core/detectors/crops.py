"""What part of an image a detector sees: the same for both labels."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from core.faces.align import face_crop
from core.images.storage import Kind
from core.types import Face, RgbImage


@dataclass(frozen=True)
class Crop:
    """A way to cut the detector's square input.

    Attributes:
        kind: Which stored file it is cut from.
        cut: Takes (h, w, 3) pixels, the face in the original or None, and the side in px.
    """

    kind: Kind
    cut: Callable[[RgbImage, Face | None, int], RgbImage]


def squeezed(pixels: RgbImage, _face: Face | None, size_px: int) -> RgbImage:
    """Return the whole picture as a square, without regard to its aspect."""
    resized = cv2.resize(pixels, (size_px, size_px), interpolation=cv2.INTER_AREA)
    return np.asarray(resized, dtype=np.uint8)


CROPS = {
    "face": Crop("originals", face_crop),
    "normalised": Crop("normalised", squeezed),
}
