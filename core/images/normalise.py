"""Normalise: bring every image to 480 x 320, and make what the pages show small."""

from math import ceil
from typing import TypeAlias

import cv2
import numpy as np
from cykooz_resizer import (
    CropBox,
    FilterType,
    ImageData,
    PixelType,
    ResizeAlg,
    ResizeOptions,
    Resizer,
)

from core.images.reduce import reduce_by_area
from core.types import Box, Face, NormaliseRule, RgbImage

NORMALISED_WIDTH_PX = 480
NORMALISED_HEIGHT_PX = 320
NEUTRAL_GREY = 127
THUMBNAIL_SIDE_PX = 160
THUMBNAIL_QUALITY = 85
FACE_CENTRE_Y = 0.45
"""Where the face's centre stands in a crop's height: a little above the middle, as in portraits."""

_SIZE_PX = (NORMALISED_WIDTH_PX, NORMALISED_HEIGHT_PX)

_Window: TypeAlias = tuple[float, float, float, float]
"""(left, top, right, bottom), px."""


def normalise(pixels: RgbImage, face: Face | None, rule: NormaliseRule) -> RgbImage:
    """Bring an image to the one size that everything downstream works on.

    Args:
        pixels: (height, width, 3).
        face: Where to centre a crop; without one the crop is central. Not used by LETTERBOX.
        rule: CROP cuts the largest 3:2 window out of the image; LETTERBOX fits the whole image
            and fills the rest with neutral grey (127).

    Returns:
        (320, 480, 3), resampled with Lanczos.
    """
    height_px, width_px = pixels.shape[:2]
    if rule is NormaliseRule.LETTERBOX:
        return _letterboxed(pixels)
    return _resampled(pixels, *_SIZE_PX, _crop_window(width_px, height_px, face))


def _letterboxed(pixels: RgbImage) -> RgbImage:
    height_px, width_px = pixels.shape[:2]
    scale = min(NORMALISED_WIDTH_PX / width_px, NORMALISED_HEIGHT_PX / height_px)
    width, height = max(1, round(width_px * scale)), max(1, round(height_px * scale))
    left = round((NORMALISED_WIDTH_PX - width) / 2)
    top = round((NORMALISED_HEIGHT_PX - height) / 2)
    canvas = np.full((NORMALISED_HEIGHT_PX, NORMALISED_WIDTH_PX, 3), NEUTRAL_GREY, np.uint8)
    whole = 0.0, 0.0, float(width_px), float(height_px)
    canvas[top : top + height, left : left + width] = _resampled(pixels, width, height, whole)
    return canvas


def _resampled(pixels: RgbImage, width_px: int, height_px: int, window: _Window) -> RgbImage:
    """Bring a window of an image to a size with Pillow's Lanczos filter, in a quarter of the time.

    Of photographs, one value in twenty differs, by 2 at most: the two round at other places.
    """
    left, top, right, bottom = window
    reach = ceil(3 * max(1.0, (bottom - top) / height_px)) + 1  # rows that the filter looks beyond
    first = max(0, int(top) - reach)
    rows = pixels[first : ceil(bottom) + reach]  # what is copied, of a portrait less than half
    source = ImageData(rows.shape[1], rows.shape[0], PixelType.U8x3, rows.tobytes())
    target = ImageData(width_px, height_px, PixelType.U8x3)
    lanczos = ResizeAlg.convolution(FilterType.lanczos3)
    box = CropBox(left, top - first, right - left, bottom - top)
    # One a call: a resizer must not be shared by threads.
    Resizer().resize(source, target, ResizeOptions(lanczos, crop_box=box))
    return np.frombuffer(target.get_buffer(), np.uint8).reshape(height_px, width_px, 3)


def normalised_box(width_px: int, height_px: int, face: Face, rule: NormaliseRule) -> Box:
    """Return where a face's box lies in the 480 x 320 copy, px; it may reach over the edge.

    Args:
        width_px: Of the upright original.
        height_px: The same.
        face: The one that `normalise` was given.
        rule: The same.
    """
    left, top, right, bottom = 0.0, 0.0, float(width_px), float(height_px)
    if rule is NormaliseRule.CROP:
        left, top, right, bottom = _crop_window(width_px, height_px, face)
    scale = min(NORMALISED_WIDTH_PX / (right - left), NORMALISED_HEIGHT_PX / (bottom - top))
    bar_x = (NORMALISED_WIDTH_PX - scale * (right - left)) / 2
    bar_y = (NORMALISED_HEIGHT_PX - scale * (bottom - top)) / 2
    box = face.box
    return Box(
        (box.x - left) * scale + bar_x,
        (box.y - top) * scale + bar_y,
        box.width * scale,
        box.height * scale,
    )


def _crop_window(width_px: int, height_px: int, face: Face | None) -> _Window:
    """Return (left, top, right, bottom) of the largest 3:2 window, around the face if it fits."""
    aspect = NORMALISED_WIDTH_PX / NORMALISED_HEIGHT_PX
    window_width = min(float(width_px), height_px * aspect)
    window_height = min(float(height_px), width_px / aspect)
    left, top = (width_px - window_width) / 2, (height_px - window_height) / 2
    if face:
        box = face.box
        left = _place(box.x, box.width, window_width, 0.5, width_px)
        top = _place(box.y, box.height, window_height, FACE_CENTRE_Y, height_px)
    return left, top, left + window_width, top + window_height


def _place(start: float, length: float, window: float, at: float, limit: float) -> float:
    """Place a window along one axis: the face's centre at the fraction `at`, all of it inside."""
    origin = start + length / 2 - at * window
    if length <= window:
        origin = min(max(origin, start + length - window), start)
    return min(max(origin, 0.0), limit - window)


def encode_jpeg(pixels: RgbImage, quality: int = 95) -> bytes:
    """Encode (height, width, 3) pixels as JPEG with full colour resolution (4:4:4)."""
    return _encode(pixels, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)


def thumbnail(pixels: RgbImage) -> bytes:
    """Encode (height, width, 3) pixels as a JPEG of at most 160 x 160 px, about 5 kB.

    A WebP would be an eighth smaller and take ten times as long.
    """
    small = reduce_by_area(pixels, THUMBNAIL_SIDE_PX)
    return _encode(small, THUMBNAIL_QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420)


def _encode(pixels: RgbImage, quality: int, sampling: int) -> bytes:
    """Encode with the accurate transform: the very bytes that Pillow writes.

    TurboJPEG's interface would take its fast transform below a quality of 96, whose errors show.
    """
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)
    return bytes(encoded)
