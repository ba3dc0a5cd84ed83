"""Reduce: a small picture of an image by averaging, for checks, hashes and thumbnails."""

import numpy as np
from numpy.typing import NDArray

SMALL_SIDE_PX = 256


def reduce_by_area(pixels: NDArray[np.uint8], longest_px: int = SMALL_SIDE_PX) -> NDArray[np.uint8]:
    """Shrink to a longest side of `longest_px` by averaging areas; smaller pictures stay.

    Args:
        pixels: (height, width) or (height, width, 3).
        longest_px: Of the result.

    Returns:
        The same number of channels; sides are at least 1 px.
    """
    height_px, width_px = pixels.shape[:2]
    scale = longest_px / max(height_px, width_px)
    if scale >= 1:
        return pixels
    return reduce_to(pixels, max(1, round(width_px * scale)), max(1, round(height_px * scale)))


def reduce_to(pixels: NDArray[np.uint8], width_px: int, height_px: int) -> NDArray[np.uint8]:
    """Bring (height, width[, 3]) pixels to a size by averaging areas, whatever their shape.

    A side that grows is interpolated linearly.
    """
    import cv2

    size = width_px, height_px
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def to_grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (height, width) luma of (height, width, 3) pixels by ITU-R BT.601."""
    import cv2

    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
