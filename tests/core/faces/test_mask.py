import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.faces.mask import critical_region, eye_distance_px, face_hull, feather, fill
from core.types import Box, Face

SHAPE = (320, 320)


def _shifted(face: Face, dx: float, dy: float, scale: float = 1.0) -> Face:
    points = tuple((x * scale + dx, y * scale + dy) for x, y in face.landmarks)
    return Face(Box(0, 0, 1, 1), points, face.confidence)


def test_eye_distance(frontal_face: Face) -> None:
    assert eye_distance_px(frontal_face) == 64


def test_the_critical_region_covers_eyes_nose_mouth_brows_and_chin(frontal_face: Face) -> None:
    mask = critical_region(SHAPE, frontal_face)
    assert mask.shape == SHAPE
    assert mask.dtype == np.float32
    assert all(mask[round(y), round(x)] > 0.9 for x, y in frontal_face.landmarks)
    brow_y, chin_y = 128 - 0.25 * 74, 128 + 1.4 * 74
    assert mask[round(brow_y), 160] > 0.5
    assert mask[round(chin_y), 160] > 0.5


def test_the_critical_region_leaves_forehead_ears_and_background(frontal_face: Face) -> None:
    mask = critical_region(SHAPE, frontal_face)
    assert mask[60, 160] == mask[150, 80] == mask[150, 240] == 0
    assert mask[0].max() == mask[-1].max() == mask[:, 0].max() == mask[:, -1].max() == 0
    np.testing.assert_allclose(mask, mask[:, ::-1][:, np.r_[319, 0:319]], atol=0.05)


@settings(max_examples=20, deadline=None)
@given(st.integers(-60, 60), st.integers(-60, 60))
def test_the_mask_moves_with_the_face(dx: int, dy: int) -> None:
    face = Face(Box(0, 0, 1, 1), ((182, 182), (218, 182), (200, 202), (184, 224), (216, 224)), 0.9)
    still, moved = (critical_region((400, 400), _shifted(face, *by)) for by in ((0, 0), (dx, dy)))
    np.testing.assert_allclose(np.roll(still, (dy, dx), (0, 1)), moved, atol=1e-6)


def test_the_mask_grows_with_the_face(frontal_face: Face) -> None:
    small = critical_region(SHAPE, frontal_face).sum()
    large = critical_region((640, 640), _shifted(frontal_face, 0, 0, 2)).sum()
    assert large / small == pytest.approx(4, rel=0.02)


def test_a_face_past_the_edge_or_of_no_size_does_not_crash(frontal_face: Face) -> None:
    assert critical_region(SHAPE, _shifted(frontal_face, -120, 50)).max() == 1
    assert critical_region(SHAPE, _shifted(frontal_face, 1000, 0)).max() == 0
    assert critical_region((8, 9), _shifted(frontal_face, 4, 4, 0)).shape == (8, 9)


def test_a_turned_head_shifts_the_outline_away_from_the_nose(frontal_face: Face) -> None:
    points = list(frontal_face.landmarks)
    points[2] = (178.0, 164.0)
    turned = critical_region(SHAPE, Face(frontal_face.box, tuple(points), 0.9))
    frontal = critical_region(SHAPE, frontal_face)
    columns = np.arange(SHAPE[1])
    middle_turned, middle = ((m.sum(axis=0) @ columns) / m.sum() for m in (turned, frontal))
    assert middle_turned < middle - 2


def test_hulls_repeat_with_the_seed_and_vary_without(frontal_face: Face) -> None:
    first, again, other = (
        face_hull(SHAPE, frontal_face, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.5


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_every_hull_is_a_soft_mask_on_the_face_only(seed: int) -> None:
    points = ((128.0, 128.0), (192.0, 128.0), (160.0, 164.0), (132.0, 202.0), (188.0, 202.0))
    mask = face_hull(SHAPE, Face(Box(80, 60, 160, 200), points, 0.9), np.random.default_rng(seed))
    assert mask.dtype == np.float32
    assert mask.min() == 0
    assert 0.9 < mask.max() <= 1.0001
    assert mask[190:200, 150:170].min() > 0.5  # the mouth is part of every outline
    assert mask[:20].max() == mask[300:].max() == mask[:, :40].max() == mask[:, 280:].max() == 0


def test_fill_and_feather_on_a_square() -> None:
    square = fill((40, 40), np.array([(10.0, 10.0), (29.0, 10.0), (29.0, 29.0), (10.0, 29.0)]))
    assert square.sum() == 400
    soft = feather(square, 4)
    assert soft[20, 20] == 1
    assert soft[20, 5] == 0 < soft[20, 7] < soft[20, 12] < 1
