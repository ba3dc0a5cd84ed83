import io
import math
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.images.quality import CHECKS, CHECKS_VERSION, Check, Sample, measure
from core.types import RgbImage


def sample(rgb: RgbImage, **changes: Any) -> Sample:
    """A PNG of these pixels, which must be grey: the grey picture is their first channel."""
    height_px, width_px = rgb.shape[:2]
    plain = Sample(np.ascontiguousarray(rgb[:, :, 0]), rgb, width_px, height_px, 1000, "PNG")
    return replace(plain, **changes)


def flat(value: int = 0, height_px: int = 40, width_px: int = 60) -> RgbImage:
    return np.full((height_px, width_px, 3), value, np.uint8)


def saved(quality: int) -> Any:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32)).save(buffer, "JPEG", quality=quality)
    with Image.open(buffer) as image:
        return image.quantization  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(CHECKS))
@settings(max_examples=15, deadline=None)
@given(
    height_px=st.integers(1, 70),
    width_px=st.integers(1, 70),
    seed=st.integers(0, 99),
    is_jpeg=st.booleans(),
)
def test_every_check_tells_a_finite_figure_or_nothing(
    name: str, height_px: int, width_px: int, seed: int, is_jpeg: bool
) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height_px, width_px, 3), np.uint8)
    value = CHECKS[name].compute(sample(noise, tables=saved(80) if is_jpeg else None))
    assert value is None or (type(value) is float and math.isfinite(value))


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_check_can_be_read_by_a_person(name: str) -> None:
    check = CHECKS[name]
    assert len(name) <= 32  # the column of a moved threshold
    assert check.title
    assert check.explanation.endswith(".")
    assert check.unit
    assert check.bad_when in ("below", "above")


def test_measures_every_check_by_name() -> None:
    assert list(measure(sample(flat()))) == list(CHECKS)
    assert CHECKS_VERSION == "checks-2"


def test_a_flat_picture_is_not_sharp_and_stripes_are() -> None:
    stripes = flat(0)
    stripes[:, ::2] = 100  # every Laplacian is +200 or -200, as many of each
    assert CHECKS["blur"].compute(sample(flat(90))) == 0
    assert CHECKS["blur"].compute(sample(stripes)) == pytest.approx(200**2)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [((255, 0, 0), 0.49092), ((0, 0, 0), 0.0), ((255, 255, 255), 1.0), ((0, 255, 0), 0.83126)],
)
def test_brightness_is_the_one_of_cleanvision(
    colour: tuple[int, int, int], expected: float
) -> None:
    rgb = np.full((20, 20, 3), colour, np.uint8)
    assert CHECKS["dark"].compute(sample(rgb)) == pytest.approx(expected, abs=1e-4)
    assert CHECKS["bright"].compute(sample(rgb)) == pytest.approx(expected, abs=1e-4)


def test_one_bright_corner_does_not_make_a_dark_picture_bright() -> None:
    rgb = flat(0, 100, 100)
    rgb[:5, :10] = 255  # 0.5 % of the pixels
    assert CHECKS["dark"].compute(sample(rgb)) == 0


def test_the_range_is_the_two_percentiles_of_numpy() -> None:
    rgb = np.random.default_rng(3).integers(0, 256, (48, 64, 3), np.uint8)
    expected = np.percentile(np.sqrt((rgb / 255) ** 2 @ (0.241, 0.691, 0.068)), (5, 99))
    assert sample(rgb).brightness_range == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("tones", "bits"), [(1, 0.0), (2, 1.0), (4, 2.0), (256, 8.0)])
def test_information_counts_the_tones_in_bits(tones: int, bits: float) -> None:
    row = np.resize(np.arange(tones, dtype=np.uint8), 256)
    rgb = np.repeat(np.tile(row, (8, 1))[:, :, None], 3, axis=2)
    assert CHECKS["information"].compute(sample(rgb)) == pytest.approx(bits)


def test_size_and_shape_are_those_of_the_original() -> None:
    seen = sample(flat(), width_px=300, height_px=900)
    assert CHECKS["short_side"].compute(seen) == 300
    assert CHECKS["aspect"].compute(seen) == 3
    assert CHECKS["aspect"].compute(replace(seen, width_px=900, height_px=300)) == 3


@pytest.mark.parametrize("quality", range(1, 101))
def test_the_jpeg_quality_is_read_back_from_the_tables(quality: int) -> None:
    assert CHECKS["jpeg_quality"].compute(sample(flat(), tables=saved(quality))) == quality


def test_a_png_has_no_jpeg_quality() -> None:
    assert CHECKS["jpeg_quality"].compute(sample(flat())) is None


@pytest.mark.parametrize(
    ("bad_when", "value", "expected"),
    [
        ("below", 1.9, True),
        ("below", 2.0, False),
        ("above", 2.1, True),
        ("above", 2.0, False),
        ("above", None, False),
    ],
)
def test_the_line_itself_is_good(bad_when: Any, value: float | None, expected: bool) -> None:
    check = Check(lambda _: value, "Title", "A sentence.", "px", bad_when, 2.0)
    assert check.is_bad(value) is expected
    assert check.is_bad(value, threshold=2.0) is expected


def test_pages_read_the_registry_without_loading_a_picture_library() -> None:
    told = "import sys, core.images.quality as q; print({'cv2', 'PIL', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
