"""Soft masks of a face, estimated from its five landmarks.

A face is taken as a rigid head seen in weak perspective: the eyes span its width, eyes to mouth
its height, and the nose tip, by how far it stands off the line between them, the direction of
depth. Outlines are drawn in these axes at the proportions of Farkas (1994), "Anthropometry of the
head and face", adult means rounded.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.types import Face

SoftMask = NDArray[np.float32]
"""(height, width) weights, 0 outside to 1 inside."""

# Half an outline, image-right, from the top down: (half eye distances from the middle,
# eye-mouth distances below the eyes, nose-tip heights in front of the plane of eyes and mouth).
CRITICAL_OUTLINE = (
    (0.0, -0.36, 0.3),
    (1.0, -0.42, 0.2),
    (1.65, -0.30, -0.3),
    (1.75, 0.05, -0.5),
    (1.45, 0.70, -0.4),
    (1.05, 1.15, -0.2),
    (0.55, 1.42, 0.1),
    (0.0, 1.48, 0.2),
)
FACE_OUTLINE = (
    (0.0, -0.72, 0.0),
    (0.95, -0.68, -0.2),
    (1.75, -0.35, -0.8),
    (2.0, 0.15, -1.1),
    (1.85, 0.75, -1.0),
    (1.35, 1.25, -0.5),
    (0.7, 1.58, 0.0),
    (0.0, 1.66, 0.2),
)
LOW_OUTLINE = ((0.0, 0.10, 0.4), (1.2, 0.25, -0.3), *FACE_OUTLINE[4:])
"""The face below the eyes, which swaps of mouth and jaw replace."""

NOSE_HEIGHT = 0.49
CRITICAL_FEATHER, SUBPIXEL_BITS = 0.25, 4


def eye_distance_px(face: Face) -> float:
    """Measure between the two eye centres."""
    left, right = np.array(face.landmarks[:2])
    return float(np.hypot(*(right - left)))


def critical_region(shape: tuple[int, ...], face: Face) -> SoftMask:
    """Mask the region that tells faces apart: brows, eyes, nose, mouth and chin.

    Args:
        shape: (height, width, ...) of the picture.
        face: Five landmarks in px of the picture.

    Returns:
        (height, width) float32, 1 inside, falling softly to exactly 0 outside.
    """
    outline = _place(_mirrored(CRITICAL_OUTLINE), face)
    return feather(fill(shape, outline), CRITICAL_FEATHER * eye_distance_px(face))


def face_hull(
    shape: tuple[int, ...], face: Face, random: np.random.Generator, variation: float = 1.0
) -> SoftMask:
    """Mask a whole face, or its lower part, never twice alike.

    Following Shiohara and Yamasaki (2022), section 3.2: a hull of the landmarks, elastically
    deformed, smoothed, cut to what stayed 1, and smoothed again, so that the outline may shrink
    or grow.

    Args:
        shape: (height, width, ...) of the picture.
        face: Five landmarks in px of the picture.
        random: Source of every choice.
        variation: Scale of all deformations; 0 gives the plain outline with a random edge.

    Returns:
        (height, width) float32 in 0 to 1, exactly 0 away from the face.
    """
    unit_px = eye_distance_px(face)
    outline = random.choice(np.array([0, 0, 1, 2]))
    half = (FACE_OUTLINE, CRITICAL_OUTLINE, LOW_OUTLINE)[outline]
    points = _place(_mirrored(half), face)
    points += random.normal(0, 0.05 * variation * unit_px, points.shape)
    deformed = _elastic(fill(shape, points), random, 0.1 * variation * unit_px, unit_px)
    first, second = random.uniform((0.02, 0.08), (0.15, 0.35)) * unit_px
    core = (feather(deformed, first) > 0.99).astype(np.float32)
    return feather(core, second)


def fill(shape: tuple[int, ...], points: NDArray[np.float64]) -> SoftMask:
    """Fill the convex hull of (n, 2) points in px, as (height, width) of 0 and 1."""
    mask = np.zeros(shape[:2], np.uint8)
    fixed = np.round(cv2.convexHull(points.astype(np.float32)) * 2**SUBPIXEL_BITS)
    cv2.fillConvexPoly(mask, fixed.astype(np.int32), 1, shift=SUBPIXEL_BITS)
    return mask.astype(np.float32)


def feather(mask: SoftMask, width_px: float) -> SoftMask:
    """Soften the edge over about `width_px` to either side; farther away nothing changes."""
    reach = max(1, round(width_px))
    side = 2 * reach + 1
    soft: SoftMask = cv2.GaussianBlur(mask, (side, side), reach / 2)
    return soft


def _mirrored(half: tuple[tuple[float, float, float], ...]) -> NDArray[np.float64]:
    right = np.array(half)
    return np.concatenate([right, right * (-1, 1, 1)])


def _place(points: NDArray[np.float64], face: Face) -> NDArray[np.float64]:
    """Carry (n, 3) head coordinates to (n, 2) px."""
    left, right, nose, *mouth = np.array(face.landmarks)
    middle = (left + right) / 2
    down = np.mean(mouth, axis=0) - middle
    toward = nose - (middle + NOSE_HEIGHT * down)
    placed: NDArray[np.float64] = middle + points @ np.stack([(right - left) / 2, down, toward])
    return placed


def _elastic(
    mask: SoftMask, random: np.random.Generator, amplitude_px: float, smooth_px: float
) -> SoftMask:
    """Shift every pixel by smooth noise (Simard, Steinkraus and Platt, 2003)."""
    height, width = mask.shape
    cell_px = max(1.0, smooth_px)
    grid = (max(2, round(height / cell_px)), max(2, round(width / cell_px)))
    noise = random.normal(0, amplitude_px, (2, *grid)).astype(np.float32)
    dx, dy = (cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC) for field in noise)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    moved: SoftMask = cv2.remap(mask, columns + dx, rows + dy, cv2.INTER_LINEAR)
    return moved
