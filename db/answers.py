"""Suggestions of any kind: kept until looked for anew, answered once, never made again then."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.types import Event
from db import events
from db.tables import SuggestionRow
from db.upsert import insert_missing

ACCEPTED, DECLINED = "accepted", "declined"
SUBJECT = "suggestion"


def replace_open(session: Session, kind: str, rows: Sequence[dict[str, Any]]) -> None:
    """Replace the open suggestions of a kind; those whose key was answered are left out."""
    is_open = (SuggestionRow.kind == kind, SuggestionRow.verdict.is_(None))
    session.execute(delete(SuggestionRow).where(*is_open))
    insert_missing(session, SuggestionRow, rows)


def get_open(session: Session, suggestion_id: int) -> SuggestionRow:
    """Return a suggestion that waits for its answer.

    Raises:
        NotFound: If there is no such suggestion.
        Conflict: If it was answered.
    """
    row = session.get(SuggestionRow, suggestion_id)
    if row is None:
        raise NotFound(f"Expected the number of a stored suggestion. Received {suggestion_id}.")
    if row.verdict is not None:
        raise Conflict(
            f"Expected suggestion {suggestion_id} to be open. Received one that {row.decided_by} "
            f"{row.verdict}. Undo that first."
        )
    return row


def answer(
    session: Session, row: SuggestionRow, verdict: str, *, actor: str, action: str, at: datetime
) -> None:
    """Store a person's answer, in the history too."""
    row.verdict, row.decided_by, row.decided_at = verdict, actor, at
    events.record(
        session,
        actor=actor,
        action=action,
        subject=SUBJECT,
        subject_id=row.id,
        before={"verdict": None},
        after={"verdict": verdict},
        at=at,
    )


def reopen(session: Session, act: Sequence[Event]) -> None:
    """Make those suggestions wait again that an act answered."""
    answered = [event.subject_id for event in act if event.subject == SUBJECT]
    session.execute(
        update(SuggestionRow)
        .where(SuggestionRow.id.in_(answered))
        .values(verdict=None, decided_by=None, decided_at=None)
    )
