"""Images: finding, counting and relabelling them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.errors import NotFound
from core.types import (
    Box,
    Claim,
    Face,
    ImageRecord,
    Label,
    Location,
    Split,
    Status,
)
from db.labels import relabel as relabel
from db.labels import undo_relabel as undo_relabel
from db.parts import parts
from db.tables import ImageRow, LocationRow, ParentRow

PAGE_SIZE = 100


@dataclass(frozen=True)
class Range:
    """Limits of a number that every image has or lacks; None leaves a side open."""

    column: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ImageFilter:
    """What Browse can ask for; None means any.

    Attributes:
        split: Only with `version`: the part of that dataset version.
        identity: Exact name.
        text: Part of an identity or the beginning of a checksum.
        faceless: Only images in which no face was found.
        format: "JPEG", "PNG", ...
        tag: A word that people put on images.
        source: Storage in which it was found.
        ranges: Limits of sizes and checks; an image without the number does not match.
        among: Numbers of the only images that can match.
    """

    label: Label | None = None
    status: Status | None = None
    identity: str | None = None
    generator: str | None = None
    version: int | None = None
    split: Split | None = None
    text: str = ""
    faceless: bool = False
    format: str | None = None
    tag: str | None = None
    source: str | None = None
    ranges: tuple[Range, ...] = ()
    among: frozenset[int] | None = None


def active_images(session: Session, label: Label, limit: int | None = None) -> list[ImageRecord]:
    """Return the active images with a label, at most `limit`, in the order they came."""
    query = select(ImageRow).where(ImageRow.status == Status.ACTIVE, ImageRow.label == label)
    return [to_record(row) for row in session.scalars(query.order_by(ImageRow.id).limit(limit))]


def get_image(session: Session, image_id: int) -> ImageRecord:
    """Return one image, or raise NotFound."""
    return to_record(get_row(session, image_id))


def get_by_checksum(session: Session, checksum: str) -> ImageRecord:
    """Return the image with this checksum, or raise NotFound."""
    row = session.scalar(select(ImageRow).where(ImageRow.checksum == checksum))
    if row is None:
        raise NotFound(f"Expected the checksum of a stored image. Received {checksum!r}.")
    return to_record(row)


def get_images(session: Session, ids: Sequence[int]) -> list[ImageRecord]:
    """Return these images in the order asked for; unknown numbers are left out."""
    rows = {
        row.id: row
        for part in parts(ids)
        for row in session.scalars(select(ImageRow).where(ImageRow.id.in_(part)))
    }
    return [to_record(rows[i]) for i in ids if i in rows]


def locations(session: Session, image_id: int) -> list[Location]:
    """Return every place where the bytes of an image were found."""
    query = (
        select(LocationRow)
        .where(LocationRow.image_id == image_id)
        .order_by(LocationRow.storage, LocationRow.key)
    )
    return [
        Location(
            row.storage,
            row.key,
            Claim(Label(row.claimed_label), row.claimed_identity, row.claimed_generator),
        )
        for row in session.scalars(query)
    ]


def parents(session: Session, image_id: int) -> list[ImageRecord]:
    """Return the images that a fake was made from."""
    query = (
        select(ImageRow)
        .join(ParentRow, ParentRow.parent_id == ImageRow.id)
        .where(ParentRow.child_id == image_id)
        .order_by(ImageRow.id)
    )
    return [to_record(row) for row in session.scalars(query)]


def children(session: Session, image_id: int) -> list[ImageRecord]:
    """Return the fakes that were made from an image."""
    query = (
        select(ImageRow)
        .join(ParentRow, ParentRow.child_id == ImageRow.id)
        .where(ParentRow.parent_id == image_id)
        .order_by(ImageRow.id)
    )
    return [to_record(row) for row in session.scalars(query)]


def made_by(
    session: Session, job_id: str, *, offset: int = 0, limit: int = PAGE_SIZE
) -> list[tuple[ImageRecord, ImageRecord]]:
    """Return one page of (fake, its first parent) that a generation job made, newest first."""
    child, parent = aliased(ImageRow), aliased(ImageRow)
    first = (
        select(ParentRow.child_id, func.min(ParentRow.parent_id).label("parent_id"))
        .where(ParentRow.recipe["job"].as_string() == job_id)
        .group_by(ParentRow.child_id)
        .subquery()
    )
    query = (
        select(child, parent)
        .join(first, first.c.child_id == child.id)
        .join(parent, parent.id == first.c.parent_id)
        .order_by(child.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [(to_record(fake), to_record(source)) for fake, source in session.execute(query)]


def count_made_by(session: Session, job_id: str) -> int:
    """Count the fakes that a generation job made."""
    made = ParentRow.recipe["job"].as_string() == job_id
    return session.scalar(select(func.count(ParentRow.child_id.distinct())).where(made)) or 0


def distinct(session: Session, column: str) -> list[str]:
    """Return the values in use of `identity` or `generator`, sorted."""
    columns = {"identity": ImageRow.identity, "generator": ImageRow.generator}
    values = session.scalars(select(columns[column]).distinct().order_by(columns[column]))
    return [value for value in values if value is not None]


def to_record(row: ImageRow) -> ImageRecord:
    """Turn a row into the value that travels."""
    return ImageRecord(
        id=row.id,
        checksum=row.checksum,
        size_bytes=row.size_bytes,
        format=row.format,
        width_px=row.width_px,
        height_px=row.height_px,
        label=Label(row.label),
        identity=row.identity,
        generator=row.generator,
        status=Status(row.status),
        status_reason=row.status_reason,
        notes=tuple(row.notes),
        face=_face(row),
        n_faces=row.n_faces,
        created_at=row.created_at,
    )


def _face(row: ImageRow) -> Face | None:
    if row.face is None:
        return None
    points = tuple((float(x), float(y)) for x, y in row.face["landmarks"])
    return Face(Box(*row.face["box"]), points, float(row.face["confidence"]))


def get_row(session: Session, image_id: int) -> ImageRow:
    """Return the row of an image, or raise NotFound."""
    row = session.get(ImageRow, image_id)
    if row is None:
        raise NotFound(f"Expected the number of a stored image. Received {image_id}.")
    return row
