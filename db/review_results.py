"""What reviewers said, for figures and for files."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.review.agreement import Rating
from core.review.verdicts import ReviewVerdict
from core.types import Label
from db.review_comments import comments_in
from db.review_items import ITEM, get_queue, n_said
from db.review_outcomes import generated
from db.reviews import TAKE_BACK
from db.tables import EventRow, ImageRow, ItemRow, OpinionRow, ParentRow, ReviewItemRow, RunRow


def ratings(session: Session, queue_id: int) -> list[Rating]:
    """Return what each reviewer of a queue first said of each item, without knowing the others.

    Where somebody took an opinion back after others' or the score could be seen, the first one
    counts.

    Raises:
        NotFound: If there is no such queue.
    """
    get_queue(session, queue_id)
    query = (
        select(OpinionRow.item_id, OpinionRow.reviewer, OpinionRow.verdict)
        .join(ReviewItemRow, ReviewItemRow.id == OpinionRow.item_id)
        .where(ReviewItemRow.queue_id == queue_id, OpinionRow.verdict.is_not(None))
    )
    said = {(item, reviewer): verdict for item, reviewer, verdict in session.execute(query)}
    said |= _second_thoughts(session, queue_id)
    return [Rating(item, reviewer, str(said[item, reviewer])) for item, reviewer in sorted(said)]


def _second_thoughts(session: Session, queue_id: int) -> dict[tuple[int, str], str]:
    """Return the first opinions that were taken back after all were disclosed."""
    query = (
        select(EventRow)
        .join(ReviewItemRow, ReviewItemRow.id == EventRow.subject_id)
        .where(EventRow.subject == ITEM, EventRow.action == TAKE_BACK)
        .where(ReviewItemRow.queue_id == queue_id)
        .order_by(EventRow.id.desc())  # the first one is written last
    )
    return {
        (row.subject_id, row.actor): row.before["verdict"]
        for row in session.scalars(query)
        if row.after["was_seen"]
    }


def count_second_thoughts(session: Session, queue_id: int) -> int:
    """Count the opinions that were taken back after all were disclosed."""
    return len(_second_thoughts(session, queue_id))


def adjudicated(session: Session, queue_id: int) -> dict[int, str]:
    """Return the last words on disputed items, by item."""
    query = select(ReviewItemRow.id, ReviewItemRow.verdict).where(
        ReviewItemRow.queue_id == queue_id, ReviewItemRow.settled_by.is_not(None)
    )
    return {item: str(verdict) for item, verdict in session.execute(query)}


def final_verdicts(session: Session, queue_id: int) -> list[ReviewVerdict | None]:
    """Return the final verdict of every item in the order of the queue, None where none is yet."""
    query = select(ReviewItemRow.verdict).where(ReviewItemRow.queue_id == queue_id)
    said = session.scalars(query.order_by(ReviewItemRow.position))
    return [ReviewVerdict(verdict) if verdict else None for verdict in said]


def count_generated_doubted(session: Session, queue_id: int) -> int:
    """Count a queue's fakes that were made here and settled as wrongly labelled: they stay fake."""
    query = select(func.count()).where(
        ReviewItemRow.queue_id == queue_id,
        ReviewItemRow.verdict == ReviewVerdict.LABEL_WRONG.value,
        ReviewItemRow.image_id.in_(select(ParentRow.child_id)),
    )
    return session.scalar(query) or 0


def verdicts_on_run(
    session: Session, run_id: int, *, queue_id: int | None = None
) -> dict[int, ReviewVerdict]:
    """Return the final verdicts on the images of a run's version, by image; the newest counts.

    Verdicts on another label than the image had when the version was frozen are left out. A fake
    that was generated here is fake, whatever reviewers said of its label.

    Args:
        session: Any.
        run_id: Of the run.
        queue_id: Only what this queue says; else all queues, of whatever run.
    """
    of_version = and_(
        ItemRow.image_id == ReviewItemRow.image_id, ItemRow.version == RunRow.dataset_version
    )
    query = (
        select(ReviewItemRow.image_id, ReviewItemRow.verdict)
        .join(RunRow, RunRow.id == run_id)
        .join(ItemRow, of_version)
        .where(ReviewItemRow.verdict.is_not(None), ReviewItemRow.label == ItemRow.label)
        .order_by(ReviewItemRow.settled_at, ReviewItemRow.id)
    )
    if queue_id is not None:
        query = query.where(ReviewItemRow.queue_id == queue_id)
    said = {image: ReviewVerdict(str(verdict)) for image, verdict in session.execute(query)}
    doubted = [image for image, verdict in said.items() if verdict is ReviewVerdict.LABEL_WRONG]
    made_here = generated(session, doubted)
    return {image: verdict for image, verdict in said.items() if image not in made_here}


COLUMNS = (
    *("queue", "position", "checksum", "label", "score", "reviewer", "opinion", "given_at"),
    *("verdict", "settled_by", "settled_at", "comments"),
)


def table(session: Session, queue_id: int) -> Iterator[Mapping[str, Any]]:
    """Yield a row an opinion, of those items of a queue that have all their opinions.

    Items that somebody still judges blind are left out.

    Raises:
        NotFound: If there is no such queue.
    """
    queue = get_queue(session, queue_id)
    comments = comments_in(session, queue_id)
    query = (
        select(ReviewItemRow, ImageRow.checksum, OpinionRow)
        .join(ImageRow, ImageRow.id == ReviewItemRow.image_id)
        .join(OpinionRow, OpinionRow.item_id == ReviewItemRow.id)
        .where(ReviewItemRow.queue_id == queue_id)
        .where(n_said() >= queue.n_opinions)
        .order_by(ReviewItemRow.position, OpinionRow.seat)
    )
    for item, checksum, seat in session.execute(query):
        yield {
            "queue": queue.name,
            "position": item.position + 1,
            "checksum": checksum,
            "label": Label(item.label).value,
            "score": item.score,
            "reviewer": seat.reviewer,
            "opinion": seat.verdict,
            "given_at": seat.given_at.isoformat() if seat.given_at else None,
            "verdict": item.verdict,
            "settled_by": item.settled_by,
            "settled_at": item.settled_at.isoformat() if item.settled_at else None,
            "comments": " / ".join(f"{each.author}: {each.text}" for each in comments[item.id]),
        }
