from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound, VerityError
from core.faces.drawn import drawn_face
from core.types import Box, FaceDetail, Feature
from db import corrections, faces, images
from db.corrections import FACE, Correction
from db.tables import EventRow, ImageRow
from tests.db.builders import MODEST, add, forgotten

EYE, MOVED = Box(20, 30, 10, 5), Box(22, 31, 12, 6)
LARGE, SMALL = Box(10, 20, 50, 50), Box(150, 20, 30, 30)


def _detail(box: Box = LARGE, **changes: Any) -> FaceDetail:
    found = FaceDetail(
        face=replace(drawn_face(box), confidence=0.9),
        features={Feature.LEFT_EYE: EYE, Feature.LIPS: Box(30, 50, 20, 8)},
        scores={"face_blur": box.width, "faces": 2.0},
    )
    return replace(found, **changes)


def _measured(session: Session, *boxes: Box, content: str = "a") -> tuple[int, list[int]]:
    """Add an image with these faces; return its number and theirs, the largest first."""
    image_id = add(session, content)
    faces.replace_faces(session, image_id, [_detail(box) for box in boxes], "v1")
    return image_id, list(faces.faces_of(session, image_id))


def _boxes(session: Session, image_id: int) -> list[Box]:
    session.expire_all()
    return [detail.face.box for detail in faces.faces_of(session, image_id).values()]


def _scores(session: Session, image_id: int) -> dict[str, Any]:
    session.expire_all()
    return dict(session.get_one(ImageRow, image_id).scores or {})


def test_a_moved_part_says_who_moved_it_and_is_set_back(writer: Session) -> None:
    image_id, (face,) = _measured(writer, LARGE)
    corrections.correct_feature(writer, image_id, face, Feature.LEFT_EYE, MOVED, actor="ada")
    detail = faces.faces_of(writer, image_id)[face]
    assert (detail.features[Feature.LEFT_EYE], detail.is_corrected) == (MOVED, True)
    assert corrections.corrected_by(writer, image_id) == {face: {"left eye": "ada"}}
    undone = corrections.undo_correction(writer, image_id, actor="ada")
    assert undone == Correction(image_id, "left eye", EYE, MOVED)
    assert faces.faces_of(writer, image_id)[face] == _detail()
    assert corrections.corrected_by(writer, image_id) == {}


def test_a_correction_outlives_the_next_measurement(writer: Session) -> None:
    image_id, (face, _) = _measured(writer, LARGE, SMALL)
    corrections.correct_feature(writer, image_id, face, Feature.LEFT_EYE, MOVED, actor="ada")
    corrections.correct_feature(writer, image_id, face, Feature.LIPS, None, actor="ada")
    larger = _detail(Box(150, 20, 60, 60))
    again = _detail(Box(11, 20, 52, 52), scores={"face_blur": 8.0}, features={})
    faces.replace_faces(writer, image_id, [larger, again], "v2")
    first, second = faces.faces_of(writer, image_id).values()
    assert (first.face, first.is_corrected) == (larger.face, False)
    assert (second.face.box, second.is_corrected) == (LARGE, True)
    assert second.features == {Feature.LEFT_EYE: MOVED}
    assert second.scores == {"face_blur": 8.0}


def test_a_corrected_face_that_is_not_found_again_stays(writer: Session) -> None:
    image_id, (face,) = _measured(writer, LARGE)
    corrections.correct_feature(writer, image_id, face, Feature.LEFT_EYE, MOVED, actor="ada")
    faces.replace_faces(writer, image_id, [_detail(SMALL)], "v2")
    kept, new = faces.faces_of(writer, image_id).values()
    assert (kept.face, kept.features[Feature.LEFT_EYE]) == (_detail().face, MOVED)
    assert new.face == _detail(SMALL).face
    assert images.get_image(writer, image_id).n_faces == 2


def test_a_face_drawn_in_place_of_one_taken_away_is_measured(writer: Session) -> None:
    image_id, (wrong,) = _measured(writer, LARGE)
    corrections.remove_face(writer, image_id, wrong, actor="ada")
    right = Box(LARGE.x + 5, LARGE.y + 5, LARGE.width, LARGE.height)
    drawn = corrections.add_face(writer, image_id, right, actor="ada")
    faces.replace_faces(writer, image_id, [_detail(right), _detail(LARGE)], "v2")
    (again,) = faces.faces_of(writer, image_id).items()
    assert again[0] == drawn
    assert again[1].scores == _detail().scores


@pytest.mark.parametrize("found", [[], [Box(10, 20, 100, 100)]])
def test_two_corrected_faces_that_overlap_both_stay(writer: Session, found: list[Box]) -> None:
    """Cheek to cheek: the detector sees one of them, or none."""
    image_id, (large,) = _measured(writer, Box(10, 20, 100, 100))
    corrections.correct_feature(writer, image_id, large, Feature.LIPS, None, actor="ada")
    drawn = corrections.add_face(writer, image_id, Box(50, 20, 100, 100), actor="ada")
    faces.replace_faces(writer, image_id, [_detail(box) for box in found], "v2")
    assert sorted(faces.faces_of(writer, image_id)) == sorted([large, drawn])


def test_a_correction_is_undone_even_after_a_new_measurement(writer: Session) -> None:
    image_id, (face,) = _measured(writer, LARGE)
    corrections.correct_feature(writer, image_id, face, Feature.LEFT_EYE, MOVED, actor="ada")
    faces.replace_faces(writer, image_id, [_detail(Box(150, 20, 90, 90)), _detail()], "v2")
    corrections.undo_correction(writer, image_id, actor="ada")
    restored = faces.faces_of(writer, image_id)[face]
    assert (restored.features[Feature.LEFT_EYE], restored.is_corrected) == (EYE, False)
    with pytest.raises(NotFound, match="no correction of yours"):
        corrections.undo_correction(writer, image_id, actor="ada")


def test_undo_stays_with_the_image_that_is_looked_at(writer: Session) -> None:
    one, (face,) = _measured(writer, LARGE)
    other, (later,) = _measured(writer, LARGE, content="b")
    corrections.correct_feature(writer, one, face, Feature.LIPS, MOVED, actor="ada")
    corrections.correct_feature(writer, other, later, Feature.LIPS, MOVED, actor="ada")
    corrections.undo_correction(writer, one, actor="ada")
    assert corrections.corrected_ids(writer) == [other]


def test_a_part_that_was_missing_is_missing_again_after_the_undo(writer: Session) -> None:
    image_id, (face,) = _measured(writer, LARGE)
    corrections.correct_feature(writer, image_id, face, Feature.NOSE, MOVED, actor="ada")
    corrections.correct_feature(writer, image_id, face, Feature.LIPS, None, actor="bob")
    corrections.undo_correction(writer, image_id, actor="ada")
    (detail,) = faces.faces_of(writer, image_id).values()
    assert (set(detail.features), detail.is_corrected) == ({Feature.LEFT_EYE}, True)


def test_nobody_undoes_what_another_corrected_since(writer: Session) -> None:
    image_id, (face,) = _measured(writer, LARGE)
    corrections.correct_feature(writer, image_id, face, Feature.LIPS, MOVED, actor="ada")
    corrections.correct_feature(writer, image_id, face, Feature.LIPS, EYE, actor="bob")
    with pytest.raises(Conflict, match="Received one by bob"):
        corrections.undo_correction(writer, image_id, actor="ada")


def test_a_face_that_grows_largest_becomes_the_images(writer: Session) -> None:
    image_id, (large, small) = _measured(writer, LARGE, SMALL)
    grown = Box(120, 10, 90, 90)
    corrections.correct_face(writer, image_id, small, grown, actor="ada")
    assert list(faces.faces_of(writer, image_id)) == [small, large]
    record = images.get_image(writer, image_id)
    assert record.face is not None
    assert record.face.box == grown
    assert _scores(writer, image_id) == {"face_blur": 30.0, "faces": 2.0}
    corrections.undo_correction(writer, image_id, actor="ada")
    assert faces.faces_of(writer, image_id) == {large: _detail(), small: _detail(SMALL)}
    assert images.get_image(writer, image_id).face == _detail().face


def test_landmarks_stay_with_a_face_unless_the_box_leaves_them(writer: Session) -> None:
    image_id, (face,) = _measured(writer, LARGE)
    points = _detail().face.landmarks
    corrections.correct_face(writer, image_id, face, Box(8, 18, 55, 55), actor="ada")
    assert faces.faces_of(writer, image_id)[face].face.landmarks == points
    far = Box(150, 150, 40, 40)
    corrections.correct_face(writer, image_id, face, far, actor="ada")
    assert faces.faces_of(writer, image_id)[face].face.landmarks == drawn_face(far).landmarks
    corrections.undo_correction(writer, image_id, actor="ada")
    corrections.undo_correction(writer, image_id, actor="ada")
    assert faces.faces_of(writer, image_id) == {face: _detail()}


def test_a_drawn_face_counts_as_the_images(writer: Session) -> None:
    image_id = add(writer, "a", face=None, n_faces=0)
    faces.replace_faces(writer, image_id, [], "v1")
    face = corrections.add_face(writer, image_id, SMALL, actor="ada")
    record = images.get_image(writer, image_id)
    assert (record.face, record.n_faces) == (drawn_face(SMALL), 1)
    (detail,) = faces.faces_of(writer, image_id).values()
    assert (detail.is_corrected, detail.embedding, detail.face.confidence) == (True, None, 1.0)
    faces.replace_faces(writer, image_id, [], "v2")
    assert list(faces.faces_of(writer, image_id)) == [face]
    corrections.undo_correction(writer, image_id, actor="ada")
    record = images.get_image(writer, image_id)
    assert (record.face, record.n_faces) == (None, 0)
    assert faces.faces_of(writer, image_id) == {}


def test_nobody_takes_a_face_away_that_another_worked_on(writer: Session) -> None:
    image_id, _ = _measured(writer, LARGE)
    face = corrections.add_face(writer, image_id, SMALL, actor="ada")
    corrections.correct_feature(writer, image_id, face, Feature.NOSE, MOVED, actor="bob")
    with pytest.raises(Conflict, match="Received one by bob"):
        corrections.undo_correction(writer, image_id, actor="ada")
    assert face in faces.faces_of(writer, image_id)


def test_no_face_is_drawn_before_the_others_are_known(writer: Session) -> None:
    image_id = add(writer, "a")
    with pytest.raises(Conflict, match="measure the faces first"):
        corrections.add_face(writer, image_id, SMALL, actor="ada")


def test_what_is_no_face_is_not_found_again(writer: Session) -> None:
    image_id, (large, _) = _measured(writer, LARGE, SMALL)
    corrections.remove_face(writer, image_id, large, actor="ada")
    record = images.get_image(writer, image_id)
    assert (record.face, record.n_faces) == (_detail(SMALL).face, 1)
    assert _scores(writer, image_id) == {"face_blur": 30.0, "faces": 1.0}
    faces.replace_faces(writer, image_id, [_detail(Box(11, 21, 50, 50)), _detail(SMALL)], "v2")
    assert _boxes(writer, image_id) == [SMALL]
    assert corrections.corrected_ids(writer) == [image_id]
    corrections.undo_correction(writer, image_id, actor="ada")
    assert _boxes(writer, image_id) == [LARGE, SMALL]
    assert not faces.faces_of(writer, image_id)[large].is_corrected


def test_a_face_taken_away_cannot_be_corrected(writer: Session) -> None:
    image_id, (face,) = _measured(writer, LARGE)
    corrections.remove_face(writer, image_id, face, actor="ada")
    with pytest.raises(NotFound, match="taken away"):
        corrections.correct_face(writer, image_id, face, SMALL, actor="ada")


def test_history_tells_every_act_and_what_was_undone(writer: Session) -> None:
    image_id, (face,) = _measured(writer, LARGE)
    corrections.correct_feature(writer, image_id, face, Feature.LIPS, None, actor="ada")
    corrections.remove_face(writer, image_id, face, actor="bob")
    corrections.undo_correction(writer, image_id, actor="bob")
    told = [
        (event.action, event.after["feature"], event.actor, is_undone)
        for event, is_undone in corrections.history(writer, image_id)
    ]
    assert told == [("not a face", FACE, "bob", True), ("correct box", "lips", "ada", False)]


def test_history_of_a_number_that_was_another_faces_is_left_out(writer: Session) -> None:
    one, _ = _measured(writer, LARGE)
    face = corrections.add_face(writer, one, SMALL, actor="ada")
    corrections.undo_correction(writer, one, actor="ada")
    other, (reused,) = _measured(writer, LARGE, content="b")
    event = writer.scalars(select(EventRow)).one()
    event.subject_id = reused
    writer.flush()
    assert face
    assert corrections.history(writer, other) == []


@pytest.mark.parametrize(
    "box",
    [
        Box(1, 1, 0, 5),
        Box(1, 1, 5, -1),
        Box(1, 1, 0.4, 5),
        Box(float("nan"), 1, 5, 5),
        Box(1, 1, float("inf"), 5),
        Box(float("-inf"), 1, 5, 5),
        Box(250, 1, 5, 5),
        Box(1, -9, 5, 5),
    ],
)
def test_a_box_must_have_an_area_in_the_picture(writer: Session, box: Box) -> None:
    image_id, (face,) = _measured(writer, LARGE)
    with pytest.raises(InvalidInput, match=r"Expected a box.*250 x 250 px"):
        corrections.correct_feature(writer, image_id, face, Feature.LIPS, box, actor="ada")
    with pytest.raises(InvalidInput, match=r"Expected a box.*250 x 250 px"):
        corrections.correct_face(writer, image_id, face, box, actor="ada")
    with pytest.raises(InvalidInput, match=r"Expected a box.*250 x 250 px"):
        corrections.add_face(writer, image_id, box, actor="ada")


def test_a_box_is_cut_at_the_edges_of_the_picture(writer: Session) -> None:
    image_id, _ = _measured(writer, LARGE)
    corrections.add_face(writer, image_id, Box(-10, 240, 300, 40), actor="ada")
    assert Box(0, 240, 250, 10) in _boxes(writer, image_id)


def test_unknown_images_and_faces_are_named(writer: Session) -> None:
    image_id, (face,) = _measured(writer, LARGE)
    other = add(writer, "b")
    for image, number in ((image_id, 999), (other, face)):
        with pytest.raises(NotFound, match=f"face of image {image}. Received {number}"):
            corrections.correct_feature(writer, image, number, Feature.LIPS, EYE, actor="ada")
    with pytest.raises(NotFound, match=r"stored image\. Received 999"):
        corrections.remove_face(writer, 999, face, actor="ada")


_SIDES = st.tuples(*[st.integers(-50, 250)] * 2, *[st.integers(1, 200)] * 2)
_ACTS = st.lists(st.tuples(st.sampled_from(["add", "move", "eye", "remove"]), _SIDES), max_size=8)


@MODEST
@given(acts=_ACTS)
def test_undoing_every_act_leaves_what_was_measured(
    database: Engine, acts: list[tuple[str, tuple[int, int, int, int]]]
) -> None:
    with forgotten(database) as session:
        image_id, _ = _measured(session, LARGE, SMALL)
        before = faces.faces_of(session, image_id), images.get_image(session, image_id)
        n_done = sum(_try(session, image_id, kind, Box(*sides)) for kind, sides in acts)
        found = list(faces.faces_of(session, image_id).values())
        areas = [each.face.box.width * each.face.box.height for each in found]
        assert areas == sorted(areas, reverse=True)
        assert images.get_image(session, image_id).n_faces == len(found)
        for _ in range(n_done):
            corrections.undo_correction(session, image_id, actor="ada")
        after = faces.faces_of(session, image_id), images.get_image(session, image_id)
        assert after == before


def _try(session: Session, image_id: int, kind: str, box: Box) -> bool:
    """Do an act on the smallest face; say whether it was done."""
    face = next(reversed(faces.faces_of(session, image_id)), 0)
    try:
        if kind == "add":
            corrections.add_face(session, image_id, box, actor="ada")
        elif kind == "move":
            corrections.correct_face(session, image_id, face, box, actor="ada")
        elif kind == "eye":
            corrections.correct_feature(
                session, image_id, face, Feature.RIGHT_EYE, box, actor="ada"
            )
        else:
            corrections.remove_face(session, image_id, face, actor="ada")
    except VerityError:
        return False
    return True
