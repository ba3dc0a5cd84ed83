"""Perceptual hashes: 64 bits that stay nearly the same when a photograph is re-saved or resized.

A hash depends on the decoder and on the resampling behind it: store `HASH_VERSION` beside every
hash and never compare across versions.
"""

from collections.abc import Callable
from typing import TypeAlias

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.images.reduce import reduce_to

GreyImage: TypeAlias = NDArray[np.uint8]
"""(height, width) grey values, 0 to 255."""

HashFunction: TypeAlias = Callable[[GreyImage], int]

HASHED_SIDE_PX = 64
HASH_VERSION = f"imagehash-{imagehash.__version__}/area-{HASHED_SIDE_PX}"
SCALED_HASH_VERSION = f"{HASH_VERSION}/scaled-decode"
"""Of hashes of pictures that the decoder scaled down; never compared with the others."""


def hash_all(grey: GreyImage) -> dict[str, str]:
    """Return every hash of a picture by name, as 16 hexadecimal digits.

    Args:
        grey: (height, width); averaged to 64 x 64 px once for all of them, because a hash of
            8 x 8 bits sees nothing finer.
    """
    small = reduce_to(grey, HASHED_SIDE_PX, HASHED_SIDE_PX)
    return {name: f"{hash_of(small):016x}" for name, hash_of in HASHES.items()}


def phash(grey: GreyImage) -> int:
    """Hash the 8 x 8 lowest frequencies of the image.

    Args:
        grey: (height, width).

    Returns:
        0 to 2**64 - 1; `f"{value:016x}"` is what `str(imagehash.phash(image))` prints.

    Reference: Krawetz (2011), "Looks Like It"; Zauner (2010), "Implementation and benchmarking
    of perceptual image hash functions".
    """
    return int(str(imagehash.phash(Image.fromarray(grey))), 16)


def phash_mirrored(grey: GreyImage) -> int:
    """Return the `phash` of the image flipped left to right, to find mirrored copies."""
    return phash(grey[:, ::-1])


def dhash(grey: GreyImage) -> int:
    """Hash in which of 8 x 8 places the image grows brighter to the right.

    Args:
        grey: (height, width).

    Returns:
        0 to 2**64 - 1, in the bit order of `str(imagehash.dhash(image))`.

    Reference: Krawetz (2013), "Kind of Like That".
    """
    return int(str(imagehash.dhash(Image.fromarray(grey))), 16)


def hamming_bits(a: int, b: int) -> int:
    """Count the bits in which two hashes differ, 0 to 64."""
    return (a ^ b).bit_count()


HASHES: dict[str, HashFunction] = {
    "phash": phash,
    "phash-mirrored": phash_mirrored,
    "dhash": dhash,
}
