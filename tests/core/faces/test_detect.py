from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import InvalidInput
from core.faces.detect import detect
from core.types import RgbImage

DrawFace = Callable[..., RgbImage]
EYES_AND_MOUTH = np.array([(-32, -12), (32, -12), (-28, 60), (28, 60)])


@pytest.mark.parametrize(
    ("size_px", "centre", "scale"),
    [(320, (160, 165), 1.0), (64, (32, 32), 0.3), (640, (300, 300), 1.5), (2000, (900, 1000), 4)],
)
def test_landmarks_lie_where_they_were_drawn(
    draw_face: DrawFace, size_px: int, centre: tuple[int, int], scale: float
) -> None:
    canvas = np.full((size_px, size_px, 3), (120, 150, 170), np.uint8)
    face = detect(draw_face(canvas, centre, scale))[0]
    drawn = EYES_AND_MOUTH * scale + centre
    found = np.array(face.landmarks)[[0, 1, 3, 4]]
    assert np.abs(found - drawn).max() < 12 * scale
    assert face.box.width == pytest.approx(148 * scale, rel=0.15)
    assert 0.8 < face.confidence <= 1


def test_channels_are_read_as_rgb(draw_face: DrawFace, grey_canvas: RgbImage) -> None:
    rgb = draw_face(grey_canvas)
    as_rgb, as_bgr = detect(rgb)[0], detect(np.ascontiguousarray(rgb[..., ::-1]))[0]
    assert as_rgb.landmarks != as_bgr.landmarks


def test_the_largest_face_comes_first(draw_face: DrawFace) -> None:
    canvas = np.full((320, 600, 3), (120, 150, 170), np.uint8)
    both = draw_face(draw_face(canvas, (100, 160), 0.6), (400, 165), 1.0)
    large, small = detect(both)
    assert large.box.x > 250 > small.box.x
    assert large.box.width > small.box.width


def test_a_face_that_fills_a_large_picture_is_found(draw_face: DrawFace) -> None:
    canvas = np.full((1200, 1000, 3), (120, 150, 170), np.uint8)
    assert detect(draw_face(canvas, (500, 600), 5.8))[0].box.width > 700


def test_min_confidence_leaves_weaker_faces_out(draw_face: DrawFace, grey_canvas: RgbImage) -> None:
    pixels = draw_face(grey_canvas)
    confidence = detect(pixels)[0].confidence
    assert detect(pixels, min_confidence=confidence + 0.01) == []
    assert len(detect(pixels, min_confidence=confidence - 0.01)) == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 63), st.integers(1, 63))
def test_tiny_pictures_do_not_crash(height: int, width: int) -> None:
    assert detect(np.zeros((height, width, 3), np.uint8)) == []


def test_a_very_long_picture_does_not_crash() -> None:
    assert detect(np.zeros((2, 3000, 3), np.uint8)) == []


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((0, 9, 3), np.uint8)],
)
def test_other_shapes_are_refused(pixels: RgbImage) -> None:
    with pytest.raises(InvalidInput, match=r"Expected pixels .* Received"):
        detect(pixels)


def test_threads_agree(draw_face: DrawFace, grey_canvas: RgbImage) -> None:
    pixels = draw_face(grey_canvas)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(detect, [pixels] * 12))
    assert found == [detect(pixels)] * 12


@pytest.mark.parametrize("folder", ["lfw", "hardfake/real", "ciplab/real", "gan/began"])
def test_real_faces_are_found(real_faces: Path, folder: str) -> None:
    paths = sorted(p for p in (real_faces / folder).rglob("*") if p.suffix in {".jpg", ".png"})
    sample = paths[:: max(1, len(paths) // 30)][:30]
    found = [bool(detect(np.asarray(Image.open(path).convert("RGB")))) for path in sample]
    assert len(found) == 30
    assert sum(found) >= 29
