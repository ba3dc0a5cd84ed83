"""Dataset versions: what can be frozen, and what was."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.types import (
    ChecksumSha256,
    DatasetItem,
    DatasetVersion,
    Label,
    NormaliseRule,
    Split,
    Status,
)
from db.parts import parts
from db.tables import ImageRow, ItemRow, LocationRow, ParentRow, VersionRow
from db.upsert import insert_missing


def candidates(
    session: Session, sources: Sequence[str] = ()
) -> list[tuple[int, str, Label, str | None]]:
    """Return (number, checksum, label, identity) of what the next version would hold.

    These are the active images that are labelled genuine or fake; with `sources`, only those found
    in one of these storages, and fakes made of those.
    """
    query = (
        select(ImageRow.id, ImageRow.checksum, ImageRow.label, ImageRow.identity)
        .where(*is_candidate(sources))
        .order_by(ImageRow.id)
    )
    return [
        (image_id, checksum, Label(label), identity)
        for image_id, checksum, label, identity in session.execute(query)
    ]


def is_candidate(sources: Sequence[str] = ()) -> list[ColumnElement[bool]]:
    """Return the conditions on an image to be in the next version."""
    conditions = [ImageRow.status == Status.ACTIVE, ImageRow.label != Label.UNKNOWN]
    if sources:
        found = select(LocationRow.image_id).where(LocationRow.storage.in_(sources))
        made = select(ParentRow.child_id).where(ParentRow.parent_id.in_(found))
        conditions.append(ImageRow.id.in_(found) | ImageRow.id.in_(made))
    return conditions


def sources(session: Session) -> list[str]:
    """Return the storages that images were found in, sorted."""
    query = select(LocationRow.storage).distinct().order_by(LocationRow.storage)
    return list(session.scalars(query))


def identities(session: Session) -> list[tuple[int, str]]:
    """Return (image number, identity) of every image with a name, in the dataset or not."""
    query = select(ImageRow.id, ImageRow.identity).where(ImageRow.identity.is_not(None))
    return [(image_id, identity) for image_id, identity in session.execute(query) if identity]


def parent_links(session: Session) -> list[tuple[int, int]]:
    """Return (fake, parent) numbers."""
    query = select(ParentRow.child_id, ParentRow.parent_id)
    return [(child, parent) for child, parent in session.execute(query)]


def find_version(session: Session, content_hash: str) -> int | None:
    """Return the number of the version with this content, if there is one."""
    query = select(VersionRow.number).where(VersionRow.content_hash == content_hash)
    return session.scalar(query)


def add_version(
    session: Session,
    items: Sequence[DatasetItem],
    *,
    content_hash: str,
    author: str,
    rule: NormaliseRule,
    test_fraction: float,
    seed: int,
    sources: Sequence[str] = (),
    split_rule: Mapping[str, Any] | None = None,
    shortcut: Mapping[str, Any] | None = None,
) -> int:
    """Store a frozen version and return its number.

    Raises:
        Conflict: If an earlier version holds exactly the same.
    """
    same = find_version(session, content_hash)
    if same is not None:
        raise Conflict(f"Nothing has changed: version {same} holds exactly these images already.")
    number = (session.scalar(select(func.max(VersionRow.number))) or 0) + 1
    session.add(
        VersionRow(
            number=number,
            content_hash=content_hash,
            author=author,
            normalise_rule=rule.value,
            test_fraction=test_fraction,
            seed=seed,
            sources=list(sources),
            counts=_counts(items),
            split_rule=dict(split_rule) if split_rule else None,
            shortcut=dict(shortcut) if shortcut else None,
        )
    )
    session.flush()
    for part in parts(items):
        insert_missing(session, ItemRow, [_columns(number, item) for item in part])
    return number


def _columns(version: int, item: DatasetItem) -> dict[str, object]:
    return {
        "version": version,
        "image_id": item.image_id,
        "label": item.label.value,
        "identity": item.identity,
        "group": item.group,
        "split": item.split.value,
    }


def items(session: Session, number: int) -> list[DatasetItem]:
    """Return what a version holds, ordered by checksum."""
    query = (
        select(ItemRow, ImageRow.checksum)
        .join(ImageRow, ImageRow.id == ItemRow.image_id)
        .where(ItemRow.version == number)
        .order_by(ImageRow.checksum)
    )
    return [as_item(row, checksum) for row, checksum in session.execute(query)]


def as_item(row: ItemRow, checksum: ChecksumSha256) -> DatasetItem:
    """Return a stored image of a version."""
    label, split = Label(row.label), Split(row.split)
    return DatasetItem(row.image_id, checksum, label, row.identity, row.group, split)


def list_versions(session: Session) -> list[DatasetVersion]:
    """Return all versions, newest first."""
    rows = session.scalars(select(VersionRow).order_by(VersionRow.number.desc())).all()
    return [_version(row) for row in rows]


def get_version(session: Session, number: int) -> DatasetVersion:
    """Return one version, or raise NotFound."""
    row = session.get(VersionRow, number)
    if row is None:
        raise NotFound(f"Expected the number of a frozen version. Received {number}.")
    return _version(row)


def _counts(items: Sequence[DatasetItem]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for (split, label), n in Counter((item.split, item.label) for item in items).items():
        counts.setdefault(split.value, {})[label.value] = n
    return counts


def _version(row: VersionRow) -> DatasetVersion:
    return DatasetVersion(
        number=row.number,
        content_hash=row.content_hash,
        created_at=row.created_at,
        author=row.author,
        normalise_rule=NormaliseRule(row.normalise_rule),
        test_fraction=row.test_fraction,
        seed=row.seed,
        counts=row.counts or {},
        sources=tuple(row.sources),
        split_rule=row.split_rule or {},
        shortcut=row.shortcut,
    )


def versions_of(session: Session, image_id: int) -> list[tuple[int, Split, Label]]:
    """Return (version, split, label when frozen) of every version that holds an image."""
    query = (
        select(ItemRow.version, ItemRow.split, ItemRow.label)
        .where(ItemRow.image_id == image_id)
        .order_by(ItemRow.version)
    )
    return [(number, Split(split), Label(label)) for number, split, label in session.execute(query)]


def groups(session: Session, number: int) -> list[tuple[int, int]]:
    """Return (image number, group) of a version, ordered by checksum."""
    query = (
        select(ItemRow.image_id, ItemRow.group)
        .join(ImageRow, ImageRow.id == ItemRow.image_id)
        .where(ItemRow.version == number)
        .order_by(ImageRow.checksum)
    )
    return [(image_id, group) for image_id, group in session.execute(query)]


def metadata(session: Session, number: int, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return what is known without their pixels of files of a version, in the order of `ids`.

    Keys: group, label, size_bytes, format, width_px, height_px, notes, scores.
    """
    columns = (
        ItemRow.group,
        ItemRow.label,
        ImageRow.size_bytes,
        ImageRow.format,
        ImageRow.width_px,
        ImageRow.height_px,
        ImageRow.notes,
        ImageRow.scores,
    )
    query = (
        select(ItemRow.image_id, *columns)
        .join(ImageRow, ImageRow.id == ItemRow.image_id)
        .where(ItemRow.version == number)
    )
    names = ("group", *(column.key for column in columns[1:]))
    found = {
        image_id: dict(zip(names, row, strict=True))
        for part in parts(ids)
        for image_id, *row in session.execute(query.where(ItemRow.image_id.in_(part)))
    }
    return [found[image_id] for image_id in ids]


def set_shortcut(session: Session, number: int, found: Mapping[str, Any]) -> None:
    """Note what the check of shortcuts found in a version."""
    session.get_one(VersionRow, number).shortcut = dict(found)


def numbers(session: Session) -> list[int]:
    """Return the numbers of all versions, newest first."""
    return list(session.scalars(select(VersionRow.number).order_by(VersionRow.number.desc())))
