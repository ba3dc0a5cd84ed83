"""Faces: what was measured of each, and what people corrected."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, undefer

from core.errors import Conflict, InvalidInput, NotFound
from core.types import Box, Face, FaceDetail, Feature, ImageRecord
from db import events
from db.images import to_record
from db.tables import FaceRow, ImageRow

CORRECTION = "correct feature"
EMBEDDING_SIZE = 128
MIN_SAME_OVERLAP = 0.3
"""Two boxes that share this much of their union are one face, found again."""


@dataclass(frozen=True)
class Correction:
    """What one correction says: where a part of a face was and is; None where it is not seen."""

    image_id: int
    feature: Feature
    before: Box | None
    after: Box | None


def replace_faces(
    session: Session, image_id: int, details: Sequence[FaceDetail], version: str
) -> None:
    """Store the faces of an image in place of those found before.

    A face that a person corrected keeps its number and its boxes: it takes the new measurements
    where it was found again, and stays as it is where it was not. The largest face's scores become
    the image's, beside the image's own.

    Args:
        details: The faces, the largest first.
        version: What found and measured them.

    Raises:
        NotFound: If there is no such image.
    """
    image = _get_image(session, image_id)
    old = _rows(session, image_id)
    values = _ordered(details, [_values(row) for row in old if row.is_corrected])
    for row in old:
        session.expunge(row)
    session.execute(delete(FaceRow).where(FaceRow.image_id == image_id))
    rows = [FaceRow(image_id=image_id, position=at, **each) for at, each in enumerate(values)]
    session.add_all(row for row in rows if row.id)  # first: SQLite gives free numbers away
    session.flush()
    session.add_all(rows)
    _update_image(image, values, forget=old[0].scores if old else {})
    image.faces_version = version
    session.flush()


def faces_of(session: Session, image_id: int) -> list[FaceDetail]:
    """Return the faces of an image, the largest first."""
    return [_detail(row) for row in _rows(session, image_id)]


def waiting_images(
    session: Session, version: str, limit: int, *, after: int = 0, last: int | None = None
) -> list[ImageRecord]:
    """Return images whose faces this version has not measured, by number.

    Args:
        limit: At most so many.
        after: Only numbers above this.
        last: Only numbers up to this.
    """
    query = select(ImageRow).where(_is_waiting(version), ImageRow.id > after)
    if last is not None:
        query = query.where(ImageRow.id <= last)
    return [to_record(row) for row in session.scalars(query.order_by(ImageRow.id).limit(limit))]


def waiting_ids(session: Session, version: str) -> list[int]:
    """Return the numbers of all images whose faces this version has not measured, sorted."""
    return list(
        session.scalars(select(ImageRow.id).where(_is_waiting(version)).order_by(ImageRow.id))
    )


def count_waiting(session: Session, version: str, last: int | None = None) -> int:
    """Count the images, up to number `last`, whose faces this version has not measured."""
    query = select(func.count(ImageRow.id)).where(_is_waiting(version))
    if last is not None:
        query = query.where(ImageRow.id <= last)
    return session.scalar(query) or 0


def correct_feature(
    session: Session,
    image_id: int,
    position: int,
    feature: Feature,
    box: Box | None,
    *,
    actor: str,
) -> int:
    """Move a part of a face, or say that it is not seen. Return the number of the event.

    Args:
        position: The face's: 0 is the largest.
        box: Where the part is, px of the upright original; None where it is not seen.

    Raises:
        NotFound: If there is no such image or face.
        InvalidInput: If the box is empty or lies outside of the picture.
    """
    image = _get_image(session, image_id)
    if box is not None:
        _check_box(box, image)
    row = _get_face(session, image_id, position)
    before = row.features.get(feature.value)
    _place(row, feature, _numbers(box))
    row.is_corrected = True
    return events.record(
        session,
        actor=actor,
        action=CORRECTION,
        subject="face",
        subject_id=row.id,
        before={"image": image_id, "feature": feature.value, "box": before},
        after={"image": image_id, "feature": feature.value, "box": _numbers(box)},
    )


def undo_correction(session: Session, *, actor: str) -> Correction:
    """Take this person's newest correction back and return what it had said.

    Raises:
        NotFound: If there is none.
        Conflict: If somebody corrected the same part of that face since.
    """
    act = events.last_act(session, actor, CORRECTION)
    if not act:
        raise NotFound("There is no correction of a face of yours left to undo.")
    (event,) = act
    feature = Feature(event.after["feature"])
    standing = events.standing(session, CORRECTION, "face", event.subject_id)
    newest = next(each for each in standing if each.after["feature"] == feature)
    if newest.id != event.id:
        raise Conflict(
            f"Expected your correction of the {feature} to be the newest. Received one by "
            f"{newest.actor}, who corrected it since."
        )
    row = session.get_one(FaceRow, event.subject_id)
    _place(row, feature, event.before["box"])
    row.is_corrected = len(standing) > 1
    events.mark_undone(session, event.id)
    before, after = _box(event.before["box"]), _box(event.after["box"])
    return Correction(row.image_id, feature, before, after)


def embeddings(session: Session) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the identity vector of the largest face of every image that has one.

    Returns:
        (n,) numbers of the images, sorted, and (n, 128) vectors of length 1.
    """
    query = (
        select(FaceRow.image_id, FaceRow.embedding)
        .where(FaceRow.position == 0, FaceRow.embedding.is_not(None))
        .order_by(FaceRow.image_id)
    )
    rows = session.execute(query).all()
    ids = np.array([image_id for image_id, _ in rows], dtype=np.int64)
    return ids, _unpack(b"".join(data for _, data in rows if data))


def _ordered(
    details: Sequence[FaceDetail], corrected: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the columns of all faces, the largest first, each corrected one in its place."""
    found = [_columns(detail) for detail in details]
    for kept in corrected:
        again = max(found, key=lambda new: _overlap(new["box"], kept["box"]), default=None)
        if again is None or _overlap(again["box"], kept["box"]) < MIN_SAME_OVERLAP:
            found.append(kept)
        else:
            again |= {name: kept[name] for name in ("id", "features", "is_corrected")}
    return sorted(found, key=lambda each: -each["box"][2] * each["box"][3])


def _columns(detail: FaceDetail) -> dict[str, Any]:
    vector = detail.embedding
    return {
        "box": _numbers(detail.face.box),
        "landmarks": [list(point) for point in detail.face.landmarks],
        "confidence": detail.face.confidence,
        "features": {str(name.value): _numbers(box) for name, box in detail.features.items()},
        "scores": dict(detail.scores),
        "embedding": None if vector is None else vector.astype(np.float16).tobytes(),
        "is_corrected": detail.is_corrected,
    }


def _values(row: FaceRow) -> dict[str, Any]:
    names = ("id", "box", "landmarks", "confidence", "features", "scores", "embedding")
    return {"is_corrected": row.is_corrected, **{name: getattr(row, name) for name in names}}


def _update_image(
    image: ImageRow, values: Sequence[Mapping[str, Any]], forget: Iterable[str]
) -> None:
    own = {name: value for name, value in (image.scores or {}).items() if name not in set(forget)}
    largest = values[0] if values else None
    image.n_faces = len(values)
    image.scores = {**own, **(largest["scores"] if largest else {})}
    names = ("box", "landmarks", "confidence")
    image.face = {name: largest[name] for name in names} if largest else None


def _detail(row: FaceRow) -> FaceDetail:
    points = tuple((float(x), float(y)) for x, y in row.landmarks)
    return FaceDetail(
        face=Face(Box(*row.box), points, row.confidence),
        features={Feature(name): Box(*box) for name, box in row.features.items()},
        scores=row.scores,
        embedding=None if row.embedding is None else _unpack(row.embedding)[0],
        is_corrected=row.is_corrected,
    )


def _unpack(data: bytes) -> NDArray[np.float32]:
    """Read float16 vectors; rounding moved their length off 1."""
    vectors = np.frombuffer(data, np.float16).astype(np.float32).reshape(-1, EMBEDDING_SIZE)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _place(row: FaceRow, feature: Feature, box: list[float] | None) -> None:
    others = {name: each for name, each in row.features.items() if name != feature.value}
    row.features = others if box is None else {**others, feature.value: box}


def _check_box(box: Box, image: ImageRow) -> None:
    right, bottom = box.x + box.width, box.y + box.height
    if not (
        all(map(math.isfinite, (right, bottom)))
        and min(box.width, box.height) > 0
        and min(right, bottom) > 0
        and box.x < image.width_px
        and box.y < image.height_px
    ):
        raise InvalidInput(
            f"Expected a box with an area, in the picture of {image.width_px} x "
            f"{image.height_px} px. Received {box.width:g} x {box.height:g} px at "
            f"({box.x:g}, {box.y:g}): draw it again."
        )


def _overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the intersection over the union of two boxes."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def _numbers(box: Box | None) -> list[float] | None:
    return None if box is None else [box.x, box.y, box.width, box.height]


def _box(numbers: Sequence[float] | None) -> Box | None:
    return None if numbers is None else Box(*numbers)


def _is_waiting(version: str) -> Any:
    return ImageRow.faces_version.is_distinct_from(version)


def _rows(session: Session, image_id: int) -> Sequence[FaceRow]:
    query = select(FaceRow).options(undefer(FaceRow.embedding))
    query = query.where(FaceRow.image_id == image_id).order_by(FaceRow.position)
    return session.scalars(query).all()


def _get_image(session: Session, image_id: int) -> ImageRow:
    row = session.get(ImageRow, image_id)
    if row is None:
        raise NotFound(f"Expected the number of a stored image. Received {image_id}.")
    return row


def _get_face(session: Session, image_id: int, position: int) -> FaceRow:
    at = (FaceRow.image_id == image_id, FaceRow.position == position)
    row = session.scalar(select(FaceRow).where(*at))
    if row is None:
        raise NotFound(
            f"Expected the place of a face of image {image_id}, 0 for the largest. "
            f"Received {position}."
        )
    return row
