"""Differences: what came, went and changed from one dataset version to another.

The database compares: two versions of a million images are too much to read for a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.types import DatasetItem, Split
from db.tables import ImageRow, ItemRow
from db.versions import as_item

CAME, WENT = "came", "went"
_OLD, _NEW = aliased(ItemRow), aliased(ItemRow)
_TESTS = (_OLD.split == Split.TEST, _NEW.split == Split.TEST)
CHANGES: Mapping[str, ColumnElement[bool]] = {
    "label": _OLD.label != _NEW.label,
    "split": _OLD.split != _NEW.split,
    "identity": _OLD.identity.is_distinct_from(_NEW.identity),
}
"""What of an image may have changed, by name."""

Change = tuple[DatasetItem | None, DatasetItem]
"""An image before and after; of one that came or went the one there is, and nothing before."""


@dataclass(frozen=True)
class Differences:
    """How many images differ.

    Attributes:
        counts: By CAME, WENT and the names of CHANGES; an image may have changed in several ways.
        n_other_tests: Images that only one of the two tests on, or with another label.
    """

    counts: dict[str, int]
    n_other_tests: int


def count_differences(session: Session, before: int, after: int) -> Differences:
    """Count what differs between two versions."""
    is_other_test = or_(and_(CHANGES["split"], or_(*_TESTS)), and_(CHANGES["label"], *_TESTS))
    both = _both(before, after, *(_sum(each) for each in (*CHANGES.values(), is_other_test)))
    *changed, n_other_tests = session.execute(both).one()
    counts = {}
    for kind in (CAME, WENT):
        alone, query = _alone(kind, before, after)
        columns = func.count(), _sum(alone.split == Split.TEST)
        counts[kind], n_tests = session.execute(query.with_only_columns(*columns)).one()
        n_other_tests += n_tests
    return Differences(counts | dict(zip(CHANGES, changed, strict=True)), n_other_tests)


def list_differences(
    session: Session, before: int, after: int, kind: str, limit: int | None = None
) -> list[Change]:
    """Return the images of one kind, CAME, WENT or a name of CHANGES, by number."""
    if kind in CHANGES:
        query = _both(before, after, _OLD, _NEW, ImageRow.checksum)
        query = query.join(ImageRow, ImageRow.id == _NEW.image_id).where(CHANGES[kind])
        rows = session.execute(query.order_by(_NEW.image_id).limit(limit))
        return [(as_item(old, checksum), as_item(new, checksum)) for old, new, checksum in rows]
    alone, query = _alone(kind, before, after)
    query = query.add_columns(ImageRow.checksum).join(ImageRow, ImageRow.id == alone.image_id)
    rows = session.execute(query.order_by(alone.image_id).limit(limit))
    return [(None, as_item(row, checksum)) for row, checksum in rows]


def _both(before: int, after: int, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(_OLD)
        .join(_NEW, _NEW.image_id == _OLD.image_id)
        .where(_OLD.version == before, _NEW.version == after)
    )


def _alone(kind: str, before: int, after: int) -> tuple[Any, Select[Any]]:
    """Return the table to look into and a query of the images that only one version holds."""
    here, there = (_NEW, _OLD) if kind == CAME else (_OLD, _NEW)
    number, other = (after, before) if kind == CAME else (before, after)
    is_there = exists().where(there.version == other, there.image_id == here.image_id)
    return here, select(here).where(here.version == number, ~is_there)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
