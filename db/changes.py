"""What the catalogue reads from the database: the rows that changed since a revision."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, Text, cast, func, select
from sqlalchemy.orm import Session

from db.columns import NUMBERS, PREFIX_DIGITS, WORDS, Columns, Ids
from db.parts import parts
from db.tables import EventRow, ImageRow, ItemRow, LocationRow, TagChangeRow, TagRow

_CHUNK = 20_000
_NOTHING_READ = -1
_MODULUS = (1 << 31) - 1

_NEWEST = select(
    *(select(func.max(row.revision)).scalar_subquery() for row in (ImageRow, TagChangeRow))
)

Marks = dict[str, Any]
"""Names of the newest entries of a database's history, to know it again by."""


def newest_revision(session: Session) -> int:
    """Return the newest revision of any image or of its tags, -1 without an image."""
    found = session.execute(_NEWEST).one()
    return max((each for each in found if each is not None), default=_NOTHING_READ)


def read_into(session: Session, columns: Columns) -> int:
    """Take in what changed since; return how many images that are, those with other tags too."""
    since = columns.revision
    changed = _ids(session, select(_joined(ImageRow.id)).where(ImageRow.revision > since))
    changed.sort()
    columns.grow(changed)  # all at once: room is made by copying
    for rows in _changed_rows(session, changed, since):
        columns.put(rows)
    retagged = _tag_revisions(session, since)
    for revision, ids in retagged.items():
        columns.put_tag_revision(ids, revision)
    tagged = np.unique(np.concatenate([changed, *retagged.values()]))
    for kind, name, image_id, ids in (
        ("tag", TagRow.tag, TagRow.image_id, tagged),
        ("source", LocationRow.storage, LocationRow.image_id, changed),
    ):
        columns.put_members(kind, ids, _members(session, name, image_id, ids, since))
    return len(tagged)


def _changed_rows(session: Session, changed: Ids, since: int) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield rows as `Columns.put` takes them; plain tuples, for a million become no objects."""
    query = select(
        ImageRow.id,
        ImageRow.revision,
        func.substr(ImageRow.checksum, 1, PREFIX_DIGITS),
        cast(ImageRow.scores, Text),
        *(getattr(ImageRow, name) for name in (*WORDS, *NUMBERS)),
    )
    for stretch in _stretches(changed, since):
        with session.connection().execute(query.where(stretch)) as result:
            cursor: Any = result.cursor
            while rows := cursor.fetchmany(_CHUNK):
                yield rows


def _stretches(changed: Ids, since: int) -> Iterator[ColumnElement[bool]]:
    """Yield conditions that find the rows: all of them in parts, for PostgreSQL sends a whole
    answer at once, or those of the new revisions by their index.
    """
    if since != _NOTHING_READ:
        yield ImageRow.revision > since
        return
    for start in range(0, len(changed), _CHUNK):
        part = changed[start : start + _CHUNK]
        yield ImageRow.id.between(int(part[0]), int(part[-1]))


def _tag_revisions(session: Session, since: int) -> dict[int, Ids]:
    """Return the images whose tags changed since, by revision."""
    row = TagChangeRow
    query = select(row.revision, _joined(row.image_id)).where(row.revision > since)
    return {
        revision: _split(ids) for revision, ids in session.execute(query.group_by(row.revision))
    }


def _members(
    session: Session, name: Any, image_id: Any, changed: Ids, since: int
) -> dict[str, Ids]:
    """Read which names (of tags, of sources) the changed images have, and which images."""
    if since == _NOTHING_READ:
        rows = session.execute(select(name, _joined(image_id)).group_by(name))
        return {each: _split(ids) for each, ids in rows}
    held: defaultdict[str, list[int]] = defaultdict(list)
    for part in parts(changed.tolist()):
        query = select(name, image_id).where(image_id.in_(part))
        for each, number in session.connection().execute(query):
            held[each].append(number)
    return {each: np.array(ids, np.int64) for each, ids in held.items()}


def read_version(session: Session, version: int) -> dict[str, Ids]:
    """Return the numbers of a dataset version's images by split."""
    query = select(ItemRow.split, _joined(ItemRow.image_id)).where(ItemRow.version == version)
    rows = session.execute(query.group_by(ItemRow.split))
    return {split: _split(ids) for split, ids in rows}


def _joined(column: Any) -> Any:
    """Let the database write a column into one text: to fetch a million rows takes seconds."""
    return func.aggregate_strings(cast(column, Text), ",")


def _ids(session: Session, query: Select[Any]) -> Ids:
    return _split(session.scalar(query))


def _split(text: str | None) -> Ids:
    return np.fromstring(text or "", np.int64, sep=",")


def marks(session: Session) -> Marks:
    """Return what names this database's history up to now."""
    return {table.__tablename__: _mark(session, table, None) for table in (EventRow, LocationRow)}


def is_continued(session: Session, columns: Columns, since: int, then: Marks) -> bool:
    """Say whether the database is the one that these columns were read from up to `since`.

    Another one, or a backup of this one that was put back and went on differently, has other
    rows of those revisions, or other moments in its history.
    """
    is_tagged = columns.tag_revisions > 0
    known = [(table, then[table.__tablename__]) for table in (EventRow, LocationRow)]
    return (
        _same(session, ImageRow.id, ImageRow.revision, columns.ids, columns.revisions, since)
        and _same(
            session,
            TagChangeRow.image_id,
            TagChangeRow.revision,
            columns.ids[is_tagged],
            columns.tag_revisions[is_tagged],
            since,
        )
        and all(mark is None or _mark(session, table, mark) == mark for table, mark in known)
    )


def _same(
    session: Session, number: Any, revision: Any, ids: Ids, revisions: Ids, since: int
) -> bool:
    """Say whether a table holds the very (number, revision) pairs up to a revision."""
    query = select(func.count(), func.sum((number * revision) % _MODULUS)).where(revision <= since)
    n, total = session.execute(query).one()
    is_old = revisions <= since
    ours = (ids[is_old] * revisions[is_old] % _MODULUS).sum()
    return (int(n), int(total or 0)) == (int(is_old.sum()), int(ours))


def _mark(session: Session, table: Any, known: Sequence[Any] | None) -> list[Any] | None:
    """Return number and moment of the newest row, or of the one with a known number."""
    at = table.at if table is EventRow else table.seen_at
    query = select(table.id, at)
    if known:
        query = query.where(table.id == known[0])
    row = session.execute(query.order_by(table.id.desc()).limit(1)).first()
    return None if row is None else [row[0], row[1].isoformat()]
