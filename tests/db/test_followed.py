from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.types import Box, Face, FaceDetail, Label
from db import faces, images
from db.engine import reading, writing
from db.followed import Followed, follow_described, follow_faces, follow_hashes
from tests.db.builders import MODEST, add, checksum, forgotten

POINTS = tuple((float(i), i + 0.5) for i in range(5))


def vector(seed: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng(seed).normal(size=128)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def describe(session: Session, image_id: int, *seeds: int | None) -> None:
    """Say that an image has these faces, the largest first; None is one without a vector."""
    details = [
        FaceDetail(
            Face(Box(10, 20, 50 - at, 50), POINTS, 0.9),
            embedding=None if seed is None else vector(seed),
        )
        for at, seed in enumerate(seeds)
    ]
    faces.replace_faces(session, image_id, details, f"v{seeds}")
    session.flush()


def held(followed: Followed, session: Session) -> dict[int, Any]:
    ids, values = followed.read(session)
    assert len(ids) == len(values)
    assert ids.tolist() == sorted(ids.tolist())
    return dict(zip(ids.tolist(), values.tolist(), strict=True))


def test_the_largest_faces_vector_is_followed(writer: Session) -> None:
    one, two, three = (add(writer, word) for word in "abc")
    followed = follow_faces()
    assert held(followed, writer) == {}
    assert followed.read(writer)[1].shape == (0, 128)
    describe(writer, two, 1, 2)
    describe(writer, one, None)
    assert held(followed, writer).keys() == {two}
    np.testing.assert_allclose(followed.read(writer)[1][0], vector(1), atol=1e-3)
    describe(writer, three, 3)
    describe(writer, one, 4)
    describe(writer, two)
    assert held(followed, writer).keys() == {one, three}
    np.testing.assert_allclose(np.linalg.norm(followed.read(writer)[1], axis=1), 1, atol=1e-6)


def test_other_changes_leave_the_arrays_as_they_are(writer: Session) -> None:
    ids = [add(writer, word) for word in "ab"]
    for image_id in ids:
        describe(writer, image_id, image_id)
    followed = follow_faces()
    before = followed.read(writer)
    images.relabel(writer, ids, Label.FAKE, actor="ada")
    writer.flush()
    after = followed.read(writer)
    assert after[0] is before[0]
    assert after[1] is before[1]


def test_described_images_and_hashes_are_followed(writer: Session) -> None:
    one, two = (add(writer, word) for word in "ab")
    describe(writer, two, 5)
    assert held(follow_described(), writer).keys() == {two}
    expected = {one: int(checksum("a")[:16], 16), two: int(checksum("b")[:16], 16)}
    assert held(follow_hashes("v1"), writer) == expected
    assert held(follow_hashes("v0"), writer) == {}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@MODEST
@given(acts=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=12))
def test_what_is_followed_equals_what_is_read_anew(
    database: Engine, acts: list[tuple[int, int]]
) -> None:
    with forgotten(database) as session:
        ids = [add(session, i) for i in range(5)]
        followed = follow_faces()
        for at, seed in acts:
            describe(session, ids[at], *([seed] if seed else []))
            assert held(followed, session) == held(follow_faces(), session)
        anew, vectors = faces.embeddings(session)
        np.testing.assert_array_equal(followed.read(session)[0], anew)
        np.testing.assert_allclose(followed.read(session)[1], vectors, atol=1e-6)


def test_a_database_restored_from_a_backup_is_read_anew(sqlite: Engine) -> None:
    with writing(sqlite) as session:
        one = add(session, "a")
        describe(session, one, 1)
        before = held(follow_faces(), session)
    followed = follow_faces()
    with forgotten(sqlite) as session:
        describe(session, add(session, "b"), 2)
        describe(session, one, 3)
        assert held(followed, session) != before
    with reading(sqlite) as session:
        assert held(followed, session) == before
