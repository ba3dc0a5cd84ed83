"""Saved views: the filters and the order of Browse, kept under a name for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from db import events
from db.short_text import checked
from db.tables import ViewRow, now

MAX_NAME_LENGTH = 120
_SAVE, _DELETE = "save view", "delete view"
_record = partial(events.record, subject="view")


@dataclass(frozen=True)
class View:
    """One saved view.

    Attributes:
        query: What stands in Browse's address, by name; as it was saved, not checked since.
    """

    id: int
    name: str
    query: Mapping[str, Any]
    author: str
    created_at: datetime


def list_views(session: Session) -> list[View]:
    """Return all saved views by name."""
    return [_view(row) for row in session.scalars(select(ViewRow).order_by(ViewRow.name))]


def save(
    session: Session,
    name: str,
    query: Mapping[str, Any],
    *,
    author: str,
    replace: bool = False,
) -> View:
    """Keep a view under a name; one's own of that name is replaced.

    Args:
        replace: Whether another author's view of that name may be replaced.

    Raises:
        InvalidInput: If the name is blank, longer than 120 characters or not printable.
        Conflict: If another author's view has that name and it is not to be replaced.
    """
    word = checked(name, "a name", MAX_NAME_LENGTH)
    row = session.scalar(select(ViewRow).where(ViewRow.name == word))
    if row and row.author != author and not replace:
        raise Conflict(
            f"Expected a new name. Received {word!r}, under which {row.author} keeps a view: "
            "say that it is to be replaced, or choose another name."
        )
    before = _told(row) if row else {}
    row = row or ViewRow(name=word)
    row.query, row.author, row.created_at = dict(query), author, now()
    session.add(row)
    session.flush()
    _record(session, actor=author, action=_SAVE, subject_id=row.id, before=before, after=_told(row))
    return _view(row)


def delete(session: Session, view_id: int, *, actor: str) -> str:
    """Remove a view for everybody; return its name.

    Raises:
        NotFound: If there is no such view.
    """
    row = session.get(ViewRow, view_id)
    if row is None:
        raise NotFound(f"Expected the number of a saved view. Received {view_id}: deleted since?")
    _record(session, actor=actor, action=_DELETE, subject_id=row.id, before=_told(row), after={})
    session.delete(row)
    session.flush()
    return row.name


def can_undo_delete(session: Session, *, actor: str) -> bool:
    """Whether this person deleted a view that is not back yet."""
    return events.has_act(session, actor, _DELETE)


def undo_delete(session: Session, *, actor: str) -> str:
    """Bring the view back that this person deleted last; return its name.

    Raises:
        NotFound: If there is none.
        Conflict: If another view has its name by now.
    """
    act = events.last_act(session, actor, _DELETE)
    if not act:
        raise NotFound("There is no deleted view of yours left to bring back.")
    told = act[-1].before
    if session.scalar(select(ViewRow.id).where(ViewRow.name == told["name"])):
        raise Conflict(
            f"Expected no view called {told['name']!r}. Received one that was saved since: "
            "delete it first."
        )
    session.add(ViewRow(name=told["name"], query=told["query"], author=told["author"]))
    events.mark_undone(session, act[-1].id)
    return str(told["name"])


def _told(row: ViewRow) -> dict[str, Any]:
    return {"name": row.name, "query": dict(row.query), "author": row.author}


def _view(row: ViewRow) -> View:
    return View(row.id, row.name, dict(row.query), row.author, row.created_at)
