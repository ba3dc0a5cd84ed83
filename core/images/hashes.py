"""Perceptual hashes: 64 bits that stay nearly the same when a photograph is re-saved or resized.

A hash depends on the decoder and on the resampling behind it: store `HASH_VERSION` beside every
hash and never compare across versions.
"""

from collections.abc import Callable
from typing import TypeAlias

import imagehash
from PIL import Image

from core.types import RgbImage

HashFunction: TypeAlias = Callable[[RgbImage], int]

HASH_VERSION = f"imagehash-{imagehash.__version__}/pillow"


def phash(pixels: RgbImage) -> int:
    """Hash the 8 x 8 lowest frequencies of the image.

    Args:
        pixels: (height, width, 3) of a full decode, not a scaled one.

    Returns:
        0 to 2**64 - 1; `f"{value:016x}"` is what `str(imagehash.phash(image))` prints.

    Reference: Krawetz (2011), "Looks Like It"; Zauner (2010), "Implementation and benchmarking
    of perceptual image hash functions".
    """
    return int(str(imagehash.phash(Image.fromarray(pixels))), 16)


def phash_mirrored(pixels: RgbImage) -> int:
    """Return the `phash` of the image flipped left to right, to find mirrored copies."""
    return phash(pixels[:, ::-1])


def hamming_bits(a: int, b: int) -> int:
    """Count the bits in which two hashes differ, 0 to 64."""
    return (a ^ b).bit_count()


HASHES: dict[str, HashFunction] = {
    "phash": phash,
    "phash-mirrored": phash_mirrored,
}
