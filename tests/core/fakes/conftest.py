import hashlib
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from core.fakes.base import Parent
from core.types import Box, Face

MakeParent = Callable[..., Parent]

FACE_PX = np.array([(-20, -24), (20, -24), (0, -2), (-17, 22), (17, 22)])


def _make_parent(
    seed: int, size: tuple[int, int] = (180, 150), has_face: bool = True, scale: float = 1.0
) -> Parent:
    """Make a smooth random picture and say that a frontal face lies in its middle."""
    noise = np.random.default_rng(seed).uniform(0, 255, (*size, 3)).astype(np.float32)
    smooth = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 4), None, 20, 235, cv2.NORM_MINMAX)
    middle = np.array(size[::-1]) / 2 + np.random.default_rng(seed).uniform(-5, 5, 2)
    points = tuple((x, y) for x, y in (FACE_PX * scale + middle).tolist())
    box = Box(middle[0] - 45 * scale, middle[1] - 60 * scale, 90 * scale, 120 * scale)
    checksum = hashlib.sha256(str(seed).encode()).hexdigest()
    return Parent(checksum, smooth.astype(np.uint8), Face(box, points, 0.9) if has_face else None)


@pytest.fixture(scope="session")
def make_parent() -> MakeParent:
    return _make_parent
