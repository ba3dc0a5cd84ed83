from collections.abc import Callable

import numpy as np

from core.faces.cues import FACE_CHECKS
from core.faces.measure import measure_faces
from core.types import RgbImage

DrawFace = Callable[..., RgbImage]


def test_every_face_is_measured_the_largest_first(draw_face: DrawFace) -> None:
    pixels = np.full((400, 700, 3), (120, 150, 170), np.uint8)
    pixels = draw_face(draw_face(pixels, (150, 200), 0.7), (480, 200), 1.2)
    large, small = measure_faces(pixels)
    assert large.face.box.width > small.face.box.width
    for detail in (large, small):
        assert set(detail.scores) == set(FACE_CHECKS)
        assert detail.scores["faces"] == 2
        assert detail.embedding is not None
        assert len(detail.features) >= 4


def test_a_picture_without_a_face_gives_none(grey_canvas: RgbImage) -> None:
    assert measure_faces(grey_canvas) == []
