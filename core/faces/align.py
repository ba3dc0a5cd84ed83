"""Turn, scale and cut faces: onto the recogniser's template, or upright for the detectors."""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.types import Face, RgbImage

TEMPLATE_SIZE_PX = 112
LARGEST_MULTIPLE = 16
# The five points of ArcFace (Deng et al., 2019), for a square of 112 px.
TEMPLATE: NDArray[np.float64] = np.array(
    [
        (38.2946, 51.6963),
        (73.5318, 51.5014),
        (56.0252, 71.7366),
        (41.5493, 92.3655),
        (70.7299, 92.2041),
    ]
)


def alignment_matrix(face: Face, size_px: int, margin: float = 0.0) -> NDArray[np.float64]:
    """Fit the similarity transform that carries the landmarks onto the template.

    Args:
        face: Five landmarks in px.
        size_px: Side of the aligned square.
        margin: Extra border on every side, as a fraction of the template's side.

    Returns:
        (2, 3) affine matrix from picture to square: rotation, uniform scale and shift by least
        squares, never a mirror image.

    Reference: Umeyama (1991); in two dimensions it is one complex regression.
    """
    centre = TEMPLATE_SIZE_PX / 2
    shrunk = (TEMPLATE + 0.5 - centre) / (1 + 2 * margin) + centre
    scaled = shrunk * (size_px / TEMPLATE_SIZE_PX) - 0.5  # pixel centres lie on the half
    points = np.array(face.landmarks) @ (1, 1j)
    design = np.stack([points, np.ones(5)], axis=1)
    (turn, shift), *_ = np.linalg.lstsq(design, scaled @ (1, 1j), rcond=None)
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def align(pixels: RgbImage, face: Face, size_px: int, margin: float = 0.0) -> RgbImage:
    """Cut the face so that its landmarks fall on the ArcFace template.

    Args:
        pixels: (h, w, 3) upright sRGB image.
        face: A face in it.
        size_px: Side of the square that is returned.
        margin: Extra border on every side, as a fraction of the template's side.

    Returns:
        (size_px, size_px, 3) aligned face; the picture's border is repeated where it ends.
    """
    matrix = alignment_matrix(face, size_px, margin)
    scale = float(np.hypot(*matrix[:, 0]))
    # A plain warp aliases where it shrinks: warp to a multiple of the size, then average.
    multiple = int(np.ceil(1 / np.clip(scale, 1 / LARGEST_MULTIPLE, 1)))
    large_px = size_px * multiple
    warped = cv2.warpAffine(
        pixels,
        alignment_matrix(face, large_px, margin),
        (large_px, large_px),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    aligned: RgbImage = cv2.resize(warped, (size_px, size_px), interpolation=cv2.INTER_AREA)
    return aligned


def face_crop(pixels: RgbImage, face: Face | None, size_px: int, margin: float = 0.3) -> RgbImage:
    """Cut the detectors' input: an upright square around the face.

    Args:
        pixels: (h, w, 3) upright sRGB image.
        face: A face in it; without one the largest centre square is cut.
        size_px: Side of the square that is returned.
        margin: Border on every side, as a fraction of the box's longer side.

    Returns:
        (size_px, size_px, 3) crop, area-averaged when it shrinks; the picture's border is
        repeated where the square leaves the picture.
    """
    height, width = pixels.shape[:2]
    if face is None:
        side, centre_x, centre_y = min(height, width), width / 2, height / 2
    else:
        box = face.box
        side = max(1, round(max(box.width, box.height) * (1 + 2 * margin)))
        centre_x, centre_y = box.x + box.width / 2, box.y + box.height / 2
    left, top = round(centre_x - side / 2), round(centre_y - side / 2)
    rows = np.clip(np.arange(top, top + side), 0, height - 1)
    columns = np.clip(np.arange(left, left + side), 0, width - 1)
    square = pixels[np.ix_(rows, columns)]
    method = cv2.INTER_AREA if side > size_px else cv2.INTER_LINEAR
    crop: RgbImage = cv2.resize(square, (size_px, size_px), interpolation=method)
    return crop
