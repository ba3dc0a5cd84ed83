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
from db.upsert import insert_missing, upsert_all

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
        refused = [(f.key, f.refusal) for _, f in batch if f.refusal]
        _reject(session, [(storage, key, Rejection(UNREADABLE, why)) for key, why in refused])
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
    return settle_all(session, job_id, [(file, found)])[0]


def settle_all(
    session: Session, job_id: str, found: Sequence[tuple[PendingFile, ImageFacts | Rejection]]
) -> list[Outcome]:
    """Record what the files of one stretch became, in few statements, and return it in order.

    A file that is settled already keeps its outcome.

    Raises:
        NotFound: If one of them was never listed.
    """
    rows = _listed(session, job_id, [file.position for file, _ in found])
    open_files = {f.position: (f, what) for f, what in found if rows[f.position].outcome is None}
    looked_at = [(f, what) for f, what in open_files.values() if isinstance(what, ImageFacts)]
    refused = [(f, what) for f, what in open_files.values() if isinstance(what, Rejection)]
    added = add_images(session, [(facts, file.claim) for file, facts in looked_at])
    _locate(session, [(i, file) for (i, _), (file, _) in zip(added, looked_at, strict=True)])
    _reject(session, [(file.storage, file.key, rejection) for file, rejection in refused])
    for (_, outcome), (file, _) in zip(added, looked_at, strict=True):
        rows[file.position].outcome = outcome.value
    for file, rejection in refused:
        row = rows[file.position]
        row.outcome, row.reason = Outcome.REJECTED.value, rejection.reason
        row.detail = rejection.detail
    return [Outcome(str(rows[file.position].outcome)) for file, _ in found]


def _listed(session: Session, job_id: str, positions: Sequence[int]) -> dict[int, ImportFileRow]:
    query = select(ImportFileRow).where(
        ImportFileRow.job_id == job_id, ImportFileRow.position.in_(positions)
    )
    rows = {row.position: row for row in session.scalars(query)}
    for position in positions:
        if position not in rows:
            raise NotFound(f"Expected file {position} of import {job_id}. Received no such row.")
    return rows


def add_image(session: Session, facts: ImageFacts, claim: Claim) -> tuple[int, Outcome]:
    """Insert an image unless its checksum is known; return its number and which it was."""
    return add_images(session, [(facts, claim)])[0]


def add_images(
    session: Session, seen: Sequence[tuple[ImageFacts, Claim]]
) -> list[tuple[int, Outcome]]:
    """Insert the images whose checksum is not known; return the number of each and which it was.

    Of equal bytes among them, the first is new and speaks, the others are known.
    """
    numbers = _known(session, [facts.checksum for facts, _ in seen])
    new: dict[str, tuple[ImageFacts, ImageRow]] = {}
    outcomes = []
    for facts, claim in seen:
        is_new = facts.checksum not in numbers and facts.checksum not in new
        if is_new:
            new[facts.checksum] = (facts, _image_row(facts, claim))
        outcomes.append(Outcome.NEW if is_new else Outcome.KNOWN)
    session.add_all(row for _, row in new.values())
    session.flush()
    _add_hashes(session, list(new.values()))
    numbers |= {name: row.id for name, (_, row) in new.items()}
    return [
        (numbers[facts.checksum], what) for (facts, _), what in zip(seen, outcomes, strict=True)
    ]


def _known(session: Session, checksums: Sequence[str]) -> dict[str, int]:
    query = select(ImageRow.checksum, ImageRow.id).where(ImageRow.checksum.in_(checksums))
    return {row.checksum: row.id for row in session.execute(query)}


def _image_row(facts: ImageFacts, claim: Claim) -> ImageRow:
    return ImageRow(
        **_columns(facts),
        label=claim.label.value,
        identity=claim.identity,
        generator=claim.generator,
        status=Status.ACTIVE.value,
    )


def _add_hashes(session: Session, added: Sequence[tuple[ImageFacts, ImageRow]]) -> None:
    rows = [
        {"image_id": row.id, "algorithm": name, "version": facts.hash_version, "value": value}
        for facts, row in added
        for name, value in facts.hashes.items()
    ]
    insert_missing(session, HashRow, rows)


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


def _locate(session: Session, found: Sequence[tuple[int, PendingFile]]) -> None:
    _forget(session, RejectRow, [(file.storage, file.key) for _, file in found])
    rows = [
        {
            "image_id": image_id,
            "storage": file.storage,
            "key": file.key,
            "claimed_label": file.claim.label.value,
            "claimed_identity": file.claim.identity,
            "claimed_generator": file.claim.generator,
            "seen_at": now(),
        }
        for image_id, file in found
    ]
    upsert_all(session, LocationRow, ("storage", "key"), rows)


def _reject(session: Session, refused: Sequence[tuple[str, str, Rejection]]) -> None:
    _forget(session, LocationRow, [(storage, key) for storage, key, _ in refused])
    rows = [
        {**asdict(rejection), "storage": storage, "key": key, "seen_at": now()}
        for storage, key, rejection in refused
    ]
    upsert_all(session, RejectRow, ("storage", "key"), rows)


def _forget(
    session: Session, row: type[LocationRow | RejectRow], places: Sequence[tuple[str, str]]
) -> None:
    for storage, group in groupby(sorted(places), key=lambda place: place[0]):
        keys = [key for _, key in group]
        session.execute(delete(row).where(row.storage == storage, row.key.in_(keys)))


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
    if not image.is_identity_decided:
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
