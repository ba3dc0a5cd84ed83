"""Checks: where people drew the lines."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from db import events
from db.tables import CheckThresholdRow, ImageRow, now
from db.upsert import upsert

DRAW = "draw line"
_SUBJECT = "check"


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
        action=DRAW,
        subject=_SUBJECT,
        subject_id=0,
        before={"check": name, "threshold": before},
        after={"check": name, "threshold": value},
    )


def undo_threshold(session: Session, *, actor: str) -> str:
    """Put the line that this person drew last back to where it was; return the check's name.

    Raises:
        NotFound: If this person drew none.
        Conflict: If somebody else moved that line since.
    """
    act = events.last_act(session, actor, DRAW)
    if not act:
        raise NotFound("There is no line of yours left to put back.")
    before, after = act[-1].before, act[-1].after
    row = session.get(CheckThresholdRow, before["check"])
    if row is not None and row.value != after["threshold"]:
        raise Conflict(
            f"Expected the line of {row.name!r} where you drew it, at {after['threshold']:g}. "
            f"Received one at {row.value:g}: {row.author} moved it since."
        )
    if before["threshold"] is not None:
        _put(session, before["check"], before["threshold"], actor)
    elif row is not None:
        session.delete(row)
    events.mark_undone(session, act[-1].id)
    return str(before["check"])


def newest_image_revision(session: Session) -> int:
    """Return the revision of the newest change to an image, tags left out; 0 before there is one.

    What was computed from the images' own values stays true while it stands.
    """
    return session.scalar(select(func.max(ImageRow.revision))) or 0


def _put(session: Session, name: str, value: float, actor: str) -> None:
    values = {"name": name, "value": value, "author": actor, "at": now()}
    upsert(session, CheckThresholdRow, ("name",), values)
