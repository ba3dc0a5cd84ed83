"""Normalise: bring every image to 480 x 320, and make what the pages show small."""

import io

import numpy as np
from PIL import Image, ImageOps

from core.images.reduce import reduce_by_area
from core.types import Box, Face, NormaliseRule, RgbImage

NORMALISED_WIDTH_PX = 480
NORMALISED_HEIGHT_PX = 320
NEUTRAL_GREY = 127
THUMBNAIL_SIDE_PX = 160
THUMBNAIL_QUALITY = 80
THUMBNAIL_EFFORT = 0  # of 6: a third of the default's time for an eighth more bytes
FACE_CENTRE_Y = 0.45
"""Where the face's centre stands in a crop's height: a little above the middle, as in portraits."""

_SIZE_PX = (NORMALISED_WIDTH_PX, NORMALISED_HEIGHT_PX)


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
    image = Image.fromarray(pixels)
    if rule is NormaliseRule.LETTERBOX:
        grey = (NEUTRAL_GREY,) * 3
        fitted = ImageOps.pad(image, _SIZE_PX, Image.Resampling.LANCZOS, color=grey)
    else:
        window = _crop_window(image.width, image.height, face)
        fitted = image.resize(_SIZE_PX, Image.Resampling.LANCZOS, box=window)
    return np.array(fitted)


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


def _crop_window(
    width_px: int, height_px: int, face: Face | None
) -> tuple[float, float, float, float]:
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
    return _encode(Image.fromarray(pixels), "JPEG", quality=quality, subsampling=0)


def thumbnail(pixels: RgbImage) -> bytes:
    """Encode (height, width, 3) pixels as a WebP of at most 160 x 160 px, about 5 kB."""
    image = Image.fromarray(reduce_by_area(pixels, THUMBNAIL_SIDE_PX))
    return _encode(image, "WEBP", quality=THUMBNAIL_QUALITY, method=THUMBNAIL_EFFORT)


def _encode(image: Image.Image, image_format: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()
