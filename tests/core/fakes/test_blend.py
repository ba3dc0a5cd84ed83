from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from core.faces.mask import critical_region, face_hull
from core.fakes.base import Parent
from core.fakes.blend import blend, face_window, move


@given(
    npst.arrays(np.uint8, (4, 5, 3)),
    npst.arrays(np.uint8, (4, 5, 3)),
    npst.arrays(np.float32, (4, 5), elements=st.sampled_from([0.0, 0.25, 1.0])),
)
def test_weights_choose_between_source_and_target(
    source: np.typing.NDArray[np.uint8],
    target: np.typing.NDArray[np.uint8],
    weights: np.typing.NDArray[np.float32],
) -> None:
    mixed = blend(source, target, weights)
    np.testing.assert_array_equal(mixed[weights == 0], target[weights == 0])
    np.testing.assert_array_equal(mixed[weights == 1], source[weights == 1])
    between = np.minimum(source, target) <= mixed
    assert (between & (mixed <= np.maximum(source, target))).all()


def test_a_source_out_of_range_is_cut_off() -> None:
    source = np.array([[[-40.0, 128.4, 300.0]]])
    mixed = blend(source, np.zeros((1, 1, 3), np.uint8), np.ones((1, 1), np.float32))
    assert mixed.ravel().tolist() == [0, 128, 255]


def test_the_window_holds_all_of_every_mask(make_parent: Callable[..., Parent]) -> None:
    parent = make_parent(1, size=(400, 500))
    assert parent.face is not None
    rows, columns = face_window((400, 500), parent.face)
    outside = np.ones((400, 500), bool)
    outside[rows, columns] = False
    assert outside.any()
    assert critical_region((400, 500), parent.face)[outside].max() == 0
    for seed in range(20):
        hull = face_hull((400, 500), parent.face, np.random.default_rng(seed))
        assert hull[outside].max() == 0


def test_the_window_stays_inside_the_picture(make_parent: Callable[..., Parent]) -> None:
    face = make_parent(1, size=(400, 500)).face
    assert face is not None
    for dx, dy in ((-240, -190), (300, 300), (-5000, 0), (0, 5000)):
        rows, columns = face_window((400, 500), move(face, dx, dy))
        assert 0 <= rows.start < rows.stop <= 400
        assert 0 <= columns.start < columns.stop <= 500


def test_move_shifts_box_and_landmarks(make_parent: Callable[..., Parent]) -> None:
    face = make_parent(1).face
    assert face is not None
    moved = move(face, 3, -2)
    np.testing.assert_allclose(np.array(moved.landmarks) - face.landmarks, [[3, -2]] * 5)
    assert (moved.box.x - face.box.x, moved.box.y - face.box.y) == (3, -2)
    assert moved.box.width == face.box.width
