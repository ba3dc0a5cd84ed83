import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.images.hashes import HASH_VERSION, HASHES, hamming_bits, phash, phash_mirrored
from core.types import RgbImage

WORDS = st.integers(0, 2**64 - 1)


def waves(height_px: int = 96, width_px: int = 128) -> RgbImage:
    """A picture of many frequencies whose left and right differ."""
    y, x = np.mgrid[0:height_px, 0:width_px]
    grey = 127 + 40 * (np.sin(x * y / 400) + np.cos((x - 40) ** 2 / 700) + np.sin(y * y / 900))
    return np.repeat(grey.astype(np.uint8)[:, :, None], 3, axis=2)


def test_golden_values() -> None:
    assert f"{phash(waves()):016x}" == "c5e0c71e98b336a5"
    assert f"{phash_mirrored(waves()):016x}" == "9095d24bcde663f0"
    assert HASH_VERSION == "imagehash-4.3.2/pillow"


def test_has_the_bit_order_of_imagehash() -> None:
    assert f"{phash(waves()):016x}" == str(imagehash.phash(Image.fromarray(waves())))


def test_mirrored_hash_is_the_plain_hash_of_the_mirror_image() -> None:
    assert phash_mirrored(waves()) == phash(waves()[:, ::-1])
    assert phash_mirrored(waves()) != phash(waves())


@pytest.mark.parametrize("name", sorted(HASHES))
def test_every_hash_fits_64_bits_and_survives_resizing(name: str) -> None:
    value = HASHES[name](waves())
    half = np.asarray(Image.fromarray(waves()).resize((64, 48)))
    assert 0 <= value < 2**64
    assert hamming_bits(value, HASHES[name](half)) <= 4


@given(WORDS, WORDS)
def test_hamming_counts_differing_bits(a: int, b: int) -> None:
    assert hamming_bits(a, b) == bin(a ^ b).count("1") == hamming_bits(b, a)
