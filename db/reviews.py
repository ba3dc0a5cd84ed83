"""Opinions: given blind, taken back, disclosed, and settled where they agree."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.review.verdicts import ItemStatus, ReviewVerdict
from db import events
from db.review_claims import bring_back, check_reviewer, take_seat
from db.review_comments import Comment, comments_of
from db.review_items import (
    ITEM,
    get_item,
    get_queue,
    item_row,
    open_queue,
    record_item,
    seats,
    status_of,
)
from db.review_outcomes import refuse_applied
from db.tables import OpinionRow, ReviewItemRow, now

GIVE, TAKE_BACK = "give opinion", "take opinion back"


@dataclass(frozen=True)
class Opinion:
    """What one reviewer said of one item."""

    reviewer: str
    verdict: ReviewVerdict
    given_at: datetime


@dataclass(frozen=True)
class Disclosure:
    """What a person may know of an item beyond its picture, label and call.

    Attributes:
        n_given: How many opinions there are, of `n_needed`.
        is_blind: Whether opinions are still awaited: then `score` is None, and `opinions` and
            `comments` hold only what this person wrote.
        verdict: The final verdict; None while it is open or disputed, or held back.
        settled_by: Who adjudicated; None where the opinions agreed.
    """

    status: ItemStatus
    n_given: int
    n_needed: int
    is_blind: bool
    score: float | None
    opinions: tuple[Opinion, ...]
    comments: tuple[Comment, ...]
    verdict: ReviewVerdict | None
    settled_by: str | None


def opinions_of(session: Session, item_id: int, *, viewer: str) -> Disclosure:
    """Return what this person may know of an item.

    Others' opinions and comments, and the score, are held back until all opinions are in: until
    then whoever has spoken may change their mind, and still said it blind.

    Raises:
        NotFound: If there is no such item.
    """
    row = item_row(session, item_id)
    n_needed = get_queue(session, row.queue_id).n_opinions
    given = _given(session, item_id)
    status = status_of(row.verdict, len(given), n_needed)
    is_blind = status is ItemStatus.OPEN
    own = tuple(each for each in given if each.reviewer == viewer)
    return Disclosure(
        status=status,
        n_given=len(given),
        n_needed=n_needed,
        is_blind=is_blind,
        score=None if is_blind else row.score,
        opinions=own if is_blind else given,
        comments=comments_of(session, item_id, author=viewer if is_blind else None),
        verdict=ReviewVerdict(row.verdict) if row.verdict else None,
        settled_by=row.settled_by,
    )


def give_opinion(
    session: Session,
    item_id: int,
    verdict: ReviewVerdict,
    *,
    reviewer: str,
    at: datetime | None = None,
) -> ItemStatus:
    """Store what a reviewer says of an item; settle it where all opinions are in and agree.

    The same verdict given twice is one. A claim that has run out still holds while nobody else
    has taken the seat.

    Raises:
        NotFound: If there is no such item.
        Conflict: If the queue is closed, the item is settled or has all its opinions, somebody
            else took the seat, or this reviewer said something else before.
        InvalidInput: If the verdict is none that fits the item, or the reviewer none of the queue.
    """
    moment = at or now()
    item = get_item(session, item_id)
    queue = open_queue(session, item.queue_id)
    check_reviewer(queue, reviewer)
    if verdict not in item.verdicts:
        names = ", ".join(item.verdicts)
        raise InvalidInput(f"Expected a verdict among {names}. Received {verdict!r}.")
    seat = take_seat(session, queue, item_id, reviewer, moment)
    if seat is None:
        raise Conflict(
            f"Expected image {item.position + 1} of {queue.name!r} to be yours. Received one that "
            "others have taken since, because your claim had run out: go on with the next one."
        )
    if seat.verdict is None:
        seat.verdict, seat.given_at = verdict.value, moment
        told = {"verdict": verdict.value}
        record_item(session, subject_id=item_id, actor=reviewer, action=GIVE, before={}, after=told)
    elif seat.verdict != verdict:
        raise Conflict(
            f"Expected your first verdict on this image. Received a second one: you said "
            f"{seat.verdict!r} before. Undo that first."
        )
    return _settle(session, item_id, queue.n_opinions, moment)


def undo_opinion(
    session: Session, queue_id: int, *, reviewer: str, at: datetime | None = None
) -> int:
    """Take a reviewer's newest opinion in a queue back; return its item, which comes first again.

    Where it had settled the item, the item is open again. If others' opinions or the score could
    be seen by then, the history keeps the first one, which is what agreement is computed from.

    Raises:
        NotFound: If there is none.
        Conflict: If the queue is closed, or the item was adjudicated, or its verdict applied.
    """
    moment = at or now()
    queue = open_queue(session, queue_id)
    seat = _newest(session, queue_id, reviewer)
    item = item_row(session, seat.item_id)
    if item.settled_by is not None:
        raise Conflict(
            f"Expected an opinion that nothing rests on. Received one on image {item.position + 1},"
            f" which {item.settled_by} adjudicated since: undo that first."
        )
    refuse_applied(session, item)
    was_seen = _was_disclosed(session, item, queue.n_opinions)
    before = {"verdict": seat.verdict, "settled": item.verdict is not None}
    for event in events.standing(session, GIVE, ITEM, item.id):
        if event.actor == reviewer:
            events.mark_undone(session, event.id)
    after = {"was_seen": was_seen}
    record_item(
        session, subject_id=item.id, actor=reviewer, action=TAKE_BACK, before=before, after=after
    )
    item.verdict, item.settled_at = None, None
    seat.verdict, seat.given_at = None, None
    session.flush()
    bring_back(session, seat, queue_id, moment)
    session.flush()
    return item.id


def _given(session: Session, item_id: int) -> tuple[Opinion, ...]:
    return tuple(
        Opinion(seat.reviewer, ReviewVerdict(seat.verdict), seat.given_at)
        for seat in seats(session, item_id)
        if seat.verdict is not None and seat.given_at is not None
    )


def _was_disclosed(session: Session, item: ReviewItemRow, n_needed: int) -> bool:
    """Say whether all opinions on an item are in, or were until somebody took one back."""
    n_given = len(_given(session, item.id))
    if status_of(item.verdict, n_given, n_needed) is not ItemStatus.OPEN:
        return True
    acts = events.history(session, ITEM, item.id)
    return any(act.action == TAKE_BACK and act.after["was_seen"] for act in acts)


def _settle(session: Session, item_id: int, n_needed: int, at: datetime) -> ItemStatus:
    session.flush()
    row = item_row(session, item_id)
    given = _given(session, item_id)
    if row.verdict is None and len(given) == n_needed and len({o.verdict for o in given}) == 1:
        row.verdict, row.settled_at = given[0].verdict.value, at
        session.flush()
    return status_of(row.verdict, len(given), n_needed)


def _newest(session: Session, queue_id: int, reviewer: str) -> OpinionRow:
    query = (
        select(OpinionRow)
        .join(ReviewItemRow, ReviewItemRow.id == OpinionRow.item_id)
        .where(ReviewItemRow.queue_id == queue_id, OpinionRow.reviewer == reviewer)
        .where(OpinionRow.verdict.is_not(None))
        .order_by(OpinionRow.given_at.desc(), OpinionRow.item_id.desc())
        .limit(1)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no opinion of yours in this queue left to undo.")
    return found
