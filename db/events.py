"""The history: what was decided, by whom, and how to take it back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.types import Event
from db.parts import parts
from db.tables import EventRow, now


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    subject: str,
    subject_id: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    at: datetime | None = None,
) -> int:
    """Write one act into the history and return its number.

    Acts of one person that share their moment `at` are one act on many things.
    """
    row = EventRow(
        actor=actor,
        action=action,
        subject=subject,
        subject_id=subject_id,
        before=dict(before),
        after=dict(after),
        at=at or now(),
    )
    session.add(row)
    session.flush()
    return row.id


def record_act(
    session: Session,
    ids: Sequence[int],
    *,
    actor: str,
    action: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    subject: str = "image",
) -> None:
    """Write one act that did the same to many things."""
    same = {"actor": actor, "action": action, "subject": subject, "at": now()}
    rows = [{**same, "subject_id": i, "before": dict(before), "after": dict(after)} for i in ids]
    if rows:
        session.execute(insert(EventRow), rows)


def history(session: Session, subject: str, subject_id: int) -> list[Event]:
    """Return what happened to one thing, newest first."""
    query = (
        select(EventRow)
        .where(EventRow.subject == subject, EventRow.subject_id == subject_id)
        .order_by(EventRow.id.desc())
    )
    return [_event(row) for row in session.scalars(query)]


def last_act(session: Session, actor: str, *actions: str) -> list[Event]:
    """Return this person's newest act of these kinds that is not taken back: one event a thing."""
    mine = (EventRow.actor == actor, EventRow.action.in_(actions), EventRow.is_undone.is_(False))
    newest = select(EventRow.at).where(*mine).order_by(EventRow.id.desc()).limit(1)
    query = select(EventRow).where(*mine, EventRow.at == newest.scalar_subquery())
    return [_event(row) for row in session.scalars(query.order_by(EventRow.id))]


def standing(session: Session, action: str, subject: str, subject_id: int) -> list[Event]:
    """Return the acts of one kind on one thing that are not taken back, newest first."""
    gone = taken_back(session, subject, subject_id)
    return [
        event
        for event in history(session, subject, subject_id)
        if event.action == action and event.id not in gone
    ]


def mark_undone(session: Session, event_id: int) -> None:
    """Note that an act was taken back."""
    session.get_one(EventRow, event_id).is_undone = True


def mark_act_undone(session: Session, act: Sequence[Event]) -> None:
    """Note that a whole act was taken back."""
    for part in parts([event.id for event in act]):
        session.execute(update(EventRow).where(EventRow.id.in_(part)).values(is_undone=True))


def _event(row: EventRow) -> Event:
    return Event(
        row.id, row.at, row.actor, row.action, row.subject, row.subject_id, row.before, row.after
    )


def taken_back(session: Session, subject: str, subject_id: int) -> set[int]:
    """Return the numbers of those acts on one thing that were undone since."""
    query = select(EventRow.id).where(
        EventRow.subject == subject, EventRow.subject_id == subject_id, EventRow.is_undone
    )
    return set(session.scalars(query))
