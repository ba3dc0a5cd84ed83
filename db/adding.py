"""Adding images: one row for one checksum, with its hashes and, for a fake, its parents."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.types import Claim, Face, ImageFacts, Label, Outcome, Status
from db.tables import HashRow, ImageRow, ParentRow
from db.upsert import insert_missing


def add_image(session: Session, facts: ImageFacts, claim: Claim) -> tuple[int, Outcome]:
    """Insert an image unless its checksum is known; return its number and which it was."""
    return add_images(session, [(facts, claim)])[0]


def add_images(
    session: Session, seen: Sequence[tuple[ImageFacts, Claim]]
) -> list[tuple[int, Outcome]]:
    """Insert the images whose checksum is not known; return the number of each and which it was.

    Of equal bytes among them, the first is new and speaks, the others are known.
    """
    numbers = known_ids(session, [facts.checksum for facts, _ in seen])
    new: dict[str, tuple[ImageFacts, Claim]] = {}
    outcomes = []
    for facts, claim in seen:
        is_new = facts.checksum not in numbers and facts.checksum not in new
        if is_new:
            new[facts.checksum] = facts, claim
        outcomes.append(Outcome.NEW if is_new else Outcome.KNOWN)
    numbers |= _insert(session, list(new.values()))
    return [
        (numbers[facts.checksum], what) for (facts, _), what in zip(seen, outcomes, strict=True)
    ]


def known_ids(session: Session, checksums: Sequence[str]) -> dict[str, int]:
    """Return the numbers of the images with these checksums, of those that are here."""
    query = select(ImageRow.checksum, ImageRow.id).where(ImageRow.checksum.in_(checksums))
    return {row.checksum: row.id for row in session.execute(query)} if checksums else {}


def _insert(session: Session, new: Sequence[tuple[ImageFacts, Claim]]) -> dict[str, int]:
    """Insert images with their hashes and return their numbers by checksum."""
    if not new:
        return {}
    rows = [_columns(facts, claim) for facts, claim in new]
    statement = insert(ImageRow).returning(ImageRow.checksum, ImageRow.id)
    numbers = {row.checksum: row.id for row in session.execute(statement, rows)}
    hashes = [
        {"algorithm": name, "value": value, "version": facts.hash_version}
        | {"image_id": numbers[facts.checksum]}
        for facts, _ in new
        for name, value in facts.hashes.items()
    ]
    insert_missing(session, HashRow, hashes)
    return numbers


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


def _columns(facts: ImageFacts, claim: Claim) -> dict[str, Any]:
    names = ("checksum", "size_bytes", "format", "width_px", "height_px", "n_faces")
    return {
        **{name: getattr(facts, name) for name in (*names, "scores_version")},
        "notes": list(facts.notes),
        "face": _face_columns(facts.face),
        "scores": dict(facts.scores),
        "label": claim.label.value,
        "identity": claim.identity,
        "generator": claim.generator,
        "status": Status.ACTIVE.value,
    }


def _face_columns(face: Face | None) -> dict[str, Any] | None:
    if face is None:
        return None
    box = [face.box.x, face.box.y, face.box.width, face.box.height]
    return {"box": box, "landmarks": face.landmarks, "confidence": face.confidence}
