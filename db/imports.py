"""Imports: the files that were seen, and the rows that they became.

This module lists and counts; `settling`, `adding` and `claims` write what the files became, and
are to be had here too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.types import Claim, Label, NormaliseRule, Outcome, SourceFile
from db.adding import add_fake, add_image, add_images
from db.claims import reconcile_claims
from db.settling import (
    Found,
    KnownImage,
    PendingFile,
    Rejection,
    is_known,
    reject,
    settle,
    settle_all,
)
from db.tables import CollectionRow, ImportFileRow, now
from db.upsert import insert_missing

__all__ = [
    "Found",
    "KnownImage",
    "PendingFile",
    "Rejection",
    "add_fake",
    "add_image",
    "add_images",
    "is_known",
    "reconcile_claims",
    "settle",
    "settle_all",
]

_BATCH = 1000
UNREADABLE = "unreadable"


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


def find_rule(session: Session) -> NormaliseRule | None:
    """Return the installation's normalisation rule, or None before the first import."""
    row = session.get(CollectionRow, 1)
    return NormaliseRule(row.normalise_rule) if row else None


def list_files(
    session: Session, job_id: str, storage: str, files: Iterable[SourceFile], first: int = 0
) -> int:
    """Note files that an import sees, and settle those refused unread.

    Args:
        session: A writing one.
        job_id: The import.
        storage: That the files lie in.
        files: In order.
        first: The position of the first of them.

    Returns:
        How many files are listed now.

    Raises:
        Conflict: If the list does not end right before `first`: somebody else writes it too.
    """
    newest = session.scalar(
        select(func.max(ImportFileRow.position)).where(ImportFileRow.job_id == job_id)
    )
    if first != (0 if newest is None else newest + 1):
        raise Conflict(
            f"Expected import {job_id} to be listed by one worker. Received a second one's files "
            "in its list: import the folder again."
        )
    n_files = first
    numbered = enumerate(files, first)
    while batch := list(islice(numbered, _BATCH)):
        rows = [_import_file(job_id, storage, position, file) for position, file in batch]
        insert_missing(session, ImportFileRow, rows)
        refused = [(f.key, f.refusal) for _, f in batch if f.refusal]
        reject(session, [(storage, key, Rejection(UNREADABLE, why)) for key, why in refused])
        n_files = batch[-1][0] + 1
    return n_files


def forget_files(session: Session, job_id: str) -> None:
    """Forget a list that was begun and never finished: nothing speaks of its positions yet."""
    session.execute(delete(ImportFileRow).where(ImportFileRow.job_id == job_id))


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
    row = ImportFileRow
    query = (
        select(row.position, row.storage, row.key, row.claim)
        .where(
            row.job_id == job_id,
            row.position >= start,
            row.position < stop,
            row.outcome.is_(None),
        )
        .order_by(row.position)
    )
    return [
        PendingFile(position, storage, key, _claim(claim))
        for position, storage, key, claim in session.execute(query)
    ]


def _claim(stored: Mapping[str, Any]) -> Claim:
    return Claim(Label(stored["label"]), stored["identity"], stored["generator"])


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
