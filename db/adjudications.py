"""Adjudication: somebody who took no side has the last word on a disputed item."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.review.verdicts import ReviewVerdict
from db import events, people
from db.people import is_same_person
from db.review_comments import MAX_COMMENT_LENGTH, add_comment, comments_of, remove_comment
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
from db.tables import ImageRow, OpinionRow, ReviewItemRow, now

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


@dataclass(frozen=True)
class Dispute:
    """A disputed item, as one person sees it.

    Attributes:
        others: Who may have the last word instead, where this person took a side; none where
            everybody known here did. None where this person took no side.
    """

    item: BlindItem
    others: list[str] | None

    @property
    def is_theirs(self) -> bool:
        """Whether this person may have the last word."""
        return not self.others


def disputes_for(session: Session, queue_id: int, actor: str) -> list[Dispute]:
    """Return all disputed items with whether a person may have the last word on each."""
    known = _known(session, get_queue(session, queue_id))
    sides = _sides_in(session, queue_id)
    found = []
    for item in disputed_items(session, queue_id):
        took_side = _took_side(actor, sides[item.id])
        found.append(Dispute(item, _others(known, sides[item.id]) if took_side else None))
    return found


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
    record_item(session, subject_id=item_id, actor=actor, action=ADJUDICATE, before={}, after=after)
    if words:
        add_comment(session, item_id, words, author=actor)


def undo_adjudication(session: Session, queue_id: int, *, actor: str) -> int:
    """Take a person's newest adjudication in a queue back, and the note that gave its reason.

    Returns:
        The item, disputed again.

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
        _take_note_back(session, row.id, event.after["note"], actor)
    before = {"verdict": row.verdict}
    record_item(session, subject_id=row.id, actor=actor, action=REOPEN, before=before, after={})
    row.verdict, row.settled_by, row.settled_at = None, None, None
    session.flush()
    return row.id


def _take_note_back(session: Session, item_id: int, note: str, actor: str) -> None:
    written = [each for each in comments_of(session, item_id, author=actor) if each.text == note]
    if written:
        remove_comment(session, written[-1].id, author=actor)


def _sides(session: Session, item_id: int) -> list[str]:
    return [seat.reviewer for seat in seats(session, item_id) if seat.verdict is not None]


def _took_side(actor: str, sides: list[str]) -> bool:
    return any(is_same_person(actor, name) for name in sides)


def _sides_in(session: Session, queue_id: int) -> Mapping[int, list[str]]:
    """Return who gave an opinion on each item of a queue."""
    query = (
        select(OpinionRow.item_id, OpinionRow.reviewer)
        .join(ReviewItemRow, ReviewItemRow.id == OpinionRow.item_id)
        .where(ReviewItemRow.queue_id == queue_id, OpinionRow.verdict.is_not(None))
    )
    found: defaultdict[int, list[str]] = defaultdict(list)
    for item_id, reviewer in session.execute(query):
        found[item_id].append(reviewer)
    return found


def _known(session: Session, queue: Queue) -> set[str]:
    return {*people.names(session), *queue.reviewers, queue.author}


def _others(known: Collection[str], sides: list[str]) -> list[str]:
    """Return who is known here and took no side."""
    return sorted(name for name in known if not _took_side(name, sides))


def _check_impartial(session: Session, queue: Queue, sides: list[str], actor: str) -> None:
    others = _others(_known(session, queue), sides)
    if _took_side(actor, sides) and others:
        raise Conflict(
            "Expected somebody to adjudicate who gave none of the opinions, such as "
            f"{', '.join(others[:3])}. Received {actor}, who did."
        )
