"""Settled items of a queue, by what was said of them in the end."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.review.verdicts import ReviewVerdict
from db import events
from db.review_items import QUEUE, BlindItem, Queue, to_item
from db.review_outcomes import APPLY
from db.tables import ImageRow, ReviewItemRow


def settled_items(
    session: Session, queue: Queue, verdict: ReviewVerdict, n: int
) -> list[BlindItem]:
    """Return up to n items whose final verdict this is, in the order of the queue."""
    query = (
        select(ReviewItemRow, ImageRow)
        .join(ImageRow, ImageRow.id == ReviewItemRow.image_id)
        .where(ReviewItemRow.queue_id == queue.id, ReviewItemRow.verdict == verdict.value)
        .order_by(ReviewItemRow.position)
        .limit(n)
    )
    return [to_item(row, image, queue) for row, image in session.execute(query)]


def applied_by(session: Session, queue_id: int) -> str | None:
    """Return who applied a queue's verdicts last, where that was not taken back."""
    acts = events.standing(session, APPLY, QUEUE, queue_id)
    return acts[0].actor if acts else None
