"""Adjudication: somebody who took no side has the last word on a disputed item."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.review.verdicts import ReviewVerdict
from db import events, people
from db.people import is_same_person
from db.review_comments import MAX_COMMENT_LENGTH, add_comment
from db.review_items import (
    ITEM,
    BlindItem,
    Queue,
    get_item,
    get_queue,
    item_row,
    n_said,
    open_queue,
    record_item,
    seats,
    to_item,
)
from db.review_outcomes import refuse_applied
from db.short_text import checked
from db.tables import ImageRow, ReviewItemRow, now

ADJUDICATE, REOPEN = "adjudicate", "take adjudication back"


def disputed_items(session: Session, queue_id: int) -> list[BlindItem]:
    """Return the items on which all opinions are in and differ, in the order of the queue."""
    queue = get_queue(session, queue_id)
    query = (
        select(ReviewItemRow, ImageRow)
        .join(ImageRow, ImageRow.id == ReviewItemRow.image_id)
        .where(ReviewItemRow.queue_id == queue_id, ReviewItemRow.verdict.is_(None))
        .where(n_said() >= queue.n_opinions)
        .order_by(ReviewItemRow.position)
    )
    return [to_item(row, image, queue) for row, image in session.execute(query)]


def may_adjudicate(session: Session, item_id: int, actor: str) -> bool:
    """Say whether a person may have the last word: took no side, or nobody is left who did not."""
    return not others_instead(session, item_id, actor)


def others_instead(session: Session, item_id: int, actor: str) -> list[str] | None:
    """Return who may have the last word instead of somebody who took a side.

    Returns:
        Names; none where everybody known here took a side. None where the actor took no side.
    """
    row = item_row(session, item_id)
    sides = _sides(session, item_id)
    if not _took_side(actor, sides):
        return None
    return _others(session, get_queue(session, row.queue_id), sides)


def adjudicate(
    session: Session, item_id: int, verdict: ReviewVerdict, *, actor: str, note: str = ""
) -> None:
    """Settle a disputed item.

    Whoever gave one of the opinions may only do so where everybody known here did; the history
    then says so ("took_side").

    Args:
        session: A writing one.
        item_id: Of a disputed item.
        verdict: One that fits the item.
        actor: Who decides; needs not be one of the queue's reviewers.
        note: Why; becomes a comment. May be empty.

    Raises:
        NotFound: If there is no such item.
        Conflict: If it is not disputed, the queue is closed, or the actor took a side.
        InvalidInput: If the verdict does not fit, or the note is too long.
    """
    item = get_item(session, item_id)
    queue = open_queue(session, item.queue_id)
    row = item_row(session, item_id)
    sides = _sides(session, item_id)
    if row.verdict is not None or len(sides) < queue.n_opinions:
        state = f"settled as {row.verdict!r}" if row.verdict else "still waiting for opinions"
        raise Conflict(f"Expected a disputed image to adjudicate. Received one {state}.")
    if verdict not in item.verdicts:
        names = ", ".join(item.verdicts)
        raise InvalidInput(f"Expected a verdict among {names}. Received {verdict!r}.")
    _check_impartial(session, queue, sides, actor)
    words = checked(note, "a note", MAX_COMMENT_LENGTH) if note.strip() else ""
    row.verdict, row.settled_by, row.settled_at = verdict.value, actor, now()
    session.flush()
    after = {"verdict": verdict.value, "note": words, "took_side": _took_side(actor, sides)}
    record_item(session, item_id, actor=actor, action=ADJUDICATE, before={}, after=after)
    if words:
        add_comment(session, item_id, words, author=actor)


def undo_adjudication(session: Session, queue_id: int, *, actor: str) -> int:
    """Take a person's newest adjudication in a queue back; return the item, disputed again.

    Raises:
        NotFound: If there is none.
        Conflict: If the queue is closed or the verdict was applied.
    """
    open_queue(session, queue_id)
    query = select(ReviewItemRow).where(
        ReviewItemRow.queue_id == queue_id, ReviewItemRow.settled_by == actor
    )
    newest = query.order_by(ReviewItemRow.settled_at.desc(), ReviewItemRow.id.desc()).limit(1)
    row = session.scalar(newest)
    if row is None:
        raise NotFound("There is no adjudication of yours in this queue left to undo.")
    refuse_applied(session, row)
    for event in events.standing(session, ADJUDICATE, ITEM, row.id)[:1]:
        events.mark_undone(session, event.id)
    before = {"verdict": row.verdict}
    record_item(session, row.id, actor=actor, action=REOPEN, before=before, after={})
    row.verdict, row.settled_by, row.settled_at = None, None, None
    session.flush()
    return row.id


def _sides(session: Session, item_id: int) -> list[str]:
    return [seat.reviewer for seat in seats(session, item_id) if seat.verdict is not None]


def _took_side(actor: str, sides: list[str]) -> bool:
    return any(is_same_person(actor, name) for name in sides)


def _others(session: Session, queue: Queue, sides: list[str]) -> list[str]:
    """Return who is known here and took no side."""
    known = {*people.names(session), *queue.reviewers, queue.author}
    return sorted(name for name in known if not _took_side(name, sides))


def _check_impartial(session: Session, queue: Queue, sides: list[str], actor: str) -> None:
    others = _others(session, queue, sides)
    if _took_side(actor, sides) and others:
        raise Conflict(
            "Expected somebody to adjudicate who gave none of the opinions, such as "
            f"{', '.join(others[:3])}. Received {actor}, who did."
        )
