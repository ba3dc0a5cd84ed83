import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluation.robustness import (
    CHANGES,
    JPEG,
    RESIZE,
    Change,
    apply,
    around,
    first_flip,
    scaled_face,
)
from core.faces.align import face_crop
from core.types import Box, Face, RgbImage


def photograph(width: int, height: int, seed: int = 0) -> RgbImage:
    """Soft colours with noise on them: something to lose at every quality."""
    import cv2

    rng = np.random.default_rng(seed)
    soft = cv2.resize(rng.integers(0, 256, (5, 7, 3), dtype=np.uint8), (width, height))
    noise = rng.integers(-20, 20, (height, width, 1))  # grey: colours lose half their size anyway
    return np.asarray(np.clip(soft + noise, 0, 255), np.uint8)


def face_at(x: float, y: float, side: float) -> Face:
    points = tuple((x + side * u, y + side * v) for u, v in ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6)))
    return Face(Box(x, y, side, side * 1.2), (*points, points[0], points[1]), 0.9)


def test_a_lower_quality_changes_more() -> None:
    pixels = photograph(160, 120)
    errors = [
        np.abs(apply(change, pixels).astype(int) - pixels).mean()
        for change in CHANGES
        if change.kind == JPEG
    ]
    assert errors == sorted(errors)
    assert 0 < errors[0] < errors[-1] / 2


@pytest.mark.parametrize("change", [each for each in CHANGES if each.kind == RESIZE], ids=str)
def test_resizing_takes_the_face_along(change: Change) -> None:
    pixels, face = photograph(200, 160), face_at(40, 30, 60)
    smaller = apply(change, pixels)
    assert smaller.shape[:2] == (round(160 * change.amount), round(200 * change.amount))
    moved = scaled_face(change, face)
    assert moved is not None
    assert moved.box.width / smaller.shape[1] == pytest.approx(face.box.width / 200)
    assert moved.landmarks[0][1] == pytest.approx(face.landmarks[0][1] * change.amount)
    assert scaled_face(change, None) is None


def test_compressing_leaves_the_face_in_its_place() -> None:
    face = face_at(40, 30, 60)
    assert scaled_face(Change(JPEG, 50), face) is face


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(CHANGES),
    st.floats(-10, 300),
    st.floats(-10, 200),
    st.floats(24, 120),
)
def test_a_window_around_the_face_changes_as_the_whole_picture_does(
    change: Change, x: float, y: float, side: float
) -> None:
    pixels, face = photograph(416, 320), face_at(x, y, side)
    view, moved = around(pixels, face)
    size_px = max(16, round(side * change.amount)) if change.kind == RESIZE else round(side)
    crops = [
        face_crop(apply(change, seen), scaled_face(change, at), size_px).astype(int)
        for seen, at in ((pixels, face), (view, moved))
    ]
    assert np.abs(crops[0] - crops[1]).mean() < 1.5
    assert view.size <= pixels.size


def test_only_what_the_crop_sees_is_changed() -> None:
    view, moved = around(photograph(2000, 1600), face_at(900, 700, 100))
    assert max(view.shape) < 330
    assert (moved.box.width, moved.box.height) == (100, 120)


def test_the_mildest_turn_of_a_kind_is_told() -> None:
    calls = ["genuine", "genuine", "fake", "genuine", "genuine", "fake", "fake"]
    assert first_flip(CHANGES, calls, "genuine", JPEG) == Change(JPEG, 50)
    assert str(first_flip(CHANGES, calls, "genuine", RESIZE)) == "resized to 50%"
    assert first_flip(CHANGES, ["fake"] * 7, "fake", JPEG) is None
