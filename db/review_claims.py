"""Claims: who looks at which item now, so that no two people do the same work unawares.

A seat at an item is free, assigned to somebody, claimed for ten minutes, or holds an opinion. All
of it happens in writing transactions, which take turns; the table's own constraints (one person a
seat, one seat a person) hold even where they would not.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from db.people import remember
from db.review_items import (
    BlindItem,
    Queue,
    get_queue,
    is_taken,
    item_row,
    open_queue,
    record_queue,
    seats,
    to_item,
)
from db.tables import ImageRow, OpinionRow, ReviewItemRow, now

CLAIM = timedelta(minutes=10)
_TICK = timedelta(microseconds=1)  # claims end one after another, which keeps their order


def claim(
    session: Session, queue_id: int, *, reviewer: str, n: int = 3, at: datetime | None = None
) -> list[BlindItem]:
    """Hold the next items for a reviewer and return them, the one to judge now first.

    First what the reviewer holds already (for ten minutes more), then what was assigned. Once
    nothing assigned waits, items with a free seat in the order of the queue, then what the reviewer
    left or skipped. So what comes first stays first. Never an item on which the reviewer has said
    something, nor one that has all its opinions.

    Args:
        session: A writing one.
        queue_id: Of an open queue.
        reviewer: Who is going to judge.
        n: How many: the one on the screen, and those that are loaded beforehand.
        at: Now.

    Returns:
        Up to n items; empty where nothing is left for this reviewer.

    Raises:
        NotFound: If there is no such queue.
        Conflict: If it is closed.
        InvalidInput: If the reviewer is not one of the queue's.
    """
    moment = at or now()
    queue = open_queue(session, queue_id)
    check_reviewer(queue, reviewer)
    until = OpinionRow.claimed_until
    chosen = _held(session, queue_id, reviewer, until > moment)
    assigned = _held(session, queue_id, reviewer, until.is_(None), n)
    chosen += assigned[: max(0, n - len(chosen))]
    if not assigned:
        chosen += _fresh(session, queue, reviewer, moment, max(0, n - len(chosen)))
        chosen += _held(session, queue_id, reviewer, until <= moment, max(0, n - len(chosen)))
    for place, row in enumerate(chosen):
        _sit(session, queue, row.id, reviewer, moment, until=moment + CLAIM + place * _TICK)
    return _items(session, queue, chosen[:n])


def skip(session: Session, item_id: int, *, reviewer: str, at: datetime | None = None) -> None:
    """Leave an item for later: it comes back last, unless somebody else takes it before.

    An assigned item is handed back by this, too.

    Raises:
        NotFound: If there is no such item.
    """
    item_row(session, item_id)
    for seat in seats(session, item_id):
        if seat.reviewer == reviewer and seat.verdict is None:
            seat.claimed_until = at or now()
    session.flush()


def release(session: Session, queue_id: int, *, reviewer: str) -> int:
    """Give up whatever a reviewer holds without an opinion, but not what is assigned; count it."""
    mine = [
        OpinionRow.item_id.in_(_items_of(queue_id)),
        OpinionRow.reviewer == reviewer,
        OpinionRow.verdict.is_(None),
        OpinionRow.claimed_until.is_not(None),
    ]
    return _delete(session, mine)


def let_go(session: Session, item_ids: Collection[int], *, reviewer: str, until: datetime) -> int:
    """Give up claims that a session took and that run out by then; return how many.

    What another session of the same name renewed runs longer, and stays.
    """
    theirs = [
        OpinionRow.item_id.in_(item_ids),
        OpinionRow.reviewer == reviewer,
        OpinionRow.verdict.is_(None),
        OpinionRow.claimed_until <= until,
    ]
    return _delete(session, theirs)


def assign(
    session: Session,
    queue_id: int,
    reviewer: str,
    n: int,
    *,
    actor: str,
    at: datetime | None = None,
) -> int:
    """Give a reviewer the next n items without an end; return how many there were.

    "ada" is the "Ada" who is known: else images would wait for somebody who never comes.

    Raises:
        NotFound: If there is no such queue.
        Conflict: If it is closed.
        InvalidInput: If the reviewer is not one of the queue's.
    """
    moment, name = at or now(), remember(session, reviewer)
    queue = open_queue(session, queue_id)
    check_reviewer(queue, name)
    rows = _fresh(session, queue, name, moment, n)
    for row in rows:
        _sit(session, queue, row.id, name, moment, until=None)
    told = {"reviewer": name, "n_items": len(rows)}
    record_queue(session, subject_id=queue_id, actor=actor, action="assign", after=told)
    return len(rows)


def unassign(session: Session, queue_id: int, reviewer: str, *, actor: str) -> int:
    """Take back what was assigned to a reviewer and is not judged yet; return how many."""
    get_queue(session, queue_id)
    theirs = [
        OpinionRow.item_id.in_(_items_of(queue_id)),
        OpinionRow.reviewer == reviewer,
        OpinionRow.verdict.is_(None),
        OpinionRow.claimed_until.is_(None),
    ]
    n_taken = _delete(session, theirs)
    told = {"reviewer": reviewer, "n_items": n_taken}
    record_queue(session, subject_id=queue_id, actor=actor, action="unassign", after=told)
    return n_taken


def check_reviewer(queue: Queue, reviewer: str) -> None:
    """Raise InvalidInput unless this person may judge in a queue."""
    if not queue.has_reviewer(reviewer):
        raise InvalidInput(
            f"Expected one of this queue's reviewers: {', '.join(queue.reviewers)}. "
            f"Received {reviewer!r}."
        )


def take_seat(
    session: Session, queue: Queue, item_id: int, reviewer: str, at: datetime
) -> OpinionRow | None:
    """Return the reviewer's seat at an item, sitting down where one is free; None if none is."""
    found = seats(session, item_id)
    mine = next((seat for seat in found if seat.reviewer == reviewer), None)
    if mine is not None:
        return mine
    lapsed = next((seat for seat in found if not _is_held(seat, at)), None)
    if lapsed is not None:
        lapsed.reviewer, lapsed.claimed_until = reviewer, at
        return lapsed
    free = set(range(queue.n_opinions)) - {seat.seat for seat in found}
    if not free:
        return None
    seat = OpinionRow(item_id=item_id, seat=min(free), reviewer=reviewer, claimed_until=at)
    session.add(seat)
    return seat


def bring_back(session: Session, seat: OpinionRow, queue_id: int, at: datetime) -> None:
    """Make an item the first that its reviewer holds."""
    until = session.scalar(
        select(func.min(OpinionRow.claimed_until)).where(
            OpinionRow.item_id.in_(_items_of(queue_id)),
            OpinionRow.reviewer == seat.reviewer,
            OpinionRow.verdict.is_(None),
            OpinionRow.claimed_until > at + _TICK,
        )
    )
    seat.claimed_until = (until or at + CLAIM) - _TICK


def _is_held(seat: OpinionRow, at: datetime) -> bool:
    """Say of one seat what `is_taken` says of many."""
    return seat.verdict is not None or seat.claimed_until is None or seat.claimed_until > at


def _sit(
    session: Session,
    queue: Queue,
    item_id: int,
    reviewer: str,
    at: datetime,
    *,
    until: datetime | None,
) -> None:
    seat = take_seat(session, queue, item_id, reviewer, at)
    if seat is not None and seat.claimed_until is not None:
        seat.claimed_until = until
    session.flush()


def _held(
    session: Session, queue_id: int, reviewer: str, seat: ColumnElement[bool], n: int | None = None
) -> list[ReviewItemRow]:
    """Return the items at which a reviewer has such a seat without an opinion, as claimed."""
    query = (
        select(ReviewItemRow)
        .join(OpinionRow, OpinionRow.item_id == ReviewItemRow.id)
        .where(ReviewItemRow.queue_id == queue_id, ReviewItemRow.verdict.is_(None))
        .where(OpinionRow.reviewer == reviewer, OpinionRow.verdict.is_(None))
        .where(seat)
        .order_by(OpinionRow.claimed_until, ReviewItemRow.position)
        .limit(n)
    )
    return list(session.scalars(query))


def _fresh(
    session: Session, queue: Queue, reviewer: str, at: datetime, n: int
) -> list[ReviewItemRow]:
    """Return the next items that have a seat for a reviewer who has none there."""
    of_item = OpinionRow.item_id == ReviewItemRow.id
    mine = select(OpinionRow.seat).where(of_item, OpinionRow.reviewer == reviewer).exists()
    taken = select(func.count()).select_from(OpinionRow).where(of_item, is_taken(at))
    n_taken = taken.correlate(ReviewItemRow).scalar_subquery()
    of_queue = (ReviewItemRow.queue_id == queue.id, ReviewItemRow.verdict.is_(None))
    query = select(ReviewItemRow).where(*of_queue, ~mine, n_taken < queue.n_opinions)
    return list(session.scalars(query.order_by(ReviewItemRow.position).limit(n)))


def _items(session: Session, queue: Queue, rows: Sequence[ReviewItemRow]) -> list[BlindItem]:
    query = select(ImageRow).where(ImageRow.id.in_([row.image_id for row in rows]))
    image_of = {image.id: image for image in session.scalars(query)}
    return [to_item(row, image_of[row.image_id], queue) for row in rows]


def _items_of(queue_id: int) -> Select[int]:
    return select(ReviewItemRow.id).where(ReviewItemRow.queue_id == queue_id)


def _delete(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    found = session.scalars(select(OpinionRow).where(*conditions)).all()
    for seat in found:
        session.delete(seat)
    session.flush()
    return len(found)
