from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.types import Box, Face, FaceDetail, Feature
from db import faces, images, statuses
from db.tables import ImageRow
from tests.db.builders import MODEST, add, forgotten

POINTS = tuple((float(i), i + 0.5) for i in range(5))
EYE = Box(20, 30, 10, 5)


def _vector(seed: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng(seed).normal(size=128)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def _detail(x: float = 10, side: float = 50, seed: int = 1, **changes: Any) -> FaceDetail:
    made = FaceDetail(
        face=Face(Box(x, 20, side, side), POINTS, 0.9),
        features={Feature.LEFT_EYE: EYE, Feature.LIPS: Box(30, 50, 20, 8)},
        scores={"face_blur": 12.5, "teeth": None},
        embedding=_vector(seed),
    )
    return replace(made, **changes)


def _same(one: FaceDetail, other: FaceDetail) -> bool:
    assert one.embedding is not None
    assert other.embedding is not None
    np.testing.assert_allclose(one.embedding, other.embedding, atol=1e-3)
    return replace(one, embedding=None) == replace(other, embedding=None)


def _row(session: Session, image_id: int) -> ImageRow:
    session.expire_all()
    return session.get_one(ImageRow, image_id)


def test_what_was_measured_comes_back(writer: Session) -> None:
    image_id = add(writer, "a")
    faces.replace_faces(writer, image_id, [_detail(), _detail(150, 30, seed=2)], "v1")
    writer.expire_all()
    large, small = faces.faces_of(writer, image_id).values()
    assert _same(large, _detail())
    assert _same(small, _detail(150, 30, seed=2))
    assert np.linalg.norm(large.embedding) == pytest.approx(1)  # type: ignore[arg-type]
    record = images.get_image(writer, image_id)
    assert record.n_faces == 2
    assert record.face == _detail().face


def test_the_largest_faces_scores_stand_beside_the_images_own(writer: Session) -> None:
    image_id = add(writer, "a")
    _row(writer, image_id).scores = {"blur": 3.0}
    small = _detail(150, 30, scores={"face_blur": 99.0})
    faces.replace_faces(writer, image_id, [_detail(), small], "v1")
    assert _row(writer, image_id).scores == {"blur": 3.0, "face_blur": 12.5, "teeth": None}
    faces.replace_faces(writer, image_id, [], "v2")
    row = _row(writer, image_id)
    assert (row.scores, row.faces_version, row.n_faces, row.face) == ({"blur": 3.0}, "v2", 0, None)
    assert faces.faces_of(writer, image_id) == {}


def test_new_measurements_give_the_image_a_higher_revision(database: Engine) -> None:
    with Session(database.execution_options(writes=True)) as session:
        image_id = add(session, "a")
        session.commit()
        before = session.scalar(select(ImageRow.revision))
        faces.replace_faces(session, image_id, [_detail()], "v1")
        session.commit()
        after = session.scalar(select(ImageRow.revision))
    assert before is not None
    assert after is not None
    assert after > before


def test_images_wait_until_the_present_version_has_seen_them(writer: Session) -> None:
    ids = [add(writer, content) for content in "abcd"]
    faces.replace_faces(writer, ids[0], [], "v1")
    faces.replace_faces(writer, ids[1], [], "v0")
    assert faces.waiting_ids(writer, "v1") == ids[1:]
    assert faces.count_waiting(writer, "v1") == 3
    assert faces.count_waiting(writer, "v1", ids[2]) == 2
    waiting = faces.waiting_images(writer, "v1", 2)
    assert [record.id for record in waiting] == ids[1:3]
    waiting = faces.waiting_images(writer, "v1", 9, after=ids[1], last=ids[2])
    assert [record.id for record in waiting] == [ids[2]]


def test_waiting_images_come_page_by_page(writer: Session) -> None:
    ids = [add(writer, content) for content in "abcde"]
    found = faces.waiting_images(writer, "v1", 2, offset=3)
    assert [record.id for record in found] == ids[3:]


def test_boxes_of_many_images_stand_largest_first(writer: Session) -> None:
    first, faceless = add(writer, "a"), add(writer, "b")
    faces.replace_faces(writer, first, [_detail(), _detail(150, 30)], "v1")
    faces.replace_faces(writer, faceless, [], "v1")
    found = faces.boxes_of(writer, [first, faceless])
    assert found == {first: [_detail().face.box, _detail(150, 30).face.box]}


def test_an_image_is_measured_in_some_version_or_in_one(writer: Session) -> None:
    image_id = add(writer, "a")
    assert not faces.is_measured(writer, image_id)
    faces.replace_faces(writer, image_id, [], "v1")
    assert faces.is_measured(writer, image_id)
    assert faces.is_measured(writer, image_id, "v1")
    assert not faces.is_measured(writer, image_id, "v2")


def test_unknown_images_are_named(writer: Session) -> None:
    with pytest.raises(NotFound, match="Received 999"):
        faces.replace_faces(writer, 999, [], "v1")


def test_embeddings_are_those_of_the_largest_faces(writer: Session) -> None:
    first, blind, last = (add(writer, content) for content in "abc")
    faces.replace_faces(writer, last, [_detail(seed=3)], "v1")
    faces.replace_faces(writer, first, [_detail(seed=1), _detail(150, 30, seed=2)], "v1")
    faces.replace_faces(writer, blind, [_detail(embedding=None)], "v1")
    ids, vectors = faces.embeddings(writer)
    assert (ids.tolist(), vectors.shape) == ([first, last], (2, 128))
    assert vectors.dtype == np.float32
    assert (vectors @ np.stack([_vector(1), _vector(3)]).T).diagonal() == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_embeddings_are_those_of_active_images(writer: Session) -> None:
    shown, left_out = add(writer, "a"), add(writer, "b")
    for image_id in (shown, left_out):
        faces.replace_faces(writer, image_id, [_detail()], "v1")
    statuses.exclude(writer, [left_out], "nobody is in it", actor="ada")
    assert faces.embeddings(writer)[0].tolist() == [shown]


def test_no_embeddings_are_an_empty_matrix(writer: Session) -> None:
    ids, vectors = faces.embeddings(writer)
    assert (ids.shape, vectors.shape) == ((0,), (0, 128))


@MODEST
@given(places=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 90)), max_size=5))
def test_faces_stand_largest_first(database: Engine, places: list[tuple[int, int]]) -> None:
    with forgotten(database) as session:
        image_id = add(session, "a")
        details = [_detail(x, side) for x, side in places]
        faces.replace_faces(session, image_id, details, "v1")
        found = [face.face.box.width for face in faces.faces_of(session, image_id).values()]
        assert found == sorted((float(side) for _, side in places), reverse=True)
