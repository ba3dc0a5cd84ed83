import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.curation.ingest import analyse, inspect
from core.images.checksum import checksum
from core.images.decode import Limits, RejectedImage, RejectReason
from core.images.hashes import HASH_VERSION, SCALED_HASH_VERSION, hamming_bits, hash_all
from core.images.quality import CHECKS, CHECKS_VERSION
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
    assert found.hashes == hash_all(PIXELS[:, :, 0])
    assert found.hash_version == HASH_VERSION
    assert set(found.scores) == set(CHECKS)
    assert (found.scores["short_side"], found.scores["aspect"]) == (40, 4)
    assert (found.scores["information"], found.scores["jpeg_quality"]) == (1, None)
    assert found.scores_version == CHECKS_VERSION
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


# Analysis alone


def jpeg(side_px: int = 600, **options: Any) -> bytes:
    y, x = np.mgrid[0:side_px, 0:side_px]
    grey = 127 + 60 * (np.sin(x * y / 9000) + np.cos((x - 200) ** 2 / 20000))
    image = Image.fromarray(np.repeat(grey.astype(np.uint8)[:, :, None], 3, axis=2))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **{"quality": 80, **options})
    return buffer.getvalue()


def test_an_inspection_tells_what_an_import_would_tell_in_versions_of_its_own() -> None:
    quick, whole = inspect(jpeg()), analyse(jpeg(), NormaliseRule.CROP, lambda _: [])
    for name in ("checksum", "size_bytes", "format", "width_px", "height_px", "notes"):
        assert getattr(quick, name) == getattr(whole, name)
    for name in ("short_side", "aspect", "jpeg_quality"):
        assert quick.scores[name] == whole.scores[name]
    for name, value in quick.hashes.items():
        assert hamming_bits(int(value, 16), int(whole.hashes[name], 16)) <= 6
    assert quick.hash_version == SCALED_HASH_VERSION
    assert quick.scores_version not in (None, CHECKS_VERSION)


def test_a_checksum_that_the_caller_has_is_taken_as_it_is() -> None:
    data, name = jpeg(), "ab" * 32
    assert inspect(data, name=name).checksum == name
    assert analyse(data, NormaliseRule.CROP, lambda _: [], name=name).checksum == name


def test_what_is_no_plain_jpeg_is_inspected_whole() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = inspect(jpeg(exif=exif.tobytes()))
    assert turned.notes == ("EXIF orientation 6 applied",)
    assert (turned.hash_version, turned.scores_version) == (HASH_VERSION, CHECKS_VERSION)
    assert inspect(png(PIXELS)).hashes == hash_all(PIXELS[:, :, 0])


@pytest.mark.parametrize(
    ("data", "limits", "reason"),
    [
        (jpeg()[:3000], Limits(), RejectReason.TRUNCATED),
        (jpeg(), Limits(max_pixels=359_999), RejectReason.TOO_MANY_PIXELS),
        (jpeg(), Limits(min_side_px=601), RejectReason.TOO_SMALL),
        (jpeg(), Limits(max_bytes=100), RejectReason.TOO_MANY_BYTES),
        (b"no image", Limits(), RejectReason.NOT_AN_IMAGE),
        (b"", Limits(), RejectReason.EMPTY),
    ],
)
def test_an_inspection_refuses_what_an_import_refuses(
    data: bytes, limits: Limits, reason: RejectReason
) -> None:
    with pytest.raises(RejectedImage) as caught:
        inspect(data, limits)
    assert caught.value.reason is reason
