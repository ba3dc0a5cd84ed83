"""What part of an image a detector sees: the same for both labels."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from core.faces.align import face_crop
from core.images.decode import decode
from core.images.normalise import encode_jpeg, normalise
from core.images.storage import Kind
from core.types import Face, NormaliseRule, RgbImage


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


def seen(
    pixels: RgbImage, face: Face | None, crop: Crop, rule: NormaliseRule, size_px: int
) -> RgbImage:
    """Cut a file that is not stored as training cuts the stored ones, to the very pixel.

    Args:
        pixels: (h, w, 3) upright original.
        face: The face in it that is judged, or None.
        crop: The detector's way to cut.
        rule: How this collection brings images to 480 x 320.
        size_px: Side of the square that is returned.
    """
    if crop.kind == "normalised":  # which lies in the store as a JPEG
        pixels = decode(encode_jpeg(normalise(pixels, face, rule))).pixels
    return crop.cut(pixels, face, size_px)
