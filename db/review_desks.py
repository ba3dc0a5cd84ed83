"""One reviewer's side of a queue: what they have said, and what is left for them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from core.review.verdicts import ReviewVerdict
from db.review_items import BlindItem, Queue, is_taken, to_item
from db.tables import ImageRow, OpinionRow, ReviewItemRow, now


@dataclass(frozen=True)
class Share:
    """One reviewer's share of a queue.

    Attributes:
        n_given: Items that they have judged.
        n_left: Items that they may still judge: those they hold, and those with a free seat.
    """

    n_given: int
    n_left: int


def share_of(session: Session, queue: Queue, *, reviewer: str, at: datetime | None = None) -> Share:
    """Return one reviewer's share of a queue."""
    moment = at or now()
    of_item = OpinionRow.item_id == ReviewItemRow.id
    mine = and_(of_item, OpinionRow.reviewer == reviewer)
    others = and_(of_item, OpinionRow.reviewer != reviewer, is_taken(moment))
    n_taken = select(func.count()).select_from(OpinionRow).where(others)
    said = and_(mine, OpinionRow.verdict.is_not(None))
    of_queue = select(func.count()).where(ReviewItemRow.queue_id == queue.id)
    has_room = n_taken.correlate(ReviewItemRow).scalar_subquery() < queue.n_opinions
    is_held = exists().where(mine, is_taken(moment))
    is_open = and_(ReviewItemRow.verdict.is_(None), ~exists().where(said))
    n_given = session.scalar(of_queue.where(exists().where(said)))
    n_left = session.scalar(of_queue.where(is_open, or_(is_held, has_room)))
    return Share(n_given or 0, n_left or 0)


def newest_opinions(
    session: Session, queue: Queue, n: int, *, reviewer: str
) -> list[tuple[BlindItem, ReviewVerdict]]:
    """Return the last items that a reviewer judged, with their verdict, oldest first."""
    query = (
        select(ReviewItemRow, ImageRow, OpinionRow.verdict)
        .join(OpinionRow, OpinionRow.item_id == ReviewItemRow.id)
        .join(ImageRow, ImageRow.id == ReviewItemRow.image_id)
        .where(ReviewItemRow.queue_id == queue.id, OpinionRow.reviewer == reviewer)
        .where(OpinionRow.verdict.is_not(None))
        .order_by(OpinionRow.given_at.desc(), OpinionRow.item_id.desc())
        .limit(n)
    )
    found = session.execute(query).all()
    said = [(to_item(item, image, queue), ReviewVerdict(str(word))) for item, image, word in found]
    return said[::-1]


def newest_adjudications(
    session: Session, queue: Queue, n: int, *, actor: str
) -> list[tuple[BlindItem, ReviewVerdict]]:
    """Return the last items that a person adjudicated, with the verdict, oldest first."""
    query = (
        select(ReviewItemRow, ImageRow)
        .join(ImageRow, ImageRow.id == ReviewItemRow.image_id)
        .where(ReviewItemRow.queue_id == queue.id, ReviewItemRow.settled_by == actor)
        .order_by(ReviewItemRow.settled_at.desc(), ReviewItemRow.id.desc())
        .limit(n)
    )
    found = session.execute(query).all()
    said = [(to_item(row, image, queue), ReviewVerdict(str(row.verdict))) for row, image in found]
    return said[::-1]


def count_adjudications(session: Session, queue: Queue, *, actor: str) -> int:
    """Return how many items of a queue a person adjudicated."""
    of_queue = select(func.count()).where(ReviewItemRow.queue_id == queue.id)
    return session.scalar(of_queue.where(ReviewItemRow.settled_by == actor)) or 0
