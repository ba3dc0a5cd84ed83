import imagehash
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.images.hashes import (
    HASH_VERSION,
    HASHES,
    SCALED_HASH_VERSION,
    GreyImage,
    dhash,
    hamming_bits,
    hash_all,
    phash,
    phash_mirrored,
)
from core.images.reduce import reduce_to

WORDS = st.integers(0, 2**64 - 1)


def waves(height_px: int = 96, width_px: int = 128) -> GreyImage:
    """A picture of many frequencies whose left and right differ."""
    y, x = np.mgrid[0:height_px, 0:width_px]
    grey = 127 + 40 * (np.sin(x * y / 400) + np.cos((x - 40) ** 2 / 700) + np.sin(y * y / 900))
    return np.asarray(grey, np.uint8)


def test_golden_values() -> None:
    assert f"{phash(waves()):016x}" == "c5e0c71e98b336a5"
    assert f"{phash_mirrored(waves()):016x}" == "9095d24bcde663f0"
    assert f"{dhash(waves()):016x}" == "e2c28692b6264256"
    assert hash_all(waves()) == {
        "phash": "c5e0c71e98b336a5",
        "phash-mirrored": "9095d24bcde663f0",
        "dhash": "e2c28692b6264256",
    }
    assert HASH_VERSION == "imagehash-4.3.2/blocks-32"
    assert len(f"phash {HASH_VERSION}") <= 32  # the column of a pair's algorithm
    assert SCALED_HASH_VERSION != HASH_VERSION


@settings(max_examples=60, deadline=None)
@given(st.integers(8, 90), st.integers(8, 90), st.integers(0, 999))
def test_has_the_bits_of_imagehash(height_px: int, width_px: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    smooth = Image.fromarray(generator.integers(0, 256, (6, 5), np.uint8))
    grey = np.asarray(smooth.resize((width_px, height_px), Image.Resampling.BICUBIC))
    image = Image.fromarray(grey)
    assert f"{phash(grey):016x}" == str(imagehash.phash(image))
    assert f"{dhash(grey):016x}" == str(imagehash.dhash(image))


def test_a_flat_picture_has_the_same_hash_whatever_its_tone() -> None:
    flat = [np.full((40, 50), tone, np.uint8) for tone in (1, 90, 255)]
    assert {phash(grey) for grey in flat} == {1 << 63}  # but the mean, every frequency is nought
    assert {phash_mirrored(grey) for grey in flat} == {1 << 63}
    assert {dhash(grey) for grey in flat} == {0}


def test_mirrored_hash_is_the_plain_hash_of_the_mirror_image() -> None:
    assert phash_mirrored(waves()) == phash(waves()[:, ::-1])
    assert phash_mirrored(waves()) != phash(waves())


@pytest.mark.parametrize("name", sorted(HASHES))
def test_every_hash_fits_64_bits_and_survives_resizing(name: str) -> None:
    value = HASHES[name](waves())
    half = np.asarray(Image.fromarray(waves()).resize((64, 48)))
    assert 0 <= value < 2**64
    assert hamming_bits(value, HASHES[name](half)) <= 4


def test_all_hashes_see_one_reduced_picture() -> None:
    small = reduce_to(waves(), 32, 32)
    assert hash_all(waves()) == {name: f"{HASHES[name](small):016x}" for name in HASHES}
    assert hamming_bits(int(hash_all(waves())["phash"], 16), phash(waves())) <= 2


@given(WORDS, WORDS)
def test_hamming_counts_differing_bits(a: int, b: int) -> None:
    assert hamming_bits(a, b) == bin(a ^ b).count("1") == hamming_bits(b, a)
