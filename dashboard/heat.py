"""The heat map on the detector's crop: where it looked, and which way that moved the score."""

import io

import numpy as np

from dashboard.tried import Tried

HEAT_COLOURS = np.array(
    [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)], np.float64
)
"""Viridis at five points: also those who see few colours tell them apart by brightness."""


def heat_picture(tried: Tried, *, towards_fake: bool, strength: float) -> bytes:
    """Return the detector's crop as a PNG, coloured where it moved the score to one side.

    Args:
        tried: The image.
        towards_fake: Which side.
        strength: How opaque the strongest place is, 0 to 1.
    """
    from PIL import Image

    crop = Image.open(io.BytesIO(tried.crop)).convert("RGB")
    heat = np.maximum(np.array(tried.heat, np.float32) * (1 if towards_fake else -1), 0)
    smooth = Image.fromarray(heat).resize(crop.size, Image.Resampling.BICUBIC)
    level = np.clip(np.asarray(smooth), 0, 1)[..., None]
    stops = np.linspace(0, 1, len(HEAT_COLOURS))
    colours = np.concatenate([np.interp(level, stops, each) for each in HEAT_COLOURS.T], axis=2)
    alpha = strength * np.sqrt(level)
    blended = np.asarray(crop) * (1 - alpha) + colours * alpha
    buffer = io.BytesIO()
    Image.fromarray(np.rint(blended).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def has_heat(tried: Tried, *, towards_fake: bool) -> bool:
    """Say whether anything in the crop moved the score to a side."""
    heat = np.array(tried.heat)
    return bool((heat > 0).any() if towards_fake else (heat < 0).any())
