import io

import numpy as np
import pytest
from PIL import Image

from core.curation.ingest import analyse
from core.images.checksum import checksum
from core.images.decode import Limits, RejectedImage, RejectReason
from core.images.hashes import HASH_VERSION, phash
from core.types import Box, Face, NormaliseRule, RgbImage

LARGE = Face(Box(60, 10, 20, 20), ((0.0, 0.0),) * 5, 0.9)
SMALL = Face(Box(5, 5, 8, 8), ((0.0, 0.0),) * 5, 0.8)


def png(pixels: RgbImage) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def pixels_of(data: bytes) -> RgbImage:
    with Image.open(io.BytesIO(data)) as image:
        return np.array(image)


PIXELS = np.zeros((40, 160, 3), np.uint8)
PIXELS[:, 80:] = 255


def test_tells_everything_about_a_file() -> None:
    data = png(PIXELS)
    found = analyse(data, NormaliseRule.CROP, lambda _: [LARGE, SMALL])
    assert (found.checksum, found.size_bytes) == (checksum(data), len(data))
    assert (found.format, found.width_px, found.height_px, found.notes) == ("PNG", 160, 40, ())
    assert found.hashes["phash"] == f"{phash(PIXELS):016x}"
    assert found.hashes["phash-mirrored"] == f"{phash(PIXELS[:, ::-1]):016x}"
    assert found.hash_version == HASH_VERSION
    assert (found.face, found.n_faces) == (LARGE, 2)
    assert pixels_of(found.normalised).shape == (320, 480, 3)
    assert pixels_of(found.thumbnail).shape == (40, 160, 3)


def test_the_crop_follows_the_face_and_the_rule() -> None:
    data = png(PIXELS)
    left_half = Face(Box(10, 10, 20, 20), LARGE.landmarks, 0.9)
    cropped = analyse(data, NormaliseRule.CROP, lambda _: [left_half])
    assert pixels_of(cropped.normalised).max() < 10
    boxed = analyse(data, NormaliseRule.LETTERBOX, lambda _: [left_half])
    assert abs(int(pixels_of(boxed.normalised)[0, 0, 0]) - 127) < 3


def test_no_face_is_no_error() -> None:
    found = analyse(png(PIXELS), NormaliseRule.CROP, lambda _: [])
    assert (found.face, found.n_faces) == (None, 0)


def test_faces_are_sought_in_the_upright_original() -> None:
    seen: list[RgbImage] = []

    def detect(pixels: RgbImage) -> list[Face]:
        seen.append(pixels)
        return []

    analyse(png(PIXELS), NormaliseRule.CROP, detect)
    np.testing.assert_array_equal(seen[0], PIXELS)


def test_refusals_pass_through() -> None:
    with pytest.raises(RejectedImage) as caught:
        analyse(png(PIXELS), NormaliseRule.CROP, lambda _: [], Limits(min_side_px=50))
    assert caught.value.reason is RejectReason.TOO_SMALL
