"""Checks: where people drew the lines."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from db import events
from db.tables import CheckThresholdRow, now
from db.upsert import upsert

_ACTION, _SUBJECT = "draw line", "check"


def thresholds(session: Session) -> dict[str, float]:
    """Return the lines that people drew, by check; a check without one keeps its default."""
    return {row.name: row.value for row in session.scalars(select(CheckThresholdRow))}


def set_threshold(session: Session, name: str, value: float, *, actor: str) -> None:
    """Draw the line of a check for everybody."""
    before = thresholds(session).get(name)
    _put(session, name, value, actor)
    events.record(
        session,
        actor=actor,
        action=_ACTION,
        subject=_SUBJECT,
        subject_id=0,
        before={"check": name, "threshold": before},
        after={"check": name, "threshold": value},
    )


def undo_threshold(session: Session, *, actor: str) -> str:
    """Put the line that this person drew last back to where it was; return the check's name.

    Raises:
        NotFound: If this person drew none.
    """
    act = events.last_act(session, actor, _ACTION)
    if not act:
        raise NotFound("There is no line of yours left to put back.")
    before = act[-1].before
    row = session.get(CheckThresholdRow, before["check"])
    if before["threshold"] is not None:
        _put(session, before["check"], before["threshold"], actor)
    elif row is not None:
        session.delete(row)
    events.mark_undone(session, act[-1].id)
    return str(before["check"])


def _put(session: Session, name: str, value: float, actor: str) -> None:
    values = {"name": name, "value": value, "author": actor, "at": now()}
    upsert(session, CheckThresholdRow, ("name",), values)
