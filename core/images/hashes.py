"""Perceptual hashes: 64 bits that stay nearly the same when a photograph is re-saved or resized.

A hash depends on the decoder and on the resampling behind it: store `HASH_VERSION` beside every
hash and never compare across versions. The bits are those of the imagehash package, whose own
functions take twenty times as long (the tests compare the two).
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.images.reduce import reduce_to

GreyImage: TypeAlias = NDArray[np.uint8]
"""(height, width) grey values, 0 to 255."""

HashFunction: TypeAlias = Callable[[GreyImage], int]

HASHED_SIDE_PX = 32
HASH_VERSION = f"imagehash-4.3.2/blocks-{HASHED_SIDE_PX}"  # with "phash " 32 characters at most
SCALED_HASH_VERSION = f"{HASH_VERSION}/scaled-decode"
"""Of hashes of pictures that the decoder scaled down; never compared with the others."""

_SIDE_BITS = 8
_COSINES = np.cos(
    np.pi / 2 / HASHED_SIDE_PX * np.outer(np.arange(_SIDE_BITS), 2 * np.arange(HASHED_SIDE_PX) + 1)
)
_NOISE_DECIMALS = 6  # coefficients closer than this are equal, whichever way they were summed


def hash_all(grey: GreyImage) -> dict[str, str]:
    """Return every hash of a picture by name, as 16 hexadecimal digits.

    Args:
        grey: (height, width); averaged to 32 x 32 px once for all of them, because a hash of
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
    small = _resized(grey, HASHED_SIDE_PX, HASHED_SIDE_PX).astype(np.float64)
    low = np.round(_COSINES @ small @ _COSINES.T, _NOISE_DECIMALS)
    middle = np.sort(low, axis=None)[31:33].sum() / 2
    return _packed(low > middle)


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
    small = _resized(grey, _SIDE_BITS + 1, _SIDE_BITS)
    return _packed(small[:, 1:] > small[:, :-1])


def _resized(grey: GreyImage, width_px: int, height_px: int) -> GreyImage:
    if grey.shape == (height_px, width_px):
        return grey
    resized = Image.fromarray(grey).resize((width_px, height_px), Image.Resampling.LANCZOS)
    return np.asarray(resized)


def _packed(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def hamming_bits(a: int, b: int) -> int:
    """Count the bits in which two hashes differ, 0 to 64."""
    return (a ^ b).bit_count()


HASHES: dict[str, HashFunction] = {
    "phash": phash,
    "phash-mirrored": phash_mirrored,
    "dhash": dhash,
}
