"""Short ways to say what a test's database holds."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.types import (
    Box,
    Claim,
    DatasetItem,
    Face,
    ImageFacts,
    Label,
    NormaliseRule,
    Outcome,
    SourceFile,
    Split,
)
from db import images, imports, pairs, runs, versions
from db.imports import PendingFile, Rejection

STORAGE = "photographs"
FACE = Face(Box(10, 20, 30, 40.5), tuple((float(i), i + 0.5) for i in range(5)), 0.9)
MODEST = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # `forgotten` keeps them apart
)
BROKEN = Rejection("truncated", "Expected a whole file. Received half of one.")


def checksum(content: object) -> str:
    """Name the bytes that a test calls by a short word."""
    return hashlib.sha256(str(content).encode()).hexdigest()


def facts(content: object, **changes: Any) -> ImageFacts:
    """Tell what a look at these bytes would find; equal content is an equal checksum."""
    values: dict[str, Any] = {
        "checksum": checksum(content),
        "size_bytes": 1000,
        "format": "JPEG",
        "width_px": 250,
        "height_px": 250,
        "notes": ("CMYK converted to RGB",),
        "hashes": {"phash": checksum(content)[:16], "phash-mirrored": checksum(content)[16:32]},
        "hash_version": "v1",
        "face": FACE,
        "n_faces": 1,
    }
    return ImageFacts(**values | changes)


def add(
    session: Session,
    content: object,
    label: Label = Label.GENUINE,
    identity: str | None = None,
    generator: str | None = None,
    **changes: Any,
) -> int:
    """Insert an image and return its number."""
    claim = Claim(label, identity, generator)
    return imports.add_image(session, facts(content, **changes), claim)[0]


def listed(
    session: Session, job_id: str, keys: Sequence[str], claims: Sequence[Claim] | None = None
) -> list[PendingFile]:
    """List files as an import would and return those that wait."""
    said = claims or [Claim()] * len(keys)
    files = [SourceFile(key, claim) for key, claim in zip(keys, said, strict=True)]
    imports.list_files(session, job_id, STORAGE, files)
    return imports.pending_files(session, job_id, 0, len(files))


def import_file(
    session: Session,
    job_id: str,
    key: str,
    found: ImageFacts | Rejection,
    claim: Claim | None = None,
) -> Outcome:
    """Import one file in an import of its own."""
    (file,) = listed(session, job_id, [key], [claim or Claim()])
    return imports.settle(session, job_id, file, found)


def add_pair(session: Session, left: int, right: int, bits: int = 2, confirmed: bool = True) -> int:
    """Insert a pair and return its number."""
    values = {
        "left_id": left,
        "right_id": right,
        "algorithm": "phash v1",
        "distance_bits": bits,
        "is_mirrored": False,
        "similarity": 0.97,
        "is_confirmed": confirmed,
        "method": "pixels",
    }
    pairs.add_pairs(session, [values])
    if not confirmed:
        return 0
    return next(p.id for p in pairs.pairs_of(session, left) if p.right.id == right)


def freeze(
    session: Session, splits: Sequence[tuple[int, Split]], content_hash: str | None = None
) -> int:
    """Freeze these images as they are labelled now and return the version's number."""
    now = {row[0]: row for row in versions.candidates(session)}
    items = [DatasetItem(*now[image_id], 100 + image_id, split) for image_id, split in splits]
    return versions.add_version(
        session,
        items,
        content_hash=content_hash or checksum(splits),
        author="ada",
        rule=NormaliseRule.CROP,
        test_fraction=0.3,
        seed=7,
    )


def start_run(session: Session, version: int, job_id: str = "job-1") -> int:
    """Begin a run and return its number."""
    return runs.start_run(
        session,
        job_id=job_id,
        dataset_version=version,
        params={"epochs": 3, "dropout": 0.25},
        seed=7,
        weights="VGG16 (HED-BSDS500)",
        author="ada",
    )


def numbers(session: Session, n: int) -> list[int]:
    """Insert n images and return their numbers."""
    return [add(session, i) for i in range(n)]


def status(session: Session, image_id: int) -> tuple[str, str | None]:
    """Return whether an image takes part, and why not."""
    record = images.get_image(session, image_id)
    return record.status.value, record.status_reason


def undone(session: Session) -> list[int]:
    """Take ada\'s newest verdicts back and return their pairs."""
    return [event.subject_id for event in pairs.undo_decision(session, actor="ada")]


@contextmanager
def forgotten(engine: Engine) -> Iterator[Session]:
    """Open a writing transaction that leaves no trace, for examples that share a database."""
    with Session(engine.execution_options(writes=True)) as session:
        yield session
