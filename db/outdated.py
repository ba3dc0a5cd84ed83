"""Outdated measurements: images whose checks or hashes were made by another version."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.orm import Session, undefer

from core.types import ChecksumSha256, ImageFacts
from db.tables import FaceRow, HashRow, ImageRow, ParentRow
from db.upsert import insert_missing

_ALGORITHM = "phash"
"""Every measured image has it; all hashes of one measurement have the same version."""


@dataclass(frozen=True)
class Versions:
    """What measures images: the versions of the checks and of the perceptual hashes."""

    checks: str
    hashes: str


def present() -> Versions:
    """Return what measures images today."""
    from core.images.hashes import HASH_VERSION  # inside: it loads the image libraries
    from core.images.quality import CHECKS_VERSION

    return Versions(CHECKS_VERSION, HASH_VERSION)


def count_outdated(session: Session, versions: Versions, last: int | None = None) -> int:
    """Count the images, up to number `last`, that were not measured by these versions."""
    query = select(func.count(ImageRow.id)).where(_is_outdated(versions))
    if last is not None:
        return session.scalar(query.where(ImageRow.id <= last)) or 0
    return 0 if _is_all_present(session, versions) else session.scalar(query) or 0


def _is_all_present(session: Session, versions: Versions) -> bool:
    """Say by three counts, a third of the price of a look at every image, that none is outdated."""
    n_images = session.scalar(select(func.count(ImageRow.id)))
    scored = ImageRow.scores_version == versions.checks
    hashed = HashRow.algorithm == _ALGORITHM, HashRow.version == versions.hashes
    n_scored = session.scalar(select(func.count(ImageRow.id)).where(scored))
    n_hashed = session.scalar(select(func.count(HashRow.image_id)).where(*hashed))
    return n_images == n_scored == n_hashed


def outdated_ids(session: Session, versions: Versions) -> list[int]:
    """Return the numbers of all images that were not measured by these versions, sorted."""
    query = select(ImageRow.id).where(_is_outdated(versions)).order_by(ImageRow.id)
    return list(session.scalars(query))


def outdated_images(
    session: Session, versions: Versions, limit: int, *, after: int, last: int
) -> list[tuple[int, ChecksumSha256]]:
    """Return numbers and checksums of outdated images, by number.

    Args:
        limit: At most so many.
        after: Only numbers above this.
        last: Only numbers up to this.
    """
    query = select(ImageRow.id, ImageRow.checksum).where(
        _is_outdated(versions), ImageRow.id > after, ImageRow.id <= last
    )
    rows = session.execute(query.order_by(ImageRow.id).limit(limit))
    return [(image_id, checksum) for image_id, checksum in rows]


def replace_measures(session: Session, measured: Sequence[tuple[int, ImageFacts]]) -> None:
    """Store what images were measured to be, in place of what an earlier version said.

    Scores of the largest face stay: this says nothing of faces. An image that gets hashes of a new
    version waits to be compared with all others again; a generated fake never is compared. Hashes
    of earlier versions go in the same transaction: nothing reads them, as versions are never
    compared, and the stored original can always be hashed again.
    """
    facts = dict(measured)
    ids = list(facts)
    hashed = select(HashRow.image_id, HashRow.version).where(HashRow.image_id.in_(ids))
    known = {(image_id, version) for image_id, version in session.execute(hashed)}
    fakes = set(session.scalars(select(ParentRow.child_id).where(ParentRow.child_id.in_(ids))))
    of_faces = _face_scores(session, ids)
    query = select(ImageRow).where(ImageRow.id.in_(ids)).options(undefer(ImageRow.scores))
    for row in session.scalars(query):
        seen = facts[row.id]
        kept = {name: (row.scores or {}).get(name) for name in of_faces.get(row.id, ())}
        row.scores = {**kept, **seen.scores}
        row.scores_version = seen.scores_version
        if (row.id, seen.hash_version) not in known and row.id not in fakes:
            row.is_paired = False
    _replace_hashes(session, facts)


def _replace_hashes(session: Session, facts: dict[int, ImageFacts]) -> None:
    rows = [
        {"image_id": image_id, "algorithm": name, "version": seen.hash_version, "value": value}
        for image_id, seen in facts.items()
        for name, value in seen.hashes.items()
    ]
    insert_missing(session, HashRow, rows)
    for version in {seen.hash_version for seen in facts.values()}:
        ids = [image_id for image_id, seen in facts.items() if seen.hash_version == version]
        old = HashRow.image_id.in_(ids), HashRow.version != version
        session.execute(delete(HashRow).where(*old))


def _face_scores(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the names of the scores of the largest face, by image."""
    largest = select(FaceRow.image_id, FaceRow.scores).where(FaceRow.position == 0)
    rows = session.execute(largest.where(FaceRow.image_id.in_(ids)))
    return {image_id: list(scores) for image_id, scores in rows}


def _is_outdated(versions: Versions) -> Any:
    hashed = exists().where(
        HashRow.image_id == ImageRow.id,
        HashRow.algorithm == _ALGORITHM,
        HashRow.version == versions.hashes,
    )
    return or_(ImageRow.scores_version.is_distinct_from(versions.checks), ~hashed)
