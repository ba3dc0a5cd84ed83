import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.curation.similar import nearest_faces, nearest_hashes

MODEST = settings(max_examples=50, deadline=None)


def unit(n: int, seed: int = 0) -> NDArray[np.float32]:
    drawn: NDArray[np.float32] = (
        np.random.default_rng(seed).normal(size=(n, 128)).astype(np.float32)
    )
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


def test_faces_come_nearest_first_with_their_cosines() -> None:
    one, other = unit(2)
    between = (one + other) / np.linalg.norm(one + other)
    places, cosines = nearest_faces(np.array([other, -one, between, one]), one, 3)
    assert places.tolist() == [3, 2, 0]
    expected = np.array([1, between @ one, other @ one])
    np.testing.assert_allclose(cosines, expected, atol=1e-6)


@MODEST
@given(n=st.integers(0, 60), limit=st.integers(0, 70), seed=st.integers(0, 99))
def test_none_of_the_nearest_faces_is_missed(n: int, limit: int, seed: int) -> None:
    vectors, face = unit(n, seed), unit(1, seed + 1)[0]
    vectors = vectors[np.random.default_rng(seed).integers(0, max(n, 1), n)]  # with equal ones
    places, cosines = nearest_faces(vectors, face, limit)
    expected = np.argsort(-(vectors @ face), kind="stable")[:limit]
    np.testing.assert_array_equal(places, expected)
    np.testing.assert_array_equal(cosines, (vectors @ face)[expected])


def test_hashes_are_compared_by_bits() -> None:
    hashes = np.array([0b1111, 0, 2**64 - 1, 0b1], np.uint64)
    places, bits = nearest_hashes(hashes, 0, 3)
    assert places.tolist() == [1, 3, 0]
    assert bits.tolist() == [0, 1, 4]
    assert nearest_hashes(hashes, 2**64 - 1, 1)[0].tolist() == [2]


@MODEST
@given(
    hashes=st.lists(st.integers(0, 15), max_size=40),
    wanted=st.integers(0, 15),
    limit=st.integers(0, 45),
)
def test_none_of_the_nearest_hashes_is_missed(hashes: list[int], wanted: int, limit: int) -> None:
    places, bits = nearest_hashes(np.array(hashes, np.uint64), wanted, limit)
    expected = sorted(range(len(hashes)), key=lambda i: ((hashes[i] ^ wanted).bit_count(), i))
    assert places.tolist() == expected[:limit]
    assert bits.tolist() == [(hashes[i] ^ wanted).bit_count() for i in expected[:limit]]
