"""The figures that Overview and `status --json` show."""

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.types import Label, Status
from db import outdated, pairs
from db.tables import (
    ImageRow,
    ItemRow,
    LocationRow,
    ParentRow,
    RejectRow,
    RunRow,
    VersionRow,
)

_DECIDED = (Label.GENUINE, Label.FAKE)


def counts(session: Session) -> dict[str, int]:
    """Count what the installation holds.

    `files_seen` = `images_imported` + `known` + `rejected` always holds.
    """
    by_pair = pairs.count_pairs(session)
    locations = _count(session, select(func.count(LocationRow.id)))
    rejected = _count(session, select(func.count(RejectRow.id)))
    imported = _count(session, select(func.count(LocationRow.image_id.distinct())))
    images = _images(session)
    return {
        "files_seen": locations + rejected,
        "images_imported": imported,
        "known": locations - imported,
        "rejected": rejected,
        "images": sum(n for n, _ in images.values()),
        "locations": locations,
        "generated": _count(session, select(func.count(ParentRow.child_id.distinct()))),
        **{f"{each}": sum(images[status, each][0] for status in Status) for each in Label},
        "excluded": sum(images[Status.EXCLUDED, label][0] for label in Label),
        "in_next_version": sum(images[Status.ACTIVE, label][0] for label in _DECIDED),
        **{f"next_{label}": images[Status.ACTIVE, label][0] for label in _DECIDED},
        "without_face": sum(n for _, n in images.values()),
        "outdated": outdated.count_outdated(session, outdated.present()),
        "identities": _count(session, select(func.count(ImageRow.identity.distinct()))),
        **{f"pairs_{name}": count for name, count in by_pair.items()},
        "versions": _count(session, select(func.count(VersionRow.number))),
        "in_latest_version": _count(
            session,
            select(func.count()).where(
                ItemRow.version == select(func.max(VersionRow.number)).scalar_subquery()
            ),
        ),
        "runs": _count(session, select(func.count(RunRow.id))),
    }


def _images(session: Session) -> dict[tuple[Status, Label], tuple[int, int]]:
    """Count images, and those without a face, by status and label: an index holds all three."""
    faceless = func.sum(case((ImageRow.n_faces == 0, 1), else_=0))
    query = select(ImageRow.status, ImageRow.label, func.count(), faceless)
    counted = {(status, label): (0, 0) for status in Status for label in Label}
    for status, label, n, n_faceless in session.execute(
        query.group_by(ImageRow.status, ImageRow.label)
    ):
        counted[Status(status), Label(label)] = n, n_faceless
    return counted


def _count(session: Session, query: object) -> int:
    return session.scalar(query) or 0  # type: ignore[call-overload]
