"""Reduce: a small picture of an image by averaging, for checks, hashes and thumbnails."""

import numpy as np
from numpy.typing import NDArray

SMALL_SIDE_PX = 256


def reduce_by_area(pixels: NDArray[np.uint8], longest_px: int = SMALL_SIDE_PX) -> NDArray[np.uint8]:
    """Shrink to a longest side of `longest_px`; smaller pictures stay.

    Whole blocks are averaged; what is left, a factor below two, is interpolated linearly. To weigh
    fractions of pixels instead takes four times as long and tells a hash or a check nothing more.

    Args:
        pixels: (height, width) or (height, width, 3).
        longest_px: Of the result.

    Returns:
        The same number of channels; sides are at least 1 px.
    """
    import cv2

    height_px, width_px = pixels.shape[:2]
    scale = longest_px / max(height_px, width_px)
    if scale >= 1:
        return pixels
    blocks = _averaged(pixels, max(height_px, width_px) // longest_px)
    size = max(1, round(width_px * scale)), max(1, round(height_px * scale))
    return np.asarray(cv2.resize(blocks, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _averaged(pixels: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    """Average blocks of `side_px` squared; what fills no block at the right and below is cut."""
    height_px, width_px = pixels.shape[:2]
    down, across = min(side_px, height_px), min(side_px, width_px)
    if down == across == 1:
        return pixels
    rows, columns = height_px // down, width_px // across
    return reduce_to(pixels[: rows * down, : columns * across], columns, rows)


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
