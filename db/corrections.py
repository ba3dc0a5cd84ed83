"""Corrections: what people change in the faces that were found, and how it is taken back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.faces.drawn import LEAST_SIDE_PX, drawn_face, fits
from core.types import Box, Event, Feature
from db import events, faces, images
from db.tables import EventRow, FaceRow, ImageRow

CORRECT, ADD, REMOVE = "correct box", "add face", "not a face"
FACE = "face"
"""Names the face itself among its parts."""

_SUBJECT = "face"


@dataclass(frozen=True)
class Correction:
    """What one act says: where a part of a face was and is; None where it is not seen.

    Attributes:
        part: A `Feature`, or FACE for the face itself.
    """

    image_id: int
    part: str
    before: Box | None
    after: Box | None


def correct_feature(
    session: Session,
    image_id: int,
    face_id: int,
    feature: Feature,
    box: Box | None,
    *,
    actor: str,
) -> int:
    """Move a part of a face, or say that it is not seen. Return the number of the event.

    Args:
        face_id: As `faces_of` tells it.
        box: Where the part is, px of the upright original, cut at the picture's edges; None where
            it is not seen.

    Raises:
        NotFound: If there is no such image or face.
        InvalidInput: If the box is not a box in the picture.
    """
    row = _get_face(session, image_id, face_id)
    placed = None if box is None else _inside(box, images.get_row(session, image_id))
    before = {"box": row.features.get(feature.value)}
    _place(row, feature.value, placed)
    return _record(session, row, actor, CORRECT, feature.value, before, {"box": placed})


def correct_face(session: Session, image_id: int, face_id: int, box: Box, *, actor: str) -> int:
    """Move or resize the box of a face. Return the number of the event.

    Landmarks that the new box leaves outside are placed anew, as for a face drawn by hand.

    Raises:
        NotFound: If there is no such image or face.
        InvalidInput: If the box is not a box in the picture.
    """
    row = _get_face(session, image_id, face_id)
    placed = _inside(box, images.get_row(session, image_id))
    before = {"box": row.box, "landmarks": row.landmarks}
    row.box = placed
    if not fits(Box(*placed), row.landmarks):
        row.landmarks = _points(placed)
    after = {"box": placed, "landmarks": row.landmarks}
    number = _record(session, row, actor, CORRECT, FACE, before, after)
    faces.settle(session, image_id)
    return number


def add_face(session: Session, image_id: int, box: Box, *, actor: str) -> int:
    """Store a face that a person drew, with confidence 1 and no embedding. Return its number.

    Raises:
        NotFound: If there is no such image.
        InvalidInput: If the box is not a box in the picture.
        Conflict: If the image's faces were not measured yet.
    """
    image = images.get_row(session, image_id)
    placed = _inside(box, image)
    if image.faces_version is None:
        raise Conflict(
            "Expected an image whose faces are measured. Received one that waits for it: measure "
            "the faces first, then draw what is missing."
        )
    row = FaceRow(
        image_id=image_id,
        position=len(faces.rows(session, image_id)),
        box=placed,
        landmarks=_points(placed),
        confidence=1.0,
        features={},
        scores={},
    )
    session.add(row)
    session.flush()
    _record(session, row, actor, ADD, FACE, {"box": None}, {"box": placed})
    faces.settle(session, image_id)
    return row.id


def remove_face(session: Session, image_id: int, face_id: int, *, actor: str) -> int:
    """Say that this is not a face: it is not found again either. Return the event's number.

    Raises:
        NotFound: If there is no such image or face.
    """
    row = _get_face(session, image_id, face_id)
    row.position = -row.id
    session.flush()
    number = _record(session, row, actor, REMOVE, FACE, {"box": row.box}, {"box": None})
    faces.settle(session, image_id)
    return number


def undo_correction(session: Session, image_id: int, *, actor: str) -> Correction:
    """Take this person's newest act on the faces of an image back and return what it had said.

    Raises:
        NotFound: If there is none.
        Conflict: If somebody changed the same part of that face since.
    """
    found = [(row, _standing(session, row)) for row in _all_rows(session, image_id)]
    mine = [(each, row, acts) for row, acts in found for each in acts if each.actor == actor]
    if not mine:
        raise NotFound("There is no correction of yours on this image left to undo.")
    event, row, standing = max(mine, key=lambda act: act[0].id)
    _check_newest(event, standing)
    _restore(session, event, row, is_last=len(standing) == 1)
    events.mark_undone(session, event.id)
    faces.settle(session, image_id)
    before, after = _box(event.before["box"]), _box(event.after["box"])
    return Correction(image_id, event.after["feature"], before, after)


def history(session: Session, image_id: int) -> list[tuple[Event, bool]]:
    """Return the acts on the faces of an image, and whether each was undone since."""
    found = []
    for row in _all_rows(session, image_id):
        undone = events.taken_back(session, _SUBJECT, row.id)
        found += [(event, event.id in undone) for event in _about(session, row)]
    return found


def corrected_by(session: Session, image_id: int) -> dict[int, dict[str, str]]:
    """Return by face, then by part, who changed it last; only what somebody changed."""
    return {
        row.id: {act.after["feature"]: act.actor for act in reversed(_standing(session, row))}
        for row in _all_rows(session, image_id)
        if row.is_corrected
    }


def corrected_ids(session: Session) -> list[int]:
    """Return the numbers of the images of whose faces something stands corrected, sorted."""
    # The history has an index; a million faces have none on `is_corrected`.
    query = (
        select(FaceRow.image_id)
        .distinct()
        .join(EventRow, EventRow.subject_id == FaceRow.id)
        .where(EventRow.subject == _SUBJECT, EventRow.is_undone.is_(False), FaceRow.is_corrected)
    )
    return list(session.scalars(query.order_by(FaceRow.image_id)))


def _record(
    session: Session,
    row: FaceRow,
    actor: str,
    action: str,
    part: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> int:
    row.is_corrected = True
    same = {"image": row.image_id, "feature": part}
    return events.record(
        session,
        actor=actor,
        action=action,
        subject=_SUBJECT,
        subject_id=row.id,
        before=same | before,
        after=same | after,
    )


def _check_newest(event: Event, standing: Sequence[Event]) -> None:
    """Raise Conflict if others changed the same since; all of an added face is its adder's."""
    for other in standing:
        is_same = event.action == ADD or other.after["feature"] == event.after["feature"]
        if is_same and other.id > event.id:
            raise Conflict(
                f"Expected your correction of the {event.after['feature']} to be the newest. "
                f"Received one by {other.actor}, who corrected it since."
            )


def _restore(session: Session, event: Event, row: FaceRow, *, is_last: bool) -> None:
    row.is_corrected = not is_last
    if event.action == ADD:
        session.delete(row)
    elif event.action == REMOVE:
        row.position = len(faces.rows(session, row.image_id))
    elif event.after["feature"] == FACE:
        row.box, row.landmarks = event.before["box"], event.before["landmarks"]
    else:
        _place(row, event.after["feature"], event.before["box"])
    session.flush()


def _place(row: FaceRow, feature: str, box: list[float] | None) -> None:
    others = {name: each for name, each in row.features.items() if name != feature}
    row.features = others if box is None else {**others, feature: box}


def _inside(box: Box, image: ImageRow) -> list[float]:
    """Return a box cut at the picture's edges, or raise InvalidInput."""
    left, top = max(box.x, 0.0), max(box.y, 0.0)
    right = min(box.x + box.width, float(image.width_px))
    bottom = min(box.y + box.height, float(image.height_px))
    is_finite = all(map(math.isfinite, (box.x, box.y, box.width, box.height)))
    if not is_finite or min(right - left, bottom - top) < LEAST_SIDE_PX:
        raise InvalidInput(
            f"Expected a box of {LEAST_SIDE_PX} px or more, in the picture of {image.width_px} x "
            f"{image.height_px} px. Received {box.width:g} x {box.height:g} px at "
            f"({box.x:g}, {box.y:g}): draw it again."
        )
    return [left, top, right - left, bottom - top]


def _points(box: Sequence[float]) -> list[list[float]]:
    return [list(point) for point in drawn_face(Box(*box)).landmarks]


def _box(numbers: Sequence[float] | None) -> Box | None:
    return None if numbers is None else Box(*numbers)


def _all_rows(session: Session, image_id: int) -> list[FaceRow]:
    shown = faces.rows(session, image_id)
    return [*shown, *faces.rows(session, image_id, are_removed=True)]


def _about(session: Session, row: FaceRow) -> list[Event]:
    """Return the acts on a face, newest first; its number may have been another face's once."""
    return [
        event
        for event in events.history(session, _SUBJECT, row.id)
        if event.after.get("image") == row.image_id
    ]


def _standing(session: Session, row: FaceRow) -> list[Event]:
    gone = events.taken_back(session, _SUBJECT, row.id)
    return [event for event in _about(session, row) if event.id not in gone]


def _get_face(session: Session, image_id: int, face_id: int) -> FaceRow:
    images.get_row(session, image_id)
    row = session.get(FaceRow, face_id)
    if row is None or row.image_id != image_id or row.position < 0:
        raise NotFound(
            f"Expected the number of a face of image {image_id}. Received {face_id}: it was "
            "measured anew or taken away; look at the image again."
        )
    return row
