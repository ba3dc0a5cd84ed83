"""Queues and their items as values, and the questions that every act on them asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.review.verdicts import ItemStatus, ReviewVerdict, verdicts_for
from core.types import ImageRecord, Label, Split
from db import events
from db.images import to_record
from db.tables import ImageRow, OpinionRow, QueueRow, ReviewItemRow

QUEUE, ITEM = "review queue", "review item"
"""What events about reviews are about."""

record_item = partial(events.record, subject=ITEM)
record_queue = partial(events.record, subject=QUEUE, before={})
"""Write an act on one item, or on one queue, into the history."""


@dataclass(frozen=True)
class Queue:
    """Images that people are asked to judge one by one.

    Attributes:
        params: What its images were chosen by: "threshold", "limit" and the figures of its kind.
        reviewers: Those who may judge; anybody where it is empty.
        n_opinions: How many people judge each image.
    """

    id: int
    name: str
    kind: str
    run_id: int | None
    split: Split | None
    params: Mapping[str, Any]
    reviewers: tuple[str, ...]
    n_opinions: int
    author: str
    created_at: datetime
    closed_at: datetime | None

    @property
    def threshold(self) -> float | None:
        """From which score on its run calls an image fake; None without a run."""
        return self.params.get("threshold")

    @property
    def is_open(self) -> bool:
        """Whether opinions are taken."""
        return self.closed_at is None

    def has_reviewer(self, name: str) -> bool:
        """Whether this person may judge here."""
        return not self.reviewers or name in self.reviewers


@dataclass(frozen=True)
class BlindItem:
    """What a reviewer sees of an item before saying anything.

    The label and the call are shown, for the verdict is about them. The score and what others said
    are not: 0.99, or a colleague's word, would sway. `db.reviews.opinions_of` tells them later.

    Attributes:
        position: Its place in the queue, from 0.
        image: As it stands now.
        label: The label when it was queued: what the verdict is about.
        is_called_fake: The run's call at the queue's threshold; None without a run.
    """

    id: int
    queue_id: int
    position: int
    image: ImageRecord
    label: Label
    is_called_fake: bool | None

    @property
    def verdicts(self) -> tuple[ReviewVerdict, ...]:
        """The four verdicts to choose from, in the order of their keys."""
        return verdicts_for(self.label, self.is_called_fake)


def get_queue(session: Session, queue_id: int) -> Queue:
    """Return one queue, or raise NotFound."""
    row = session.get(QueueRow, queue_id)
    if row is None:
        raise NotFound(f"Expected the number of a review queue. Received {queue_id}.")
    return _queue(row)


def list_queues(session: Session) -> list[Queue]:
    """Return all queues: open ones first, newest first."""
    query = select(QueueRow).order_by(QueueRow.closed_at.is_not(None), QueueRow.id.desc())
    return [_queue(row) for row in session.scalars(query)]


def open_queue(session: Session, queue_id: int) -> Queue:
    """Return a queue that takes opinions, or raise NotFound or Conflict."""
    queue = get_queue(session, queue_id)
    if not queue.is_open:
        raise Conflict(
            f"Expected an open queue. Received {queue.name!r}, which is closed: reopen it first."
        )
    return queue


def item_row(session: Session, item_id: int) -> ReviewItemRow:
    """Return the row of one item, or raise NotFound."""
    row = session.get(ReviewItemRow, item_id)
    if row is None:
        raise NotFound(f"Expected the number of an item under review. Received {item_id}.")
    return row


def get_item(session: Session, item_id: int) -> BlindItem:
    """Return one item as a reviewer first sees it, or raise NotFound."""
    row = item_row(session, item_id)
    return to_item(row, session.get_one(ImageRow, row.image_id), get_queue(session, row.queue_id))


def to_item(row: ReviewItemRow, image: ImageRow, queue: Queue) -> BlindItem:
    """Turn rows into the value that travels."""
    line = queue.threshold
    called = None if row.score is None or line is None else row.score >= line
    record = to_record(image)
    return BlindItem(row.id, row.queue_id, row.position, record, Label(row.label), called)


def seats(session: Session, item_id: int) -> list[OpinionRow]:
    """Return the seats at an item, in order."""
    query = select(OpinionRow).where(OpinionRow.item_id == item_id).order_by(OpinionRow.seat)
    return list(session.scalars(query))


def is_taken(at: datetime) -> ColumnElement[bool]:
    """Say of a seat whether nobody else may sit down: said something, assigned, or claimed now."""
    return or_(
        OpinionRow.verdict.is_not(None),
        OpinionRow.claimed_until.is_(None),
        OpinionRow.claimed_until > at,
    )


def n_said() -> ColumnElement[int]:
    """Count the opinions on the item of the row."""
    said = and_(OpinionRow.item_id == ReviewItemRow.id, OpinionRow.verdict.is_not(None))
    query = select(func.count()).select_from(OpinionRow).where(said)
    return query.correlate(ReviewItemRow).scalar_subquery()


def status_of(verdict: str | None, n_given: int, n_needed: int) -> ItemStatus:
    """Say how far an item has come."""
    if verdict is not None:
        return ItemStatus.SETTLED
    return ItemStatus.DISPUTED if n_given >= n_needed else ItemStatus.OPEN


def _queue(row: QueueRow) -> Queue:
    return Queue(
        id=row.id,
        name=row.name,
        kind=row.kind,
        run_id=row.run_id,
        split=Split(row.split) if row.split else None,
        params=row.params,
        reviewers=tuple(row.reviewers),
        n_opinions=row.n_opinions,
        author=row.author,
        created_at=row.created_at,
        closed_at=row.closed_at,
    )
