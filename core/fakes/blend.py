"""Work on the part of a photograph that holds the face, and blend the result back in."""

import numpy as np
from numpy.typing import NDArray

from core.faces.mask import eye_distance_px
from core.types import Box, Face, RgbImage

WINDOW_HALF_SIDES = 2.5  # in the larger of eye distance and eye-mouth distance


def face_window(shape: tuple[int, ...], face: Face) -> tuple[slice, slice]:
    """Return the rows and columns that hold the whole face, so that large pictures stay cheap.

    Args:
        shape: (height, width, ...) of the picture.
        face: A usable face in its pixels.
    """
    points = np.array(face.landmarks)
    down_px = float(np.hypot(*(points[3:].mean(axis=0) - points[:2].mean(axis=0))))
    half_px = WINDOW_HALF_SIDES * max(eye_distance_px(face), down_px)
    size = np.array(shape[1::-1])
    left, top = np.clip(points.mean(axis=0) - half_px, 0, size - 1).astype(int).tolist()
    right, bottom = np.clip(points.mean(axis=0) + half_px, 1, size).astype(int).tolist()
    return slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1))


def move(face: Face, dx: float, dy: float) -> Face:
    """Return the face shifted by (dx, dy) px."""
    box = Box(face.box.x + dx, face.box.y + dy, face.box.width, face.box.height)
    return Face(box, tuple((x + dx, y + dy) for x, y in face.landmarks), face.confidence)


def blend(source: NDArray[np.generic], target: RgbImage, weights: NDArray[np.float32]) -> RgbImage:
    """Weigh source against target.

    Args:
        source: (h, w, 3) in 0 to 255, of any number type.
        target: (h, w, 3) uint8.
        weights: (h, w) in 0 to 1; where it is 0 the target stays bit-identical.

    Returns:
        (h, w, 3) uint8.
    """
    alpha = weights[..., None]
    mixed = np.asarray(source, np.float32) * alpha + target * (1 - alpha)
    return np.clip(mixed, 0, 255).round().astype(np.uint8)
