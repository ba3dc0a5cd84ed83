"""Imports: the files that were seen, and the rows that they became."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby, islice
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.types import Claim, Face, ImageFacts, Label, NormaliseRule, Outcome, SourceFile, Status
from db.tables import (
    CollectionRow,
    HashRow,
    ImageRow,
    ImportFileRow,
    LocationRow,
    ParentRow,
    RejectRow,
    now,
)
from db.upsert import insert_missing, upsert

_BATCH = 1000
UNREADABLE = "unreadable"


@dataclass(frozen=True)
class PendingFile:
    """A file of an import that is not settled yet."""

    position: int
    storage: str
    key: str
    claim: Claim


@dataclass(frozen=True)
class Rejection:
    """Why a file is not taken in: a short reason to count by, and a sentence."""

    reason: str
    detail: str
    checksum: str | None = None


def normalise_rule(session: Session, wanted: NormaliseRule | None = None) -> NormaliseRule:
    """Return the installation's normalisation rule, fixed by the first import.

    Raises:
        Conflict: If another rule is wanted than the one in force.
    """
    row = session.get(CollectionRow, 1)
    if row is None:
        chosen = wanted or NormaliseRule.CROP
        insert_missing(
            session,
            CollectionRow,
            [{"id": 1, "normalise_rule": chosen.value, "created_at": now()}],
        )
        return chosen
    if wanted not in (None, row.normalise_rule):
        raise Conflict(
            f"Expected the normalisation rule {row.normalise_rule!r}, which the first import "
            f"chose for all images. Received '{wanted}'. Use another VERITY_HOME for that rule."
        )
    return NormaliseRule(row.normalise_rule)


def list_files(session: Session, job_id: str, storage: str, files: Iterable[SourceFile]) -> int:
    """Note every file that an import sees, and settle those refused unread; return how many.

    A list that was made before a crash stands: the folder may have changed since, and a position
    must not come to mean another file.
    """
    n_files = _count_files(session, job_id)
    numbered = enumerate(() if n_files else files)
    while batch := list(islice(numbered, _BATCH)):
        rows = [_import_file(job_id, storage, position, file) for position, file in batch]
        insert_missing(session, ImportFileRow, rows)
        for _, file in batch:
            if file.refusal:
                _reject(session, storage, file.key, Rejection(UNREADABLE, file.refusal))
        n_files = batch[-1][0] + 1
    return n_files


def _count_files(session: Session, job_id: str) -> int:
    query = select(func.count()).where(ImportFileRow.job_id == job_id)
    return session.scalar(query) or 0


def _import_file(job_id: str, storage: str, position: int, file: SourceFile) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "position": position,
        "storage": storage,
        "key": file.key,
        "claim": asdict(file.claim),
        "outcome": Outcome.REJECTED.value if file.refusal else None,
        "reason": UNREADABLE if file.refusal else None,
        "detail": file.refusal,
    }


def pending_files(session: Session, job_id: str, start: int, stop: int) -> list[PendingFile]:
    """Return the unsettled files of one stretch of an import."""
    query = (
        select(ImportFileRow)
        .where(
            ImportFileRow.job_id == job_id,
            ImportFileRow.position >= start,
            ImportFileRow.position < stop,
            ImportFileRow.outcome.is_(None),
        )
        .order_by(ImportFileRow.position)
    )
    return [
        PendingFile(row.position, row.storage, row.key, _claim(row.claim))
        for row in session.scalars(query)
    ]


def _claim(stored: Mapping[str, Any]) -> Claim:
    return Claim(Label(stored["label"]), stored["identity"], stored["generator"])


def settle(
    session: Session, job_id: str, file: PendingFile, found: ImageFacts | Rejection
) -> Outcome:
    """Record what one file became; its rows and its outcome appear together or not at all."""
    row = session.get(ImportFileRow, (job_id, file.position))
    if row is None:
        raise NotFound(f"Expected file {file.position} of import {job_id}. Received no such row.")
    if row.outcome is not None:
        return Outcome(row.outcome)
    if isinstance(found, Rejection):
        _reject(session, file.storage, file.key, found)
        row.outcome, row.reason, row.detail = Outcome.REJECTED.value, found.reason, found.detail
        return Outcome.REJECTED
    image_id, outcome = add_image(session, found, file.claim)
    _locate(session, image_id, file)
    row.outcome = outcome.value
    return outcome


def add_image(session: Session, facts: ImageFacts, claim: Claim) -> tuple[int, Outcome]:
    """Insert an image unless its checksum is known; return its number and which it was."""
    query = select(ImageRow.id).where(ImageRow.checksum == facts.checksum)
    known = session.scalar(query)
    if known is not None:
        return known, Outcome.KNOWN
    image = ImageRow(
        **_columns(facts),
        label=claim.label.value,
        identity=claim.identity,
        generator=claim.generator,
        status=Status.ACTIVE.value,
    )
    session.add(image)
    session.flush()
    session.add_all(
        HashRow(image_id=image.id, algorithm=name, version=facts.hash_version, value=value)
        for name, value in facts.hashes.items()
    )
    return image.id, Outcome.NEW


def add_fake(
    session: Session,
    facts: ImageFacts,
    claim: Claim,
    parent_ids: Sequence[int],
    recipe: Mapping[str, Any],
) -> Outcome:
    """Insert a generated image with its parents, unless its checksum is known.

    It counts as compared with all others: what it resembles is what it was made from. A fake that
    came back by an import is given its parents, and is fake unless a person said otherwise.
    """
    image_id, outcome = add_image(session, facts, claim)
    image = session.get_one(ImageRow, image_id)
    image.is_paired = True
    if not image.is_label_decided:
        image.label = Label.FAKE.value
    rows = [{"child_id": image_id, "parent_id": i, "recipe": dict(recipe)} for i in parent_ids]
    insert_missing(session, ParentRow, rows)
    return outcome


def _columns(facts: ImageFacts) -> dict[str, Any]:
    names = ("checksum", "size_bytes", "format", "width_px", "height_px", "n_faces")
    columns = {name: getattr(facts, name) for name in (*names, "scores_version")}
    return {
        **columns,
        "notes": list(facts.notes),
        "face": _face_columns(facts.face),
        "scores": dict(facts.scores),
    }


def _face_columns(face: Face | None) -> dict[str, Any] | None:
    if face is None:
        return None
    box = [face.box.x, face.box.y, face.box.width, face.box.height]
    return {"box": box, "landmarks": face.landmarks, "confidence": face.confidence}


def _locate(session: Session, image_id: int, file: PendingFile) -> None:
    session.execute(
        delete(RejectRow).where(RejectRow.storage == file.storage, RejectRow.key == file.key)
    )
    values = {
        "image_id": image_id,
        "storage": file.storage,
        "key": file.key,
        "claimed_label": file.claim.label.value,
        "claimed_identity": file.claim.identity,
        "claimed_generator": file.claim.generator,
        "seen_at": now(),
    }
    upsert(session, LocationRow, ("storage", "key"), values)


def _reject(session: Session, storage: str, key: str, rejection: Rejection) -> None:
    session.execute(
        delete(LocationRow).where(LocationRow.storage == storage, LocationRow.key == key)
    )
    values = {**asdict(rejection), "storage": storage, "key": key, "seen_at": now()}
    upsert(session, RejectRow, ("storage", "key"), values)


def reconcile_claims(session: Session, job_id: str) -> None:
    """Let the first location by name speak for an image that was found in several places.

    Which copy was read first depends on how the work was shared out; what the image is called must
    not. A location that claims a label goes before one that does not. A label that a person decided
    stays, and so does all that is known of a fake that was generated here.
    """
    touched = (
        select(LocationRow.image_id)
        .join(
            ImportFileRow,
            (ImportFileRow.storage == LocationRow.storage) & (ImportFileRow.key == LocationRow.key),
        )
        .where(ImportFileRow.job_id == job_id)
    )
    query = (
        select(LocationRow, ImageRow)
        .join(ImageRow, ImageRow.id == LocationRow.image_id)
        .where(LocationRow.image_id.in_(touched), ImageRow.id.not_in(select(ParentRow.child_id)))
        .order_by(LocationRow.image_id, LocationRow.storage, LocationRow.key)
    )
    for _, group in groupby(session.execute(query).all(), key=lambda pair: pair[1].id):
        pairs = list(group)
        _apply_claims(pairs[0][1], [location for location, _ in pairs])


def _apply_claims(image: ImageRow, places: Sequence[LocationRow]) -> None:
    known = [place for place in places if place.claimed_label != Label.UNKNOWN]
    named = [place for place in places if place.claimed_identity is not None]
    made = [place for place in places if place.claimed_generator is not None]
    if not image.is_label_decided:
        image.label = (known or places)[0].claimed_label
    image.identity = (named or places)[0].claimed_identity
    image.generator = (made or places)[0].claimed_generator


def outcomes(session: Session, job_id: str) -> dict[str, int]:
    """Count an import's files by outcome; those not settled yet count as `waiting`."""
    query = (
        select(ImportFileRow.outcome, func.count())
        .where(ImportFileRow.job_id == job_id)
        .group_by(ImportFileRow.outcome)
    )
    counts = dict.fromkeys([*(outcome.value for outcome in Outcome), "waiting"], 0)
    for outcome, count in session.execute(query):
        counts[outcome or "waiting"] = count
    return counts


def reasons(session: Session, job_id: str) -> dict[str, int]:
    """Count an import's rejected files by reason, most frequent first."""
    count = func.count()
    query = (
        select(ImportFileRow.reason, count)
        .where(ImportFileRow.job_id == job_id, ImportFileRow.outcome == Outcome.REJECTED)
        .group_by(ImportFileRow.reason)
        .order_by(count.desc(), ImportFileRow.reason)
    )
    return {reason or UNREADABLE: n for reason, n in session.execute(query)}


def rejected_files(session: Session, job_id: str, limit: int = 200) -> list[tuple[str, str, str]]:
    """Return (key, reason, detail) of an import's rejected files."""
    query = (
        select(ImportFileRow.key, ImportFileRow.reason, ImportFileRow.detail)
        .where(ImportFileRow.job_id == job_id, ImportFileRow.outcome == Outcome.REJECTED)
        .order_by(ImportFileRow.position)
        .limit(limit)
    )
    return [(key, reason or "", detail or "") for key, reason, detail in session.execute(query)]


def find_rule(session: Session) -> NormaliseRule | None:
    """Return the installation's normalisation rule, or None before the first import."""
    row = session.get(CollectionRow, 1)
    return NormaliseRule(row.normalise_rule) if row else None
