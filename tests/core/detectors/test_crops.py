import numpy as np
import pytest

from core.detectors.crops import CROPS, seen
from core.images.decode import decode
from core.images.normalise import encode_jpeg, normalise
from core.types import Box, Face, NormaliseRule

FACE = Face(Box(100, 40, 60, 80), ((115.0, 70.0),) * 5, 0.9)


@pytest.mark.parametrize("name", CROPS)
@pytest.mark.parametrize("face", [FACE, None])
def test_every_crop_gives_a_square_of_the_size_asked_for(name: str, face: Face | None) -> None:
    pixels = np.zeros((200, 300, 3), np.uint8)
    assert CROPS[name].cut(pixels, face, 64).shape == (64, 64, 3)


def test_the_face_crop_looks_at_the_face_and_the_other_at_everything() -> None:
    pixels = np.zeros((200, 300, 3), np.uint8)
    pixels[60:100, 110:150] = 255
    assert CROPS["face"].cut(pixels, FACE, 64).mean() > 2 * pixels.mean()
    assert abs(CROPS["normalised"].cut(pixels, FACE, 64).mean() - pixels.mean()) < 1


@pytest.mark.parametrize("rule", NormaliseRule)
def test_a_file_that_is_not_stored_is_cut_as_the_stored_ones_are(rule: NormaliseRule) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    stored = decode(encode_jpeg(normalise(pixels, FACE, rule))).pixels
    for name, crop in CROPS.items():
        expected = crop.cut(stored if name == "normalised" else pixels, FACE, 64)
        np.testing.assert_array_equal(seen(pixels, FACE, crop, rule, 64), expected)
