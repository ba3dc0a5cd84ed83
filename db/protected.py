"""Protected folders: places whose images no duplicate verdict may exclude."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from db import events
from db.parts import parts
from db.tables import LocationRow, ProtectedRow


@dataclass(frozen=True)
class ProtectedFolder:
    """A folder of a storage and all below it; the empty prefix is the whole storage."""

    id: int
    storage: str
    prefix: str
    author: str
    created_at: datetime


def protect(session: Session, storage: str, prefix: str, actor: str) -> int:
    """Protect a folder and all below it, and return its number.

    Args:
        session: A writing session.
        storage: The storage's name.
        prefix: The folder relative to the storage's root, with forward slashes; "/" for all.
        actor: Who protects it.

    Raises:
        InvalidInput: If the folder is blank.
        NotFound: If no image was found there.
        Conflict: If it is protected already.
    """
    if not prefix.strip():
        raise InvalidInput("Expected a folder, or / for the whole storage. Received nothing.")
    folder = prefix.strip().strip("/")
    lies_there = (LocationRow.storage == storage) & _is_below(literal(folder))
    if session.scalar(select(LocationRow.id).where(lies_there).limit(1)) is None:
        raise NotFound(
            "Expected a folder in which an import found images. Received "
            f"{folder!r} of storage {storage!r}: write it as in an image's location, up to a slash."
        )
    same = (ProtectedRow.storage == storage, ProtectedRow.prefix == folder)
    if session.scalar(select(ProtectedRow.id).where(*same)) is not None:
        raise Conflict(f"Folder {folder!r} of storage {storage!r} is protected already.")
    row = ProtectedRow(storage=storage, prefix=folder, author=actor)
    session.add(row)
    session.flush()
    _record(session, row, actor, before=False, after=True)
    return row.id


def unprotect(session: Session, folder_id: int, actor: str) -> None:
    """Protect a folder no longer, or raise NotFound; verdicts so far stay as they are."""
    row = session.get(ProtectedRow, folder_id)
    if row is None:
        raise NotFound(f"Expected the number of a protected folder. Received {folder_id}.")
    _record(session, row, actor, before=True, after=False)
    session.delete(row)


def protected_folders(session: Session) -> list[ProtectedFolder]:
    """Return all protected folders, by storage and prefix."""
    query = select(ProtectedRow).order_by(ProtectedRow.storage, ProtectedRow.prefix)
    return [
        ProtectedFolder(row.id, row.storage, row.prefix, row.author, row.created_at)
        for row in session.scalars(query)
    ]


def protected_among(session: Session, image_ids: Collection[int]) -> frozenset[int]:
    """Return which of these images were found in a protected folder, there or elsewhere too."""
    lies_there = (ProtectedRow.storage == LocationRow.storage) & _is_below(
        ProtectedRow.prefix.expression
    )
    query = select(LocationRow.image_id).join(ProtectedRow, lies_there).distinct()
    found: set[int] = set()
    for part in parts(sorted(image_ids)):
        found |= set(session.scalars(query.where(LocationRow.image_id.in_(part))))
    return frozenset(found)


def _is_below(prefix: ColumnElement[str]) -> ColumnElement[bool]:
    # Not LIKE: SQLite's ignores case, and a folder's name may hold a per cent sign.
    start = prefix + "/"
    return or_(prefix == "", func.substr(LocationRow.key, 1, func.length(start)) == start)


def _record(session: Session, row: ProtectedRow, actor: str, *, before: bool, after: bool) -> None:
    events.record(
        session,
        actor=actor,
        action="protect" if after else "unprotect",
        subject="folder",
        subject_id=row.id,
        before={"is_protected": before, "storage": row.storage, "prefix": row.prefix},
        after={"is_protected": after},
    )
