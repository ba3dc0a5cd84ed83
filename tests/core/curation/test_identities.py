import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from core.curation.identities import SAME_PERSON, cluster, pairwise_f1, person_cosine
from core.errors import InvalidInput
from core.faces.embed import SAME_IDENTITY_COSINE

ROOT = Path(__file__).parents[3]
FACES = Path(os.environ.get("VERITY_TEST_FACES", ROOT.parent / "shared" / "faces"))


def faces(
    people: list[int], noise: float = 0.05, seed: int = 0, alike: float = 0.0
) -> NDArray[np.float32]:
    """Make unit vectors: one direction a person, shared in part, and some noise."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(max(people) + 1, 128)) / np.sqrt(128) + alike * np.eye(1, 128)
    vectors = centres[people] + rng.normal(size=(len(people), 128)) * noise
    unit: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(
        np.float32
    )
    return unit


def test_the_threshold_is_the_published_one() -> None:
    assert SAME_PERSON == SAME_IDENTITY_COSINE


def test_people_without_names_are_told_apart() -> None:
    people = [0, 1, 0, 2, 1, 2, 0]
    assert cluster(faces(people), [None] * 7).tolist() == people


def test_images_of_one_name_start_together_and_two_names_never_join() -> None:
    people = [0, 0, 0, 1, 1]
    names = ["Ada", "Ada L.", None, "Ada", None]
    labels = cluster(faces(people), names)
    assert labels[0] == labels[3]
    assert labels[0] != labels[1]
    assert labels[2] == labels[1]


def test_copies_of_one_vector_are_one_person_however_many() -> None:
    copies = np.repeat(faces([0, 1, 2]), 40, axis=0)
    assert cluster(copies, [None] * 120).tolist() == [0] * 40 + [1] * 40 + [2] * 40


def test_nothing_gives_nothing_and_one_gives_one() -> None:
    assert cluster(np.empty((0, 128), np.float32), []).tolist() == []
    assert cluster(faces([0]), [None]).tolist() == [0]


def test_names_must_go_with_the_embeddings() -> None:
    with pytest.raises(InvalidInput, match="Received 2 names"):
        cluster(faces([0]), ["a", "b"])


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 60), st.integers(0, 10_000), st.floats(0.05, 0.6))
def test_clusters_are_those_of_average_linkage(n: int, seed: int, cosine: float) -> None:
    people = np.random.default_rng(seed).integers(0, 6, n).tolist()
    vectors = faces(people, noise=0.08, seed=seed)
    tree = linkage(vectors.astype(np.float64), "average", "cosine")
    expected = fcluster(tree, 1 - cosine, "distance").tolist()
    assert pairwise_f1(expected, cluster(vectors, [None] * n, cosine).tolist())[2] == 1


def test_pairs_are_counted_as_by_hand() -> None:
    # Pairs together: true 01 02 12 34; predicted 01 23 24 34. Common: 01 34.
    assert pairwise_f1("aaabb", "xxyyy") == (0.5, 0.5, 0.5)
    # True 01 23; predicted all six.
    assert pairwise_f1("aabb", "xxxx") == pytest.approx((1 / 3, 1, 0.5))
    assert pairwise_f1("aabb", "wxyz") == (1, 0, 0)
    assert pairwise_f1("", "") == (1, 1, 1)


def test_groupings_must_be_of_the_same_things() -> None:
    with pytest.raises(InvalidInput, match="Received 2 and 3"):
        pairwise_f1("ab", "abc")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=30), st.permutations("abcde")
)
def test_agreement_knows_neither_names_nor_order(
    pairs: list[tuple[int, int]], renamed: list[str]
) -> None:
    true, predicted = [a for a, _ in pairs], [b for _, b in pairs]
    found = pairwise_f1(true, predicted)
    assert pairwise_f1([renamed[a] for a in true], predicted) == found
    assert pairwise_f1(true[::-1], predicted[::-1]) == found
    precision, recall, f1 = found
    assert pairwise_f1(predicted, true) == pytest.approx((recall, precision, f1))
    assert pairwise_f1(true, true) == (1, 1, 1)


def test_cosine_rises_where_people_resemble_each_other() -> None:
    people = [i // 5 for i in range(60)]
    vectors = faces(people, noise=0.04, alike=1.2)
    names = [f"person {i}" for i in people]
    fixed, raised = SAME_PERSON, person_cosine(vectors, names)
    assert pairwise_f1(people, cluster(vectors, [None] * 60, fixed).tolist())[2] < 0.3
    assert pairwise_f1(people, cluster(vectors, [None] * 60, raised).tolist())[2] > 0.95


@pytest.mark.parametrize("names", [[None] * 6, ["one"] * 6, list("abcdef")])
def test_names_that_say_nothing_leave_the_cosine_alone(names: list[str | None]) -> None:
    assert person_cosine(faces([0, 0, 1, 1, 2, 2]), names) == SAME_PERSON


def test_names_at_random_do_not_lower_the_cosine() -> None:
    names: list[str | None] = [str(i % 3) for i in range(30)]
    assert person_cosine(faces([i // 10 for i in range(30)]), names) >= SAME_PERSON


@pytest.mark.slow
def test_press_photographs_are_grouped_by_person_without_names() -> None:
    if not (FACES / "lfw").is_dir():
        pytest.skip(f"the photographs are not here: {FACES / 'lfw'}")
    from benchmarks.identities import read

    vectors, names = read(FACES / "lfw")
    assert len(names) > 740
    assert pairwise_f1(names, cluster(vectors, [None] * len(names)).tolist())[2] > 0.97
