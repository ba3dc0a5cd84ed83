"""Turn a face into an identity vector with SFace.

Reference: Zhong et al. (2021), "SFace: sigmoid-constrained hypersphere loss for robust face
recognition".
"""

import threading
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.faces.align import TEMPLATE_SIZE_PX, align
from core.faces.weights import SFACE, bundled
from core.types import Face, RgbImage

SAME_IDENTITY_COSINE = 0.363
"""Cosine of two vectors from which OpenCV calls them one person (its best on LFW)."""

EMBEDDING_SIZE = 128

_local = threading.local()


def embed(pixels: RgbImage, face: Face) -> NDArray[np.float32]:
    """Describe whose face this is; the cosine of two vectors compares two faces.

    Args:
        pixels: (h, w, 3) upright sRGB image.
        face: A face in it, in its pixels.

    Returns:
        (128,) vector of length 1.

    Raises:
        Unavailable: If the bundled network is missing or altered.
    """
    aligned = align(pixels, face, TEMPLATE_SIZE_PX)
    network = _network()
    network.setInput(cv2.dnn.blobFromImage(aligned, swapRB=True))  # BGR, 0 to 255
    vector = network.forward().reshape(EMBEDDING_SIZE)
    unit: NDArray[np.float32] = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def _network() -> Any:
    """Return this thread's network: OpenCV's networks are not thread-safe."""
    if not hasattr(_local, "network"):
        _local.network = cv2.dnn.readNetFromONNX(str(bundled(SFACE)), cv2.dnn.ENGINE_CLASSIC)
    return _local.network
