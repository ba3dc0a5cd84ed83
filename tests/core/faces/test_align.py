import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.faces.align import TEMPLATE, align, alignment_matrix, face_crop
from core.types import Box, Face, RgbImage

TEMPLATE_FACE = Face(Box(20, 20, 72, 90), tuple((x, y) for x, y in TEMPLATE.tolist()), 0.9)


def _ramp(height: int, width: int) -> RgbImage:
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows, columns, rows // 2 + columns // 2], axis=2).astype(np.uint8)


def _map(face: Face, matrix: np.typing.NDArray[np.float64]) -> np.typing.NDArray[np.float64]:
    mapped: np.typing.NDArray[np.float64] = (
        np.array(face.landmarks) @ matrix[:, :2].T + matrix[:, 2]
    )
    return mapped


@settings(max_examples=50, deadline=None)
@given(st.floats(-np.pi, np.pi), st.floats(0.2, 20), st.floats(-500, 500), st.floats(-500, 500))
def test_any_turned_scaled_shifted_template_is_brought_back(
    angle: float, scale: float, dx: float, dy: float
) -> None:
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = TEMPLATE @ turn.T + (dx, dy)
    face = Face(Box(0, 0, 1, 1), tuple((x, y) for x, y in points.tolist()), 0.9)
    matrix = alignment_matrix(face, 112)
    np.testing.assert_allclose(_map(face, matrix), TEMPLATE, atol=1e-6)
    assert np.linalg.det(matrix[:, :2]) == pytest.approx(scale**-2, rel=1e-6)


def test_a_mirrored_face_is_not_mirrored_back() -> None:
    points = tuple((112 - x, y) for x, y in TEMPLATE_FACE.landmarks)
    assert np.linalg.det(alignment_matrix(Face(Box(0, 0, 1, 1), points, 1), 112)[:, :2]) > 0


def test_a_margin_shrinks_the_face_about_the_middle() -> None:
    matrix = alignment_matrix(TEMPLATE_FACE, 64, margin=0.5)
    eyes = _map(TEMPLATE_FACE, matrix)[:2]
    assert eyes[1, 0] - eyes[0, 0] == pytest.approx((73.5318 - 38.2946) * 64 / 112 / 2)
    np.testing.assert_allclose(matrix @ (55.5, 55.5, 1), (31.5, 31.5), atol=1e-6)


def test_a_face_on_the_template_comes_out_as_it_is() -> None:
    pixels = _ramp(112, 112)
    np.testing.assert_array_equal(align(pixels, TEMPLATE_FACE, 112), pixels)


def test_shrinking_averages_instead_of_aliasing() -> None:
    stripes = np.zeros((896, 896, 3), np.uint8)
    stripes[:, ::2] = 255
    face = Face(Box(0, 0, 1, 1), tuple((8 * x + 3.5, 8 * y + 3.5) for x, y in TEMPLATE.tolist()), 1)
    aligned = align(stripes, face, 112)
    assert np.abs(aligned[4:-4, 4:-4].astype(int) - 127).max() < 16


def test_a_degenerate_face_does_not_crash() -> None:
    point = Face(Box(0, 0, 1, 1), ((5.0, 5.0),) * 5, 0.9)
    assert align(_ramp(20, 20), point, 32).shape == (32, 32, 3)


def test_face_crop_cuts_the_square_around_the_box() -> None:
    face = Face(Box(20, 10, 40, 60), TEMPLATE_FACE.landmarks, 0.9)
    pixels = _ramp(100, 120)
    crop = face_crop(pixels, face, size_px=72, margin=0.1)  # 60 px * 1.2
    np.testing.assert_array_equal(crop, pixels[4:76, 4:76])


def test_face_crop_repeats_the_border_outside_the_picture() -> None:
    face = Face(Box(-10, -10, 20, 20), TEMPLATE_FACE.landmarks, 0.9)
    pixels = _ramp(50, 50)
    crop = face_crop(pixels, face, size_px=20, margin=0)
    np.testing.assert_array_equal(crop[10:, 10:], pixels[:10, :10])
    np.testing.assert_array_equal(crop[:10, :10], np.broadcast_to(pixels[0, 0], (10, 10, 3)))


def test_without_a_face_the_centre_square_is_cut() -> None:
    pixels = _ramp(30, 90)
    np.testing.assert_array_equal(face_crop(pixels, None, 30), pixels[:, 30:60])


def test_face_crop_averages_areas() -> None:
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[::2, ::2] = 200
    np.testing.assert_array_equal(face_crop(pixels, None, 4), np.full((4, 4, 3), 50, np.uint8))


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.floats(-60, 60),
    st.floats(-60, 60),
    st.floats(0, 80),
    st.integers(1, 50),
)
def test_face_crop_has_its_size_wherever_the_box_lies(
    height: int, width: int, x: float, y: float, side: float, size_px: int
) -> None:
    face = Face(Box(x, y, side, side / 2), TEMPLATE_FACE.landmarks, 0.9)
    assert face_crop(_ramp(height, width), face, size_px).shape == (size_px, size_px, 3)
