"""Where a frozen version comes from: sources, generators, and what was left out and why."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Label as Named
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from core.types import ChecksumSha256, Label, Split, Status, Verdict
from db.tables import (
    EventRow,
    ImageRow,
    ItemRow,
    LocationRow,
    OpinionRow,
    PairRow,
    RejectRow,
    ReviewItemRow,
    VersionRow,
)
from db.verdicts import DUPLICATE_OF

MADE_HERE = "made here"
NEAR_DUPLICATE = "near-duplicate of an image that was kept"
UNLABELLED, OTHER_SOURCE = "without a label", "from a source not chosen"
SINCE = "excluded or without a label when it was frozen, not any more"
NO_REASON = "excluded without a reason"


@dataclass(frozen=True)
class Origin:
    """Images of a version that come from one place.

    Attributes:
        name: A storage's name, or MADE_HERE for generated fakes.
    """

    name: str
    n_genuine: int
    n_fake: int


def origins(session: Session, version: int) -> list[Origin]:
    """Return where a version's images come from, the largest first.

    An image that lies in several storages counts in the first of them by name, so that the numbers
    add up to the version.
    """
    first = select(func.min(LocationRow.storage)).where(LocationRow.image_id == ItemRow.image_id)
    items = select(first.scalar_subquery().label("storage"), ItemRow.label)
    held = items.where(ItemRow.version == version).subquery()
    counts: dict[str, dict[str, int]] = {}
    query = select(held.c.storage, held.c.label, func.count())
    for storage, label, n in session.execute(query.group_by(held.c.storage, held.c.label)):
        counts.setdefault(storage or MADE_HERE, {})[label] = n
    found = [
        Origin(name, labels.get(Label.GENUINE, 0), labels.get(Label.FAKE, 0))
        for name, labels in counts.items()
    ]
    return sorted(found, key=lambda each: (-each.n_genuine - each.n_fake, each.name))


def generators(session: Session, version: int) -> list[tuple[str | None, int]]:
    """Return (generator, fakes) of a version, most fakes first; None where nobody named one."""
    query = (
        select(ImageRow.generator, func.count())
        .join(ItemRow, ItemRow.image_id == ImageRow.id)
        .where(ItemRow.version == version, ItemRow.label == Label.FAKE)
        .group_by(ImageRow.generator)
    )
    found = [(name, n) for name, n in session.execute(query)]
    return sorted(found, key=lambda each: (-each[1], each[0] or ""))


def count_identities(session: Session, version: int) -> int:
    """Count the names of people in a version."""
    query = select(func.count(ItemRow.identity.distinct())).where(ItemRow.version == version)
    return session.scalar(query) or 0


def left_out(session: Session, version: int) -> list[tuple[str, int]]:
    """Return (reason, images) of what was there at a version's freeze and is not in it, most first.

    The reasons are those of today; what was excluded after the freeze is in the version.
    """
    frozen = session.get_one(VersionRow, version)
    excluded = ImageRow.status == Status.EXCLUDED
    reason: Named[str] = case(
        (excluded & ImageRow.status_reason.startswith(DUPLICATE_OF), NEAR_DUPLICATE),
        (excluded, func.coalesce(ImageRow.status_reason, NO_REASON)),
        (ImageRow.label == Label.UNKNOWN, UNLABELLED),
        else_=OTHER_SOURCE if frozen.sources else SINCE,
    ).label("reason")
    held = select(ItemRow.image_id).where(ItemRow.version == version)
    was_there = ImageRow.created_at <= frozen.created_at
    return _tally(session, select(reason).where(was_there, ImageRow.id.not_in(held)))


def refused(session: Session) -> list[tuple[str, int]]:
    """Return (reason, files) of the files that no import took in, most first."""
    return _tally(session, select(RejectRow.reason.label("reason")))


def _tally(session: Session, rows: Select[Any]) -> list[tuple[str, int]]:
    found = rows.subquery()
    query = select(found.c[0], func.count()).group_by(found.c[0])
    counted = [(word, n) for word, n in session.execute(query)]
    return sorted(counted, key=lambda each: (-each[1], each[0]))


def duplicates(session: Session) -> dict[Verdict | None, int]:
    """Count the near-duplicate pairs by what people decided; None for those that wait."""
    query = (
        select(PairRow.verdict, func.count()).where(PairRow.is_confirmed).group_by(PairRow.verdict)
    )
    return {Verdict(word) if word else None: n for word, n in session.execute(query)}


def sample(session: Session, version: int, limit: int) -> list[tuple[ChecksumSha256, Label]]:
    """Return up to `limit` training images of a version, half of them fake where there are so many.

    Test images stay unseen; which ones are shown hangs on their checksums alone.
    """
    found: list[tuple[ChecksumSha256, Label]] = []
    for label in (Label.GENUINE, Label.FAKE):
        query = (
            select(ImageRow.checksum)
            .join(ItemRow, ItemRow.image_id == ImageRow.id)
            .where(ItemRow.version == version, ItemRow.split == Split.TRAIN, ItemRow.label == label)
            .order_by(ImageRow.checksum)
        )
        found += [(each, label) for each in session.scalars(query.limit(limit // 2))]
    return sorted(found)


def last_change(session: Session) -> tuple[int, ...]:
    """Return numbers that differ once anything changed that a story tells, for caches."""
    newest = (EventRow.id, ImageRow.revision, PairRow.id, RejectRow.id)
    settled = func.count(ReviewItemRow.verdict), func.count(OpinionRow.verdict)
    figures = (*(func.max(each) for each in newest), *settled)
    return tuple(session.scalar(select(each)) or 0 for each in figures)
