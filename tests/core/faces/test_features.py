from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from core.faces.detect import detect
from core.faces.features import N_POINTS, boxes_of, face_mesh, feature_boxes
from core.types import ESTIMATED_FEATURES, Box, Face, Feature, RgbImage

DrawFace = Callable[..., RgbImage]


def _centre(box: Box) -> tuple[float, float]:
    return box.x + box.width / 2, box.y + box.height / 2


def _holds(box: Box, x: float, y: float) -> bool:
    return box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height


def test_the_boxes_lie_where_the_face_was_drawn(
    draw_face: DrawFace, grey_canvas: RgbImage, frontal_face: Face
) -> None:
    boxes = feature_boxes(draw_face(grey_canvas), frontal_face)
    assert set(boxes) == set(Feature)
    for feature, (x, y) in {
        Feature.LEFT_EYE: (128, 153),
        Feature.RIGHT_EYE: (192, 153),
        Feature.NOSE: (160, 175),
        Feature.LIPS: (160, 225),
    }.items():
        assert np.hypot(*np.subtract(_centre(boxes[feature]), (x, y))) < 10, feature


def test_ears_lie_outside_of_the_eyes_beside_the_nose(
    draw_face: DrawFace, grey_canvas: RgbImage, frontal_face: Face
) -> None:
    boxes = feature_boxes(draw_face(grey_canvas), frontal_face)
    left, right = boxes[Feature.LEFT_EAR], boxes[Feature.RIGHT_EAR]
    assert left.x + left.width < boxes[Feature.LEFT_EYE].x
    assert right.x > boxes[Feature.RIGHT_EYE].x + boxes[Feature.RIGHT_EYE].width
    nose_y = _centre(boxes[Feature.NOSE])[1]
    assert _holds(left, left.x, nose_y)
    assert _holds(right, right.x, nose_y)


@pytest.mark.parametrize("degrees", [-40, 0, 25])
def test_the_mesh_turns_and_grows_with_the_picture(draw_face: DrawFace, degrees: float) -> None:
    pixels = draw_face(np.full((400, 400, 3), 120, np.uint8), centre=(200, 200))
    face = detect(pixels)[0]
    turn = cv2.getRotationMatrix2D((200, 200), degrees, 1.3)
    moved = cv2.warpAffine(pixels, turn, (400, 400), borderValue=(120, 120, 120))
    points = np.array(face.landmarks) @ turn[:, :2].T + turn[:, 2]
    x, y = np.array(_centre(face.box)) @ turn[:, :2].T + turn[:, 2]
    width, height = face.box.width * 1.3, face.box.height * 1.3
    box = Box(x - width / 2, y - height / 2, width, height)
    turned = Face(box, tuple((float(a), float(b)) for a, b in points), face.confidence)
    still, found = face_mesh(pixels, face), face_mesh(moved, turned)
    assert still is not None
    assert found is not None
    expected = still @ turn[:, :2].T + turn[:, 2]
    assert np.hypot(*(found - expected).T).mean() < 1.5


def test_a_large_face_gets_the_mesh_of_a_small_one(
    draw_face: DrawFace, grey_canvas: RgbImage
) -> None:
    small = draw_face(grey_canvas)
    face = detect(small)[0]
    large = np.repeat(np.repeat(small, 6, axis=0), 6, axis=1)
    box = Box(*(6 * each for each in (face.box.x, face.box.y, face.box.width, face.box.height)))
    points = tuple((6 * x + 2.5, 6 * y + 2.5) for x, y in face.landmarks)
    one, other = face_mesh(small, face), face_mesh(large, Face(box, points, 0.9))
    assert one is not None
    assert other is not None
    assert np.hypot(*(6 * one + 2.5 - other).T).mean() < 6


def test_nothing_is_found_where_there_is_no_face(grey_canvas: RgbImage, frontal_face: Face) -> None:
    assert face_mesh(grey_canvas, frontal_face) is None
    assert feature_boxes(grey_canvas, frontal_face) == {}


def test_boxes_are_cut_at_the_edges_and_dropped_outside() -> None:
    mesh = np.full((N_POINTS, 2), 500.0)
    mesh[[33, 133]] = (-10, 5), (10, 15)
    boxes = boxes_of(mesh, (100, 100))
    assert boxes == {Feature.LEFT_EYE: boxes[Feature.LEFT_EYE]}


def test_an_ear_that_the_head_hides_is_missing() -> None:
    mesh = np.full((N_POINTS, 2), 50.0)
    mesh[168], mesh[2], mesh[4] = (60, 40), (60, 60), (28, 55)
    mesh[234], mesh[454] = (20, 50), (90, 50)
    boxes = boxes_of(mesh, (100, 200))
    assert Feature.LEFT_EAR not in boxes
    ear = boxes[Feature.RIGHT_EAR]
    assert ear.x == pytest.approx(90)
    assert ear.height == pytest.approx(1.2 * 20)
    assert ear.width == pytest.approx(0.55 * 1.2 * 20)


def test_eyes_nose_and_lips_agree_with_yunet_on_photographs(real_faces: Path) -> None:
    files = sorted((real_faces / "lfw").glob("*/*.jpg"))[::30]
    hits = []
    for path in files:
        pixels = np.asarray(Image.open(path).convert("RGB"))
        face = detect(pixels)[0]
        boxes = feature_boxes(pixels, face)
        parts = (Feature.LEFT_EYE, Feature.RIGHT_EYE, Feature.NOSE)
        hits += [
            part in boxes and _holds(boxes[part], *point)
            for part, point in zip(parts, face.landmarks, strict=False)
        ]
    assert np.mean(hits) > 0.9


def test_only_ears_are_estimates() -> None:
    assert set(ESTIMATED_FEATURES) == {Feature.LEFT_EAR, Feature.RIGHT_EAR}
