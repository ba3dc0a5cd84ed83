import numpy as np
import pytest

from core.faces.align import align
from core.faces.drawn import drawn_face, fits
from core.types import Box

BOX = Box(100, 50, 200, 300)


def test_landmarks_lie_in_the_box_and_are_symmetric() -> None:
    face = drawn_face(BOX)
    assert fits(BOX, face.landmarks)
    left, right, nose, *mouth = np.array(face.landmarks)
    assert left + right == pytest.approx([2 * nose[0], 2 * left[1]])
    assert mouth[0] + mouth[1] == pytest.approx([2 * nose[0], 2 * mouth[0][1]])
    assert left[1] < nose[1] < mouth[0][1]


def test_a_drawn_face_can_be_aligned() -> None:
    pixels = np.full((400, 400, 3), 90, np.uint8)
    assert (align(pixels, drawn_face(BOX), 112) == 90).all()


@pytest.mark.parametrize(
    ("point", "is_inside"), [((100, 50), True), ((300, 350), True), ((99, 60), False)]
)
def test_landmarks_fit_up_to_the_edge(point: tuple[float, float], is_inside: bool) -> None:
    assert fits(BOX, [(150, 100), point]) is is_inside
