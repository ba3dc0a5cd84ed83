"""Operating thresholds: proposed by one person, approved by a second, kept with who and why."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.evaluation.threshold import as_shown
from core.types import Split, Threshold
from db import events
from db.people import is_same_person
from db.runs import get_run
from db.short_text import checked
from db.tables import RunRow, ThresholdRow, now

MAX_WORDS = 500
Told = Mapping[str, Any]


class Decision(StrEnum):
    """What became of a proposed threshold; before that it waits for a second person."""

    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


def propose(
    session: Session,
    run_id: int,
    value: float,
    split: Split,
    reason: str,
    *,
    author: str,
    band: tuple[float, float] | None = None,
    policy: Told | None = None,
) -> int:
    """Save a threshold that waits for a second person, and return its number.

    Args:
        session: A writing one.
        run_id: Of the run whose scores it cuts.
        value: `score >= value` is called fake; kept to 7 decimals, as it is shown.
        split: What was looked at when it was chosen.
        reason: Why, in up to 500 characters.
        author: Who proposes it.
        band: Scores from the first to below the second are called uncertain; kept likewise.
        policy: What the value rests on: its mode and that mode's figures.

    Raises:
        InvalidInput: If the reason is empty, the value is no probability or the band does not hold
            the value.
        NotFound: If there is no such run.
    """
    value = as_shown(value)
    low, high = (as_shown(band[0]), as_shown(band[1])) if band else (None, None)
    words = checked(reason, "a reason for the threshold", MAX_WORDS)
    _check_values(value, low, high)
    run = get_run(session, run_id)
    row = ThresholdRow(
        run_id=run.id,
        value=value,
        split=split.value,
        reason=words,
        author=author,
        low=low,
        high=high,
        policy=dict(policy or {}),
        dataset_version=run.dataset_version,
    )
    session.add(row)
    session.flush()
    told = {"value": value, "reason": words, "low": low, "high": high, "policy": row.policy}
    _record(session, row, "propose threshold", author, {}, told)
    return row.id


def _check_values(value: float, low: float | None, high: float | None) -> None:
    if not 0 <= value <= 1:
        raise InvalidInput(f"Expected a threshold from 0 to 1. Received {value}.")
    if low is None or high is None:
        return
    if not (0 <= low <= value <= high <= 1 and low < high):
        raise InvalidInput(
            f"Expected an uncertain band within 0 and 1 that holds the threshold {value}. "
            f"Received {low} to {high}."
        )


def approve(session: Session, threshold_id: int, *, actor: str) -> None:
    """Put a proposed threshold in force.

    Raises:
        Conflict: If it was decided before, or the person proposed it.
        NotFound: If there is no such threshold.
    """
    row = _waiting_for_second(session, threshold_id, actor, "approve")
    _decide(session, row, "approve", Decision.APPROVED, actor)


def decline(session: Session, threshold_id: int, note: str, *, actor: str) -> None:
    """Turn a proposed threshold down, with a note for its author.

    Raises:
        Conflict: If it was decided before, or the person proposed it.
        InvalidInput: If the note is empty.
        NotFound: If there is no such threshold.
    """
    row = _waiting_for_second(session, threshold_id, actor, "decline")
    _decide(session, row, "decline", Decision.DECLINED, actor, _note(note))


def withdraw(session: Session, threshold_id: int, *, actor: str) -> None:
    """Take one's own proposal back while it waits.

    Raises:
        Conflict: If it was decided before, or somebody else proposed it.
        NotFound: If there is no such threshold.
    """
    row = _waiting(session, threshold_id)
    if not is_same_person(row.author, actor):
        raise Conflict(
            f"Expected {row.author}, who proposed it, to withdraw a threshold. Received {actor}. "
            "Decline it with a note instead."
        )
    _decide(session, row, "withdraw", Decision.WITHDRAWN, actor)


def revoke(session: Session, threshold_id: int, note: str, *, actor: str) -> None:
    """Take an approval back: the one approved before it is in force again, if there is one.

    One person may do so alone, because what comes into force again was approved by two.

    Raises:
        Conflict: If the threshold is not approved.
        InvalidInput: If the note is empty.
        NotFound: If there is no such threshold.
    """
    row = _row(session, threshold_id)
    if row.decision != Decision.APPROVED:
        raise Conflict(f"Expected an approved threshold to revoke. Received one {_state(row)}.")
    _decide(session, row, "revoke", Decision.REVOKED, actor, _note(note))


def thresholds(session: Session, run_id: int) -> list[Threshold]:
    """Return the thresholds proposed for a run, newest first."""
    query = select(ThresholdRow).where(ThresholdRow.run_id == run_id)
    return [_threshold(row) for row in session.scalars(query.order_by(ThresholdRow.id.desc()))]


def get_threshold(session: Session, threshold_id: int) -> Threshold:
    """Return one threshold, or raise NotFound."""
    return _threshold(_row(session, threshold_id))


def in_force(session: Session, run_id: int) -> Threshold | None:
    """Return the threshold that was approved last, by another person than proposed it."""
    query = (
        select(ThresholdRow)
        .where(ThresholdRow.run_id == run_id, ThresholdRow.decision == Decision.APPROVED)
        .order_by(ThresholdRow.decided_at.desc(), ThresholdRow.id.desc())
    )
    return next((_threshold(row) for row in session.scalars(query) if _by_two(row)), None)


def pending(session: Session, run_id: int | None = None) -> list[Threshold]:
    """Return the thresholds that wait for a second person, of one run or of all, newest first."""
    query = select(ThresholdRow).where(ThresholdRow.decision.is_(None))
    if run_id is not None:
        query = query.where(ThresholdRow.run_id == run_id)
    return [_threshold(row) for row in session.scalars(query.order_by(ThresholdRow.id.desc()))]


def runs_without_threshold(session: Session) -> list[int]:
    """Return the finished runs with no threshold in force and none that waits, newest first."""
    settled = {
        row.run_id
        for row in session.scalars(select(ThresholdRow))
        if row.decision is None or (row.decision == Decision.APPROVED and _by_two(row))
    }
    query = select(RunRow.id).where(RunRow.finished_at.is_not(None)).order_by(RunRow.id.desc())
    return [run_id for run_id in session.scalars(query) if run_id not in settled]


def _by_two(row: ThresholdRow) -> bool:
    return row.decided_by is not None and not is_same_person(row.author, row.decided_by)


def _row(session: Session, threshold_id: int) -> ThresholdRow:
    row = session.get(ThresholdRow, threshold_id)
    if row is None:
        raise NotFound(f"Expected the number of a threshold. Received {threshold_id}.")
    return row


def _waiting(session: Session, threshold_id: int) -> ThresholdRow:
    row = _row(session, threshold_id)
    if row.decision is not None:
        raise Conflict(f"Expected a threshold that waits. Received one {_state(row)}.")
    return row


def _state(row: ThresholdRow) -> str:
    if row.decision is None:
        return "that waits for a second person"
    return f"that was {row.decision} by {row.decided_by}"


def _waiting_for_second(session: Session, threshold_id: int, actor: str, act: str) -> ThresholdRow:
    row = _waiting(session, threshold_id)
    if is_same_person(row.author, actor):
        raise Conflict(
            f"Expected a second person to {act} the threshold. Received {actor}, who proposed it. "
            "Ask a colleague to do so under their own name."
        )
    return row


def _note(note: str) -> str:
    return checked(note, "a note that says why", MAX_WORDS)


def _decide(
    session: Session,
    row: ThresholdRow,
    act: str,
    decision: Decision,
    actor: str,
    note: str | None = None,
) -> None:
    before = {"decision": row.decision, "decided_by": row.decided_by, "note": row.decision_note}
    row.decision, row.decided_by, row.decision_note = decision.value, actor, note
    row.decided_at = now()
    session.flush()
    after = {"decision": decision.value, "decided_by": actor, "note": note}
    _record(session, row, f"{act} threshold", actor, before, after)


def _record(
    session: Session, row: ThresholdRow, action: str, actor: str, before: Told, after: Told
) -> None:
    events.record(
        session,
        actor=actor,
        action=action,
        subject="run",
        subject_id=row.run_id,
        before=before,
        after={**after, "threshold": row.id, "value": row.value},
    )


def _threshold(row: ThresholdRow) -> Threshold:
    names = [name for name in Threshold.__dataclass_fields__ if name not in ("split", "policy")]
    return Threshold(
        split=Split(row.split),
        policy=row.policy or {},
        **{name: getattr(row, name) for name in names},
    )
