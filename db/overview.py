"""The figures that Overview and `status --json` show."""

from sqlalchemy import func, select
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


def counts(session: Session) -> dict[str, int]:
    """Count what the installation holds.

    `files_seen` = `images_imported` + `known` + `rejected` always holds.
    """
    by_pair = pairs.count_pairs(session)
    locations = _count(session, select(func.count(LocationRow.id)))
    rejected = _count(session, select(func.count(RejectRow.id)))
    imported = _count(session, select(func.count(LocationRow.image_id.distinct())))
    next_version = ImageRow.status == Status.ACTIVE
    return {
        "files_seen": locations + rejected,
        "images_imported": imported,
        "known": locations - imported,
        "rejected": rejected,
        "images": _count(session, select(func.count(ImageRow.id))),
        "locations": locations,
        "generated": _count(session, select(func.count(ParentRow.child_id.distinct()))),
        **{f"{label}": _images(session, ImageRow.label == label) for label in Label},
        "excluded": _images(session, ImageRow.status == Status.EXCLUDED),
        "in_next_version": _images(session, next_version & (ImageRow.label != Label.UNKNOWN)),
        "next_genuine": _images(session, next_version & (ImageRow.label == Label.GENUINE)),
        "next_fake": _images(session, next_version & (ImageRow.label == Label.FAKE)),
        "without_face": _images(session, ImageRow.n_faces == 0),
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


def _images(session: Session, condition: object) -> int:
    return _count(session, select(func.count(ImageRow.id)).where(condition))  # type: ignore[arg-type]


def _count(session: Session, query: object) -> int:
    return session.scalar(query) or 0  # type: ignore[call-overload]
