"""Find faces and their five landmarks with YuNet.

Reference: Wu, Peng and Yu (2023), "YuNet: a tiny millisecond-level face detector".
"""

import threading
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput
from core.faces.weights import YUNET, bundled
from core.types import Box, Face, RgbImage

OVERLAP_LIMIT = 0.3
MAX_FACES = 200
# YuNet loses confidence on faces beyond some 300 px, and misses those below some 10 px.
SMALLEST_SIDE_PX, LARGEST_SIDE_PX, CLOSE_UP_SIDE_PX = 160, 480, 240

_local = threading.local()


def detect(pixels: RgbImage, min_confidence: float = 0.6) -> list[Face]:
    """Find the faces in a picture, the largest first.

    Args:
        pixels: (h, w, 3) upright sRGB image of any size.
        min_confidence: Faces below this confidence, 0 to 1, are left out.

    Returns:
        Faces in pixels of `pixels`; a box may reach past the edge of the picture.

    Raises:
        InvalidInput: If `pixels` is not a non-empty (h, w, 3) uint8 array.
        Unavailable: If the bundled network is missing or altered.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
        raise InvalidInput(
            "Expected pixels of shape (height, width, 3) and type uint8. "
            f"Received {pixels.shape} of type {pixels.dtype}: decode the image first."
        )
    side_px = int(np.clip(max(pixels.shape[:2]), SMALLEST_SIDE_PX, LARGEST_SIDE_PX))
    faces = _detect_at(pixels, side_px, min_confidence)
    if not faces and side_px > CLOSE_UP_SIDE_PX:
        faces = _detect_at(pixels, CLOSE_UP_SIDE_PX, min_confidence)
    return sorted(faces, key=lambda face: -face.box.width * face.box.height)


def _detect_at(pixels: RgbImage, side_px: int, min_confidence: float) -> list[Face]:
    """Detect with the longest side scaled to `side_px`."""
    height, width = pixels.shape[:2]
    scale = side_px / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(pixels, size, interpolation=method)
    detector = _detector()
    detector.setInputSize(size)
    detector.setScoreThreshold(min_confidence)
    _, rows = detector.detect(cv2.cvtColor(scaled, cv2.COLOR_RGB2BGR))
    ratio = np.array([width / size[0], height / size[1]])
    return [] if rows is None else [_face(row.astype(np.float64), ratio) for row in rows]


def _face(row: NDArray[np.float64], ratio: NDArray[np.float64]) -> Face:
    """Read one row: x, y, width, height, five points, confidence."""
    points = row[:14].reshape(7, 2) * ratio
    x, y, width, height = points[:2].ravel().tolist()
    landmarks = tuple((x, y) for x, y in points[2:].tolist())
    return Face(Box(x, y, width, height), landmarks, min(1.0, float(row[14])))


def _detector() -> Any:
    """Return this thread's detector: OpenCV's networks are not thread-safe."""
    if not hasattr(_local, "detector"):
        level = cv2.utils.logging.getLogLevel()
        # OpenCV 5 warns that its new engine ignores the target that YuNet's wrapper always sets.
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
        _local.detector = cv2.FaceDetectorYN.create(
            str(bundled(YUNET)), "", (320, 320), 0.6, OVERLAP_LIMIT, MAX_FACES
        )
        cv2.utils.logging.setLogLevel(level)
    return _local.detector
