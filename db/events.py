"""The history: what was decided, by whom, and how to take it back."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, insert, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.types import Event
from db.parts import parts
from db.tables import EventRow, ImageRow, now


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


@dataclass(frozen=True)
class ImageAct:
    """One act that did the same to many images."""

    action: str
    at: datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    image_ids: Sequence[int]


def record_act(
    session: Session,
    image_ids: Sequence[int],
    *,
    actor: str,
    action: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    at: datetime | None = None,
) -> None:
    """Write one act that did the same to many images, one event an image.

    Acts of one person and kind that share their moment `at` are one act.
    """
    same = {
        "actor": actor,
        "action": action,
        "subject": "image",
        "at": at or now(),
        "before": dict(before),
        "after": dict(after),
        "is_undone": False,
    }
    values = [literal(value, EventRow.__table__.c[name].type) for name, value in same.items()]
    for part in parts(image_ids):
        chosen = select(*values, ImageRow.id).where(ImageRow.id.in_(part))
        session.execute(insert(EventRow).from_select([*same, "subject_id"], chosen))


def last_image_act(
    session: Session, actor: str, *actions: str, at: datetime | None = None
) -> ImageAct | None:
    """Return this person's newest act of these kinds on many images, unless it is taken back.

    Args:
        at: Only the act of this moment.
    """
    mine = [EventRow.actor == actor, EventRow.action.in_(actions), EventRow.is_undone.is_(False)]
    if at is not None:
        mine.append(EventRow.at == at)
    newest = session.scalar(select(EventRow).where(*mine).order_by(EventRow.id.desc()).limit(1))
    if newest is None:
        return None
    query = select(EventRow.subject_id).where(*mine, EventRow.at == newest.at)
    ids = session.scalars(query.order_by(EventRow.id)).all()
    return ImageAct(newest.action, newest.at, newest.before, newest.after, ids)


def last_image_acts(
    session: Session, actor: str, *actions: str, at: datetime | None = None
) -> list[ImageAct]:
    """Return this person's newest act of these kinds, unless it is taken back.

    One entry for every way in which the images differed before or after; empty if there is none.

    Args:
        at: Only the act of this moment.
    """
    newest = last_image_act(session, actor, *actions, at=at)
    if newest is None:
        return []
    before, after = cast(EventRow.before, Text), cast(EventRow.after, Text)
    query = (
        select(EventRow.subject_id, before, after)
        .where(EventRow.actor == actor, EventRow.action == newest.action, EventRow.at == newest.at)
        .order_by(EventRow.id)
    )
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for image_id, *told in session.execute(query):
        groups[told[0], told[1]].append(image_id)
    return [
        ImageAct(newest.action, newest.at, json.loads(was), json.loads(became), ids)
        for (was, became), ids in groups.items()
    ]


def acted_on_since(
    session: Session, actor: str, act: ImageAct, *actions: str, tag: str | None = None
) -> set[int]:
    """Return those images of an act on which an act of these kinds stands that came later.

    Args:
        tag: Only acts on this tag.
    """
    mine, later = aliased(EventRow), aliased(EventRow)
    is_same = (later.subject == mine.subject) & (later.subject_id == mine.subject_id)
    query = (
        select(mine.subject_id)
        .join(later, is_same & (later.id > mine.id))
        .where(mine.actor == actor, mine.action == act.action, mine.at == act.at)
        .where(later.action.in_(actions), later.is_undone.is_(False))
    )
    if tag is not None:
        told = (later.before["tag"].as_string(), later.after["tag"].as_string())
        query = query.where(or_(*(each == tag for each in told)))
    return set(session.scalars(query))


def undo_image_act(session: Session, actor: str, act: ImageAct) -> None:
    """Note that a whole act was taken back."""
    same = (EventRow.actor == actor, EventRow.action == act.action, EventRow.at == act.at)
    change = update(EventRow).where(*same).values(is_undone=True)
    session.execute(change, execution_options={"synchronize_session": False})


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


def has_act(session: Session, actor: str, action: str) -> bool:
    """Whether an act of this person and kind is not taken back."""
    mine = (EventRow.actor == actor, EventRow.action == action, EventRow.is_undone.is_(False))
    return session.scalar(select(EventRow.id).where(*mine).limit(1)) is not None


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
        change = update(EventRow).where(EventRow.id.in_(part)).values(is_undone=True)
        session.execute(change, execution_options={"synchronize_session": False})


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
