"""Comments: what people write beside an item under review."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from db.review_items import item_row, record_item
from db.short_text import checked
from db.tables import CommentRow, ReviewItemRow, now

MAX_COMMENT_LENGTH = 1000
COMMENT = "comment"


@dataclass(frozen=True)
class Comment:
    """What somebody wrote beside an item."""

    id: int
    author: str
    text: str
    created_at: datetime


def add_comment(session: Session, item_id: int, text: str, *, author: str) -> int:
    """Write a comment beside an item and return its number.

    Raises:
        NotFound: If there is no such item.
        InvalidInput: If it is blank, longer than 1,000 characters or not printable.
    """
    item_row(session, item_id)
    words = checked(text, "a comment", MAX_COMMENT_LENGTH)
    row = CommentRow(item_id=item_id, author=author, text=words, created_at=now())
    session.add(row)
    session.flush()
    told = {"comment": row.id, "text": words}
    record_item(session, subject_id=item_id, actor=author, action=COMMENT, before={}, after=told)
    return row.id


def remove_comment(session: Session, comment_id: int, *, author: str) -> None:
    """Take one's own comment away; the history keeps its words.

    Raises:
        NotFound: If this person wrote no such comment.
    """
    row = session.get(CommentRow, comment_id)
    if row is None or row.author != author:
        raise NotFound(f"Expected the number of a comment of yours. Received {comment_id}.")
    session.delete(row)
    told = {"comment": row.id, "text": row.text}
    record_item(
        session, subject_id=row.item_id, actor=author, action=COMMENT, before=told, after={}
    )


def comments_of(
    session: Session, item_id: int, *, author: str | None = None
) -> tuple[Comment, ...]:
    """Return the comments on an item, oldest first; with `author` only that person's."""
    query = select(CommentRow).where(CommentRow.item_id == item_id).order_by(CommentRow.id)
    if author is not None:
        query = query.where(CommentRow.author == author)
    return tuple(_comment(row) for row in session.scalars(query))


def comments_in(session: Session, queue_id: int) -> Mapping[int, Sequence[Comment]]:
    """Return all comments in a queue by item, oldest first; none of an item without any."""
    query = (
        select(CommentRow)
        .join(ReviewItemRow, ReviewItemRow.id == CommentRow.item_id)
        .where(ReviewItemRow.queue_id == queue_id)
        .order_by(CommentRow.id)
    )
    found: defaultdict[int, list[Comment]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.item_id].append(_comment(row))
    return found


def _comment(row: CommentRow) -> Comment:
    return Comment(row.id, row.author, row.text, row.created_at)
