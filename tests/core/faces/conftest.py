import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.types import Box, Face, RgbImage

SKIN, HAIR, LIPS, WHITE = (222, 182, 155), (60, 40, 30), (170, 80, 80), (250, 250, 250)

DrawFace = Callable[..., RgbImage]


def _draw_face(
    canvas: RgbImage, centre: tuple[float, float] = (160, 165), scale: float = 1.0
) -> RgbImage:
    """Draw a face that YuNet takes for one: eyes at (+-32, -12), nose tip near (0, 22), mouth
    corners at (+-28, 60), times scale, from the centre."""

    def ellipse(x: float, y: float, w: float, h: float, colour: tuple[int, int, int]) -> None:
        middle = (round(centre[0] + x * scale), round(centre[1] + y * scale))
        axes = (round(w * scale), round(h * scale))
        cv2.ellipse(canvas, middle, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)

    ellipse(0, -25, 88, 105, HAIR)
    ellipse(0, 10, 75, 100, SKIN)
    for side in (-32, 32):
        ellipse(side, -33, 18, 4, HAIR)
        ellipse(side, -12, 15, 8, WHITE)
        ellipse(side, -12, 7, 7, HAIR)
    ellipse(0, 24, 16, 9, (185, 135, 115))
    ellipse(0, 20, 14, 9, SKIN)
    ellipse(-9, 30, 4, 4, (150, 100, 85))
    ellipse(9, 30, 4, 4, (150, 100, 85))
    ellipse(0, 60, 28, 10, LIPS)
    blurred: RgbImage = cv2.GaussianBlur(canvas, (0, 0), 1.5 * scale)
    return blurred


@pytest.fixture
def draw_face() -> DrawFace:
    return _draw_face


@pytest.fixture
def grey_canvas() -> RgbImage:
    return np.full((320, 320, 3), (120, 150, 170), np.uint8)


@pytest.fixture
def frontal_face() -> Face:
    """Frontal, upright, 64 px between the eyes; its middle is (160, 160)."""
    points = ((128.0, 128.0), (192.0, 128.0), (160.0, 164.0), (132.0, 202.0), (188.0, 202.0))
    return Face(Box(80, 60, 160, 200), points, 0.9)


@pytest.fixture
def real_faces() -> Path:
    default = Path(__file__).parents[4] / "shared" / "faces"
    folder = Path(os.environ.get("VERITY_TEST_FACES", default))
    if not folder.is_dir():
        pytest.skip(f"no real photographs at {folder}: set VERITY_TEST_FACES")
    return folder
