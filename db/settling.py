"""Settling: what the files of an import became, written in few statements."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any, TypeAlias

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.types import ChecksumSha256, Claim, ImageFacts, Label, Outcome
from db.adding import add_images, known_ids
from db.parts import change_images
from db.tables import NEXT_REVISION, ImportFileRow, LocationRow, RejectRow, now
from db.upsert import upsert_all


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


@dataclass(frozen=True)
class KnownImage:
    """A file that holds the very bytes of an image that is here already."""

    checksum: ChecksumSha256


Found: TypeAlias = ImageFacts | KnownImage | Rejection
"""What a file turned out to be."""

_Held: TypeAlias = tuple[int, str, str | None, str | None]
"""The image at a place, and the label, the identity and the generator that are claimed of it."""


def is_known(session: Session, checksum: ChecksumSha256) -> bool:
    """Say whether an image with this checksum is here."""
    return bool(known_ids(session, [checksum]))


def settle(session: Session, job_id: str, file: PendingFile, found: Found) -> Outcome:
    """Record what one file became; its rows and its outcome appear together or not at all."""
    return settle_all(session, job_id, [(file, found)])[0]


def settle_all(
    session: Session, job_id: str, found: Sequence[tuple[PendingFile, Found]]
) -> list[Outcome]:
    """Record what the files of one stretch became, in few statements, and return it in order.

    A file that is settled already keeps its outcome.

    Raises:
        NotFound: If one of them was never listed, or is said to hold a known image that is not
            here.
    """
    outcomes = _outcomes(session, job_id, [file.position for file, _ in found])
    waiting = {f.position: (f, what) for f, what in found if outcomes[f.position] is None}
    refused = [(f, what) for f, what in waiting.values() if isinstance(what, Rejection)]
    taken = [(f, what) for f, what in waiting.values() if not isinstance(what, Rejection)]
    added = _take_in(session, taken)
    _locate(session, [(i, file) for (i, _), (file, _) in zip(added, taken, strict=True)])
    reject(session, [(file.storage, file.key, rejection) for file, rejection in refused])
    new = [
        *((f.position, how, None, None) for (_, how), (f, _) in zip(added, taken, strict=True)),
        *((f.position, Outcome.REJECTED, why.reason, why.detail) for f, why in refused),
    ]
    _note(session, job_id, new)
    outcomes |= {position: outcome for position, outcome, _, _ in new}
    return [Outcome(str(outcomes[file.position])) for file, _ in found]


def _outcomes(session: Session, job_id: str, positions: Sequence[int]) -> dict[int, str | None]:
    """Return the outcomes so far by position, None where a file waits."""
    query = select(ImportFileRow.position, ImportFileRow.outcome).where(
        ImportFileRow.job_id == job_id, ImportFileRow.position.in_(positions)
    )
    found: dict[int, str | None] = {row.position: row.outcome for row in session.execute(query)}
    for position in positions:
        if position not in found:
            raise NotFound(f"Expected file {position} of import {job_id}. Received no such row.")
    return found


def _take_in(
    session: Session, taken: Sequence[tuple[PendingFile, ImageFacts | KnownImage]]
) -> list[tuple[int, Outcome]]:
    """Add the images that are new; return the number of each file's image and which it was."""
    seen = [(what, file.claim) for file, what in taken if isinstance(what, ImageFacts)]
    added = iter(add_images(session, seen))
    known = known_ids(session, [w.checksum for _, w in taken if isinstance(w, KnownImage)])
    return [
        next(added) if isinstance(what, ImageFacts) else _known(known, what) for _, what in taken
    ]


def _known(numbers: dict[str, int], image: KnownImage) -> tuple[int, Outcome]:
    if image.checksum not in numbers:
        raise NotFound(
            f"Expected an image {image.checksum}, which a file was compared with. Received none: "
            "it was deleted meanwhile; import the file again."
        )
    return numbers[image.checksum], Outcome.KNOWN


def _note(
    session: Session, job_id: str, settled: Sequence[tuple[int, Outcome, str | None, str | None]]
) -> None:
    """Write down (position, outcome, reason, detail) of files."""
    if not settled:
        return
    row = ImportFileRow
    statement = (
        update(row)
        .where(row.job_id == job_id, row.position == bindparam("at"))
        .values(outcome=bindparam("what"), reason=bindparam("why"), detail=bindparam("how"))
    )
    rows = [
        {"at": position, "what": outcome.value, "why": reason, "how": detail}
        for position, outcome, reason, detail in settled
    ]
    session.connection().execute(statement, rows)


def _locate(session: Session, found: Sequence[tuple[int, PendingFile]]) -> None:
    _forget(session, RejectRow, [(file.storage, file.key) for _, file in found])
    before = _held(session, [(file.storage, file.key) for _, file in found])
    rows = [
        {
            "image_id": image_id,
            "storage": file.storage,
            "key": file.key,
            **_claimed(image_id, file.claim, before.get((file.storage, file.key))),
            "seen_at": now(),
        }
        for image_id, file in found
    ]
    upsert_all(session, LocationRow, ("storage", "key"), rows)
    moved = {
        each
        for image_id, file in found
        if (had := _image_at(before.get((file.storage, file.key)))) != image_id
        for each in (image_id, had)
    }
    _touch(session, moved)


def _claimed(image_id: int, claim: Claim, before: _Held | None) -> dict[str, str | None]:
    """Return what is claimed of a place; an import that says nothing leaves what was said."""
    kept = before if before and before[0] == image_id else (image_id, Label.UNKNOWN, None, None)
    label = kept[1] if claim.label is Label.UNKNOWN else claim.label
    return {
        "claimed_label": str(label),
        "claimed_identity": claim.identity or kept[2],
        "claimed_generator": claim.generator or kept[3],
    }


def _image_at(held: _Held | None) -> int | None:
    return held[0] if held else None


def _held(session: Session, places: Sequence[tuple[str, str]]) -> dict[tuple[str, str], _Held]:
    """Return which image was found at each of these places so far, and what was claimed of it."""
    row = LocationRow
    claims = (row.claimed_label, row.claimed_identity, row.claimed_generator)
    held: dict[tuple[str, str], _Held] = {}
    for storage, keys in _by_storage(places):
        query = select(row.key, row.image_id, *claims).where(
            row.storage == storage, row.key.in_(keys)
        )
        held |= {
            (storage, row[0]): (row[1], row[2], row[3], row[4]) for row in session.execute(query)
        }
    return held


def _touch(session: Session, image_ids: Iterable[int | None]) -> None:
    """Raise the revision of images whose places changed: Browse filters by them."""
    chosen = sorted(each for each in image_ids if each is not None)
    change_images(session, chosen, revision=NEXT_REVISION)


def reject(session: Session, refused: Sequence[tuple[str, str, Rejection]]) -> None:
    """Note (storage, key, why) of files that are not taken in; they are no locations any more."""
    places = [(storage, key) for storage, key, _ in refused]
    _touch(session, {_image_at(each) for each in _held(session, places).values()})
    _forget(session, LocationRow, places)
    rows: list[dict[str, Any]] = [
        {**asdict(rejection), "storage": storage, "key": key, "seen_at": now()}
        for storage, key, rejection in refused
    ]
    upsert_all(session, RejectRow, ("storage", "key"), rows)


def _forget(
    session: Session, row: type[LocationRow | RejectRow], places: Sequence[tuple[str, str]]
) -> None:
    for storage, keys in _by_storage(places):
        session.execute(delete(row).where(row.storage == storage, row.key.in_(keys)))


def _by_storage(places: Sequence[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    for storage, group in groupby(sorted(places), key=lambda place: place[0]):
        yield storage, [key for _, key in group]
