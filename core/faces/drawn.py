"""A face that a person drew: a box, and the landmarks that such a box has on average."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.types import Box, Face

LEAST_SIDE_PX = 1

# Medians of YuNet's landmarks in its own boxes over 749 photographs of LFW, made symmetric, as
# shares of width and height; they spread by 0.08 to 0.14 of the width, 0.02 to 0.03 of the height.
LANDMARKS: NDArray[np.float64] = np.array(
    [(0.262, 0.373), (0.738, 0.373), (0.5, 0.571), (0.296, 0.726), (0.704, 0.726)]
)


def drawn_face(box: Box) -> Face:
    """Return the face of a box that a person drew, with confidence 1.

    Args:
        box: Around an upright face, px.

    Returns:
        The face with five landmarks where they lie on average: good enough to crop and to align
        by, not to measure by.
    """
    points = LANDMARKS * (box.width, box.height) + (box.x, box.y)
    return Face(box, tuple((float(x), float(y)) for x, y in points), 1.0)


def fits(box: Box, landmarks: Sequence[Sequence[float]]) -> bool:
    """Say whether all landmarks (x, y in px) lie in a box."""
    return all(
        box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height for x, y in landmarks
    )
