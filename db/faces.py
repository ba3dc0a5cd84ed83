"""Faces: what was measured of each; db.corrections has what people change in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, undefer

from core.types import Box, Face, FaceDetail, Feature, ImageRecord, Status
from db.images import get_row, to_record
from db.tables import FaceRow, ImageRow

EMBEDDING_SIZE = 128
MIN_SAME_OVERLAP = 0.3
"""Two boxes that share this much of their union are one face, found again."""

_N_FACES = "faces"  # the check of core.faces.cues that a correction changes
_ASIDE = 10_000  # positions are unique: while faces change places, they stand behind all others


def replace_faces(
    session: Session, image_id: int, details: Sequence[FaceDetail], version: str
) -> None:
    """Store the faces of an image in place of those found before.

    A face that a person corrected keeps its number and its boxes: it takes the new measurements
    where it was found again, and stays as it is where it was not. What a person said is no face
    is not stored again. The largest face's scores become the image's, beside the image's own.

    Args:
        details: The faces, the largest first.
        version: What found and measured them.

    Raises:
        NotFound: If there is no such image.
    """
    image = get_row(session, image_id)
    old, removed = rows(session, image_id), rows(session, image_id, are_removed=True)
    kept = [row for row in old if row.is_corrected]
    new = [each for each in map(_columns, details) if not _is_gone(each["box"], removed, kept)]
    values = _ordered(new, [_values(row) for row in kept])
    for row in old:
        session.expunge(row)
    session.execute(delete(FaceRow).where(FaceRow.image_id == image_id, FaceRow.position >= 0))
    made = [FaceRow(image_id=image_id, position=at, **each) for at, each in enumerate(values)]
    session.add_all(row for row in made if row.id)  # first: SQLite gives free numbers away
    session.flush()
    session.add_all(made)
    _update_image(image, values, forget=old[0].scores if old else {})
    image.faces_version = version
    session.flush()


def faces_of(session: Session, image_id: int) -> dict[int, FaceDetail]:
    """Return the faces of an image by number, the largest first."""
    return {row.id: _detail(row) for row in rows(session, image_id)}


def boxes_of(session: Session, image_ids: Sequence[int]) -> dict[int, list[Box]]:
    """Return the boxes of the faces of images, the largest first; no entry where there is none."""
    query = select(FaceRow.image_id, FaceRow.box).where(
        FaceRow.image_id.in_(image_ids), FaceRow.position >= 0
    )
    found: defaultdict[int, list[Box]] = defaultdict(list)
    for image_id, box in session.execute(query.order_by(FaceRow.position)):
        found[image_id].append(Box(*box))
    return dict(found)


def is_measured(session: Session, image_id: int, version: str | None = None) -> bool:
    """Say whether the faces of an image were measured, in this version or in any."""
    stored = get_row(session, image_id).faces_version
    return stored is not None if version is None else stored == version


def waiting_images(
    session: Session,
    version: str,
    limit: int,
    *,
    offset: int = 0,
    after: int = 0,
    last: int | None = None,
) -> list[ImageRecord]:
    """Return images whose faces this version has not measured, by number.

    Args:
        limit: At most so many.
        offset: Leaves out so many of the first.
        after: Only numbers above this.
        last: Only numbers up to this.
    """
    query = select(ImageRow).where(_is_waiting(version), ImageRow.id > after)
    if last is not None:
        query = query.where(ImageRow.id <= last)
    page = query.order_by(ImageRow.id).offset(offset).limit(limit)
    return [to_record(row) for row in session.scalars(page)]


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


def embeddings(session: Session) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the identity vector of the largest face of every active image that has one.

    Returns:
        (n,) numbers of the images, sorted, and (n, 128) vectors of length 1.
    """
    query = (
        select(FaceRow.image_id, FaceRow.embedding)
        .join(ImageRow, ImageRow.id == FaceRow.image_id)
        .where(FaceRow.position == 0, FaceRow.embedding.is_not(None))
        .where(ImageRow.status == Status.ACTIVE)
        .order_by(FaceRow.image_id)
    )
    rows = session.execute(query).all()
    ids = np.array([image_id for image_id, _ in rows], dtype=np.int64)
    return ids, unpack(b"".join(data for _, data in rows if data))


def settle(session: Session, image_id: int) -> None:
    """Rank the faces of an image by size, and give the image what the largest has."""
    shown = sorted(rows(session, image_id), key=lambda row: -row.box[2] * row.box[3])
    for first in (_ASIDE, 0):
        for at, row in enumerate(shown):
            row.position = first + at
        session.flush()
    every = [*shown, *rows(session, image_id, are_removed=True)]
    names = {name for row in every for name in row.scores}
    _update_image(get_row(session, image_id), [_values(row) for row in shown], forget=names)
    session.flush()


def rows(session: Session, image_id: int, *, are_removed: bool = False) -> Sequence[FaceRow]:
    """Return the rows of an image's faces, the largest first, or of those that were taken away.

    What a person said is no face keeps its row at a position below 0, so that the next
    measurement does not bring it back and the act can be undone.
    """
    query = select(FaceRow).options(undefer(FaceRow.embedding))
    side = FaceRow.position < 0 if are_removed else FaceRow.position >= 0
    query = query.where(FaceRow.image_id == image_id, side).order_by(FaceRow.position)
    return session.scalars(query).all()


def _ordered(
    found: list[dict[str, Any]], corrected: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the columns of all faces, the largest first, each corrected one in its place."""
    for kept in corrected:
        free = (new for new in found if "id" not in new)  # each is one corrected face at most
        again = max(free, key=lambda new: _overlap(new["box"], kept["box"]), default=None)
        if again is None or _overlap(again["box"], kept["box"]) < MIN_SAME_OVERLAP:
            found.append(kept)
        else:
            again |= {name: kept[name] for name in ("id", "box", "features", "is_corrected")}
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
    scores = dict(largest["scores"]) if largest else {}
    if _N_FACES in scores:
        scores[_N_FACES] = float(len(values))
    image.n_faces = len(values)
    image.scores = {**own, **scores}
    names = ("box", "landmarks", "confidence")
    image.face = {name: largest[name] for name in names} if largest else None


def _detail(row: FaceRow) -> FaceDetail:
    points = tuple((float(x), float(y)) for x, y in row.landmarks)
    return FaceDetail(
        face=Face(Box(*row.box), points, row.confidence),
        features={Feature(name): Box(*box) for name, box in row.features.items()},
        scores=row.scores,
        embedding=None if row.embedding is None else unpack(row.embedding)[0],
        is_corrected=row.is_corrected,
    )


def unpack(data: bytes) -> NDArray[np.float32]:
    """Read stored vectors as (n, 128), of length 1 again: rounding to float16 moved it off."""
    vectors = np.frombuffer(data, np.float16).astype(np.float32).reshape(-1, EMBEDDING_SIZE)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _is_gone(box: Sequence[float], removed: Sequence[FaceRow], kept: Sequence[FaceRow]) -> bool:
    """Say whether a box shows what a person took away, rather than what they drew in its place."""
    most, of_kept = (
        max((_overlap(row.box, box) for row in rows), default=0.0) for rows in (removed, kept)
    )
    return most >= MIN_SAME_OVERLAP and most > of_kept


def _overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the intersection over the union of two boxes."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def _numbers(box: Box | None) -> list[float] | None:
    return None if box is None else [box.x, box.y, box.width, box.height]


def _is_waiting(version: str) -> Any:
    return ImageRow.faces_version.is_distinct_from(version)
