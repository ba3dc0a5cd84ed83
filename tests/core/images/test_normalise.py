import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from core.images.normalise import _crop_window, encode_jpeg, normalise, thumbnail
from core.types import Box, Face, NormaliseRule, RgbImage


def face_at(x: float, y: float, width: float, height: float) -> Face:
    return Face(Box(x, y, width, height), ((0.0, 0.0),) * 5, 0.9)


def flat(height_px: int, width_px: int, value: int = 200) -> RgbImage:
    return np.full((height_px, width_px, 3), value, np.uint8)


@pytest.mark.parametrize("rule", list(NormaliseRule))
@pytest.mark.parametrize("size", [(32, 32), (320, 480), (1000, 70), (70, 1000)])
def test_always_has_the_one_size(rule: NormaliseRule, size: tuple[int, int]) -> None:
    result = normalise(flat(*size), None, rule)
    assert result.shape == (320, 480, 3)
    assert result.dtype == np.uint8


def test_an_image_of_that_size_passes_unchanged() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (320, 480, 3), dtype=np.uint8)
    for rule in NormaliseRule:
        np.testing.assert_array_equal(normalise(pixels, None, rule), pixels)


@settings(max_examples=40, deadline=None)
@given(st.integers(32, 700), st.integers(32, 700), st.floats(0, 1), st.integers(0, 99))
def test_resamples_as_pillow_does(height: int, width: int, at: float, seed: int) -> None:
    small = np.random.default_rng(seed).integers(0, 256, (height // 4 + 1, width // 4 + 1, 3))
    image = Image.fromarray(small.astype(np.uint8)).resize((width, height))
    face = face_at(at * width * 0.9, at * height * 0.9, width / 20, height / 20)
    window = _crop_window(width, height, face)
    for rule in NormaliseRule:
        seen = normalise(np.asarray(image), face, rule)
        if rule is NormaliseRule.CROP:
            pillow = image.resize((480, 320), Image.Resampling.LANCZOS, box=window)
        else:
            grey = (127, 127, 127)
            pillow = ImageOps.pad(image, (480, 320), Image.Resampling.LANCZOS, color=grey)
        error = np.abs(seen.astype(int) - np.asarray(pillow))
        assert error.max() <= 8  # an enlargement tenfold rounds its overshoots
        assert error.mean() < 0.5


def test_the_copy_has_the_bytes_that_pillow_writes() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (320, 480, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95, subsampling=0)
    assert encode_jpeg(pixels) == buffer.getvalue()


def test_letterbox_shows_the_whole_image_on_grey() -> None:
    result = normalise(flat(100, 100), None, NormaliseRule.LETTERBOX)
    assert (result[:, 80:400] == 200).all()
    assert (result[:, :80] == 127).all()
    assert (result[:, 400:] == 127).all()


def test_crop_is_central_without_a_face() -> None:
    assert _crop_window(100, 100, None) == pytest.approx((0, 100 / 6, 100, 100 - 100 / 6))


def test_crop_puts_the_face_a_little_above_the_middle() -> None:
    left, top, right, bottom = _crop_window(900, 600 * 4, face_at(400, 1150, 100, 100))
    assert (left, right) == (0, 900)
    assert (1200 - top) / (bottom - top) == pytest.approx(0.45)


@settings(deadline=None)
@given(st.integers(32, 999), st.integers(32, 999), *[st.floats(0, 1)] * 4)
def test_crop_is_the_largest_window_and_holds_the_face(
    width: int, height: int, x: float, y: float, w: float, h: float
) -> None:
    box = Box(x * width, y * height, w * (1 - x) * width, h * (1 - y) * height)
    left, top, right, bottom = _crop_window(width, height, Face(box, (), 1.0))
    assert left >= 0
    assert top >= 0
    assert right <= width + 1e-6
    assert bottom <= height + 1e-6
    assert (right - left) / (bottom - top) == pytest.approx(1.5)
    assert right - left == pytest.approx(width) or bottom - top == pytest.approx(height)
    if box.width <= right - left:
        assert left <= box.x + 1e-6
        assert box.x + box.width <= right + 1e-6
    if box.height <= bottom - top:
        assert top <= box.y + 1e-6
        assert box.y + box.height <= bottom + 1e-6


def test_crop_takes_the_pixels_around_the_face() -> None:
    pixels = flat(100, 600, 0)
    pixels[:, 400:] = 255
    result = normalise(pixels, face_at(500, 30, 20, 20), NormaliseRule.CROP)
    assert result[:, 30:].min() > 250


def test_jpeg_keeps_full_colour_resolution() -> None:
    stripes = flat(320, 480, 0)
    stripes[:, ::2, 0] = 255
    with Image.open(io.BytesIO(encode_jpeg(stripes))) as image:
        assert image.format == "JPEG"
        back = np.asarray(image).astype(int)
    assert np.abs(back - stripes).mean() < 6  # halved colour would average the stripes: 60


def test_thumbnail_is_small_and_never_enlarged() -> None:
    with Image.open(io.BytesIO(thumbnail(flat(300, 600)))) as image:
        assert (image.format, image.size) == ("JPEG", (160, 80))
    with Image.open(io.BytesIO(thumbnail(flat(40, 50)))) as image:
        assert image.size == (50, 40)
