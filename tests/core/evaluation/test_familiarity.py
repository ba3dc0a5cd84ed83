import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.evaluation.familiarity import K, count_farther, learn


def cone(n: int, seed: int, spread: float = 0.1) -> np.ndarray:
    """Vectors around one direction."""
    rng = np.random.default_rng(seed)
    drawn = np.eye(8)[0] + spread * rng.normal(size=(n, 8))
    return np.asarray(drawn, np.float32)


def test_what_points_elsewhere_lies_farther_than_all() -> None:
    familiar = learn(cone(60, 0), cone(40, 1))
    assert count_farther(familiar, -cone(1, 2)[0]) == 0
    assert count_farther(familiar, np.eye(8, dtype=np.float32)[1]) == 0


def test_another_of_the_same_kind_lies_among_them() -> None:
    familiar = learn(cone(60, 0), cone(40, 1))
    counts = [count_farther(familiar, each) for each in cone(50, 3)]
    assert 10 < np.mean(counts) < 30


def test_the_distance_is_that_to_the_fifth_neighbour() -> None:
    """By hand: four training images at the asked place, the fifth at a right angle: distance √2."""
    there, across = np.eye(2, dtype=np.float32)
    familiar = learn(np.array([there] * 4 + [across]), there[None])
    np.testing.assert_allclose(familiar.distances, [np.sqrt(2)], rtol=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 1000))
def test_how_strong_the_features_are_does_not_matter(scale: float) -> None:
    familiar = learn(cone(20, 0), cone(10, 1))
    asked = cone(1, 4)[0]
    near = count_farther(familiar, asked)
    assert abs(count_farther(familiar, np.float32(scale) * asked) - near) <= 1


def test_too_few_training_images_are_refused() -> None:
    with pytest.raises(InvalidInput, match=f"at least {K} training images. Received 4"):
        learn(cone(4, 0), cone(4, 1))
