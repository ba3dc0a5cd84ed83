import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.curation.projection import Points, choose_landmarks, inside, lay_out, place
from core.errors import InvalidInput

MODEST = settings(max_examples=40, deadline=None)


def quiet(message: str, done: int, total: int) -> None:
    assert 0 <= done <= total


def people(n_people: int, n_each: int, spread: float = 0.5) -> tuple[Points, list[str | None]]:
    """Draw faces of some people, well apart."""
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(n_people), n_each)
    centres = rng.normal(size=(n_people, 128))
    vectors = (centres[group] + spread * rng.normal(size=(len(group), 128))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, [f"Person {number}" for number in group]


def purity(points: Points, names: list[str | None]) -> float:
    """Return how often the nearest neighbour on a map is of the same person."""
    apart = np.square(points[:, None].astype(np.float64) - points[None]).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return float(np.mean([names[i] == names[j] for i, j in enumerate(apart.argmin(axis=1))]))


@pytest.mark.parametrize("n_landmarks", [1000, 30])
def test_faces_of_one_person_stand_together(n_landmarks: int) -> None:
    vectors, names = people(12, 8)
    points = lay_out(vectors, names, quiet, n_landmarks=n_landmarks)
    assert points.shape == (96, 2)
    assert purity(points, names) > 0.95
    assert purity(np.random.default_rng(0).permutation(points), names) < 0.3


def test_the_same_seed_gives_the_same_map() -> None:
    vectors, names = people(5, 6)
    first = lay_out(vectors, names, quiet, seed=1, n_landmarks=20)
    np.testing.assert_array_equal(first, lay_out(vectors, names, quiet, seed=1, n_landmarks=20))
    assert not np.array_equal(first, lay_out(vectors, names, quiet, seed=2, n_landmarks=20))


@pytest.mark.parametrize("n", range(12))
def test_few_faces_have_a_map_too(n: int) -> None:
    vectors, names = people(max(n, 1), 1)
    points = lay_out(vectors[:n], names[:n], quiet)
    assert points.shape == (n, 2)
    assert np.isfinite(points).all()
    assert len(np.unique(points, axis=0)) == n


def test_equal_faces_have_a_map() -> None:
    vectors = np.repeat(people(1, 1)[0], 9, axis=0)
    assert np.isfinite(lay_out(vectors, [None] * 9, quiet)).all()


def test_progress_ends_at_the_whole_and_may_stop_the_work() -> None:
    told: list[tuple[int, int]] = []
    lay_out(*people(4, 4), lambda message, done, total: told.append((done, total)))
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]
    assert told == sorted(told)

    def stop(message: str, done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        lay_out(*people(4, 4), stop)


def test_a_name_too_few_is_an_error() -> None:
    vectors, names = people(3, 2)
    with pytest.raises(InvalidInput, match="Received 5"):
        lay_out(vectors, names[:-1], quiet)


@MODEST
@given(
    names=st.lists(st.sampled_from([None, "Ada", "Grace", "Mary"]), max_size=40),
    limit=st.integers(0, 45),
    seed=st.integers(0, 9),
)
def test_landmarks_are_shared_out_among_the_names(
    names: list[str | None], limit: int, seed: int
) -> None:
    chosen = choose_landmarks(names, limit, seed)
    assert len(chosen) == len(set(chosen.tolist())) == min(limit, len(names))
    assert chosen.tolist() == sorted(chosen)
    held = [names[i] for i in chosen]
    fewest_left_out = [
        held.count(name) for name in set(names) if held.count(name) < names.count(name)
    ]
    most = max((held.count(name) for name in set(names)), default=0)
    assert all(n >= most - 1 for n in fewest_left_out)


def test_a_face_stands_where_the_landmark_does_that_it_equals() -> None:
    vectors, _ = people(9, 1, spread=0)
    points = np.random.default_rng(0).normal(size=(9, 2)).astype(np.float32)
    placed = place(vectors, np.array([4, 0]), vectors, points, quiet)
    np.testing.assert_allclose(placed, points[[4, 0]], atol=1e-3)
    assert place(vectors, np.array([], np.int64), vectors, points, quiet).shape == (0, 2)
    (only,) = place(vectors, np.array([3]), vectors[:1], points[:1], quiet)
    np.testing.assert_allclose(only, points[0])


SQUARE = np.array([[0, 0], [4, 0], [4, 4], [0, 4]], np.float64)


def test_a_point_in_a_notch_is_outside() -> None:
    arrow = np.array([[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]], np.float64)
    points = np.array([[2, 0.5], [2, 2], [0.5, 2], [3.5, 2], [5, 2], [-1, 0]], np.float32)
    assert inside(points, arrow).tolist() == [True, False, True, True, False, False]
    assert not inside(points, np.empty((0, 2))).any()
    assert inside(np.empty((0, 2), np.float32), SQUARE).shape == (0,)


@MODEST
@given(
    turn=st.integers(0, 3),
    points=st.lists(st.tuples(st.floats(-2, 6), st.floats(-2, 6)), max_size=30),
)
def test_a_square_holds_what_its_sides_say(turn: int, points: list[tuple[float, float]]) -> None:
    asked: NDArray[np.float32] = np.array(points, np.float32).reshape(-1, 2)
    is_clear = (np.abs(asked) > 1e-3).all(axis=1) & (np.abs(asked - 4) > 1e-3).all(axis=1)
    asked = asked[is_clear]  # on an edge either answer is right
    expected = ((asked > 0) & (asked < 4)).all(axis=1)
    np.testing.assert_array_equal(inside(asked, np.roll(SQUARE, turn, axis=0)), expected)
    np.testing.assert_array_equal(inside(asked, SQUARE[::-1]), expected)
