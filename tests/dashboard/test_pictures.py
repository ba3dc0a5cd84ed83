import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from core.errors import NotFound
from core.images.checksum import checksum
from core.types import ImageRecord
from dashboard import pictures, resources
from dashboard.settings import settings
from tests.records import record


def encode(pixels: NDArray[np.uint8], image_format: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, image_format)
    return buffer.getvalue()


def decode(data: bytes) -> NDArray[np.uint8]:
    return np.array(Image.open(io.BytesIO(data)).convert("RGB"))


def flat(level: int, width_px: int = 100) -> NDArray[np.uint8]:
    return np.full((60, width_px, 3), level, np.uint8)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VERITY_HOME", str(tmp_path))
    settings.cache_clear()
    st.cache_resource.clear()
    yield
    settings.cache_clear()
    st.cache_resource.clear()


def stored(pixels: NDArray[np.uint8], image_format: str) -> ImageRecord:
    data = encode(pixels, image_format)
    resources.store().put("originals", checksum(data), data)
    return record(
        checksum=checksum(data),
        size_bytes=len(data),
        format=image_format,
        width_px=pixels.shape[1],
        height_px=pixels.shape[0],
    )


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "BMP"])
def test_original_is_shown_as_it_is(image_format: str, home: None) -> None:
    image = stored(flat(90), image_format)
    shown = pictures.original(image)
    assert checksum(shown.data) == image.checksum
    assert shown.note is None


def test_format_that_no_browser_shows_is_shown_as_a_copy(home: None) -> None:
    shown = pictures.original(stored(flat(91), "TIFF"))
    assert Image.open(io.BytesIO(shown.data)).format == "JPEG"
    assert decode(shown.data)[0, 0].tolist() == [91, 91, 91]
    assert shown.note == "Shown as a JPEG copy: browsers do not show TIFF."


def test_wide_original_is_shown_smaller(home: None) -> None:
    shown = pictures.original(stored(flat(92, width_px=2000), "PNG"))
    assert decode(shown.data).shape[1] == pictures.MAX_SHOWN_PX
    assert shown.note == "Shown at a width of 1,460 px."


def test_missing_original_is_named(home: None) -> None:
    image = stored(flat(93), "PNG")
    resources.store().path("originals", image.checksum).unlink()
    with pytest.raises(NotFound, match=image.checksum):
        pictures.original(image)


def test_difference_of_known_levels() -> None:
    found = pictures.difference(encode(flat(100)), encode(flat(110)), is_mirrored=False)
    assert found.mean_levels == 10
    assert np.unique(decode(found.data)).tolist() == [10 * pictures.DIFFERENCE_GAIN]


def test_difference_is_cut_off_at_white() -> None:
    found = pictures.difference(encode(flat(0)), encode(flat(255)), is_mirrored=False)
    assert found.mean_levels == 255
    assert np.unique(decode(found.data)).tolist() == [255]


def test_mirrored_copy_does_not_differ() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (60, 100, 3), dtype=np.uint8)
    left, right = encode(pixels), encode(np.ascontiguousarray(pixels[:, ::-1]))
    assert pictures.difference(left, right, is_mirrored=True).mean_levels == 0
    assert pictures.difference(left, right, is_mirrored=False).mean_levels > 10


def test_copies_of_two_sizes_are_compared_at_the_left_ones() -> None:
    found = pictures.difference(encode(flat(7)), encode(flat(7, 50)), is_mirrored=False)
    assert decode(found.data).shape == (60, 100, 3)
    assert found.mean_levels == 0


def test_an_original_that_was_converted_is_shown_as_a_copy(home: None) -> None:
    image = dataclasses.replace(stored(flat(93), "PNG"), notes=("16 bits a sample made 8",))
    shown = pictures.original(image)
    assert Image.open(io.BytesIO(shown.data)).format == "JPEG"
    assert shown.note == "Shown as a copy: 16 bits a sample made 8."
