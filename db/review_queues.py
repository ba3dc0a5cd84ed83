"""Review queues: made of a run's images, followed, closed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.review import queues
from core.review.queues import QueueRequest
from core.review.verdicts import ItemStatus, ReviewVerdict
from core.types import Label
from db.people import remember
from db.review_candidates import candidates
from db.review_claims import CLAIM
from db.review_items import get_queue, is_taken, n_said, record_queue, status_of
from db.short_text import checked
from db.tables import OpinionRow, QueueRow, ReviewItemRow, now
from db.upsert import insert_missing

MAX_NAME_LENGTH, MAX_OPINIONS = 120, 5
_N_TIMED = 1000


@dataclass(frozen=True)
class Progress:
    """How far a queue has come.

    Attributes:
        by_opinions: Items by how many opinions they have, 0 to what is needed.
        n_disputed: Items on which all opinions are in and differ.
        settled: Items by final verdict.
        opinions_of: Opinions by reviewer.
        waiting_for: Items claimed or assigned now, without an opinion yet, by reviewer.
        assigned_to: Of those, the assigned ones.
        seconds: Median time between two opinions of one person, of the newest 1,000; pauses of
            over ten minutes do not count. None before there is one.
        claimed_until: When the last of a reviewer's claims runs out, for each who has one now.
    """

    n_items: int
    by_opinions: Mapping[int, int]
    n_disputed: int
    settled: Mapping[ReviewVerdict, int]
    opinions_of: Mapping[str, int]
    waiting_for: Mapping[str, int]
    assigned_to: Mapping[str, int]
    seconds: float | None
    claimed_until: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def n_settled(self) -> int:
        """Number of items with a final verdict."""
        return sum(self.settled.values())

    @property
    def n_opinions(self) -> int:
        """Number of opinions that were given."""
        return sum(self.opinions_of.values())


def create_queue(session: Session, request: QueueRequest, *, author: str) -> int:
    """Make a queue and return its number.

    Images relabelled or excluded since the run's version was frozen are left out: their case is
    closed. A random audit asks for the labels of that version, so it may draw relabelled ones.

    Raises:
        InvalidInput: If no image fits, or a name, a reviewer or a figure is not as expected.
        NotFound: If there is no such run.
    """
    name = checked(request.name, "a name", MAX_NAME_LENGTH)
    reviewers = list(dict.fromkeys(remember(session, each) for each in request.reviewers))
    _check_people(request.n_opinions, reviewers)
    found = candidates(session, request)
    params = {**request.params, "limit": request.limit}
    rows = queues.choose(request.kind, found, params)
    row = QueueRow(
        name=name,
        kind=request.kind,
        run_id=request.run_id,
        split=request.split.value if request.split else "",
        params={**_kept(params), "threshold": request.threshold, "again": request.has_settled},
        reviewers=reviewers,
        n_opinions=request.n_opinions,
        author=author,
        created_at=now(),
    )
    session.add(row)
    session.flush()
    insert_missing(session, ReviewItemRow, _items(row.id, found, rows))
    told = {"name": name, "kind": request.kind, "n_items": len(rows), "params": row.params}
    record_queue(session, subject_id=row.id, actor=author, action="create queue", after=told)
    return row.id


def _check_people(n_opinions: int, reviewers: Sequence[str]) -> None:
    if not 1 <= n_opinions <= MAX_OPINIONS:
        raise InvalidInput(
            f"Expected 1 to {MAX_OPINIONS} opinions an image. Received {n_opinions}."
        )
    if reviewers and len(reviewers) < n_opinions:
        raise InvalidInput(
            f"Expected at least {n_opinions} reviewers, as each image needs {n_opinions} opinions. "
            f"Received {len(reviewers)}: {', '.join(reviewers)}."
        )


def _kept(params: Mapping[str, Any]) -> dict[str, Any]:
    """Leave the chosen images out of what is told: the items are those."""
    return {name: value for name, value in params.items() if name != "image_ids"}


def _items(queue_id: int, found: queues.Candidates, rows: queues.Rows) -> list[dict[str, Any]]:
    return [
        {
            "queue_id": queue_id,
            "image_id": int(found.image_ids[row]),
            "position": position,
            "label": (Label.FAKE if found.is_fake[row] else Label.GENUINE).value,
            "score": float(found.scores[row]) if np.isfinite(found.scores[row]) else None,
        }
        for position, row in enumerate(rows)
    ]


def progress(session: Session, queue_id: int, *, at: datetime | None = None) -> Progress:
    """Return how far a queue has come, or raise NotFound."""
    n_needed = get_queue(session, queue_id).n_opinions
    given = n_said()
    query = select(given, ReviewItemRow.verdict, func.count())
    query = query.where(ReviewItemRow.queue_id == queue_id).group_by(given, ReviewItemRow.verdict)
    by_opinions, by_verdict, by_status = (
        Counter[int](),
        Counter[str | None](),
        Counter[ItemStatus](),
    )
    for n_given, verdict, n in session.execute(query):
        by_opinions[n_given] += n
        by_verdict[verdict] += n
        by_status[status_of(verdict, n_given, n_needed)] += n
    is_said = OpinionRow.verdict.is_not(None)
    return Progress(
        n_items=by_opinions.total(),
        by_opinions=by_opinions,
        n_disputed=by_status[ItemStatus.DISPUTED],
        settled={ReviewVerdict(verdict): n for verdict, n in by_verdict.items() if verdict},
        opinions_of=_by_reviewer(session, queue_id, is_said),
        waiting_for=_by_reviewer(session, queue_id, is_taken(at or now()) & ~is_said),
        assigned_to=_by_reviewer(session, queue_id, OpinionRow.claimed_until.is_(None) & ~is_said),
        seconds=_pace(session, queue_id),
        claimed_until=_claimed_until(session, queue_id, at or now()),
    )


def _by_reviewer(session: Session, queue_id: int, condition: ColumnElement[bool]) -> dict[str, int]:
    query = (
        select(OpinionRow.reviewer, func.count())
        .join(ReviewItemRow, ReviewItemRow.id == OpinionRow.item_id)
        .where(ReviewItemRow.queue_id == queue_id, condition)
        .group_by(OpinionRow.reviewer)
    )
    return {str(reviewer): int(n) for reviewer, n in session.execute(query)}


def _claimed_until(session: Session, queue_id: int, at: datetime) -> dict[str, datetime]:
    query = (
        select(OpinionRow.reviewer, OpinionRow.claimed_until)
        .join(ReviewItemRow, ReviewItemRow.id == OpinionRow.item_id)
        .where(ReviewItemRow.queue_id == queue_id, OpinionRow.verdict.is_(None))
        .where(OpinionRow.claimed_until > at)
        .order_by(OpinionRow.claimed_until)
    )
    return {reviewer: until for reviewer, until in session.execute(query) if until is not None}


def _pace(session: Session, queue_id: int) -> float | None:
    """Return the median seconds between two of the newest opinions of one person."""
    query = (
        select(OpinionRow.reviewer, OpinionRow.given_at)
        .join(ReviewItemRow, ReviewItemRow.id == OpinionRow.item_id)
        .where(ReviewItemRow.queue_id == queue_id, OpinionRow.given_at.is_not(None))
        .order_by(OpinionRow.given_at.desc())
        .limit(_N_TIMED)
    )
    moments = defaultdict(list)
    for reviewer, moment in session.execute(query):
        if moment is not None:
            moments[reviewer].append(moment)
    gaps = [later - sooner for each in moments.values() for later, sooner in pairwise(each)]
    worked = [gap.total_seconds() for gap in gaps if gap < CLAIM]
    return median(worked) if worked else None


def close_queue(session: Session, queue_id: int, *, actor: str) -> None:
    """Take no more opinions; what was said stays. Raise NotFound without such a queue."""
    _set_closed(session, queue_id, actor, is_closed=True)


def reopen_queue(session: Session, queue_id: int, *, actor: str) -> None:
    """Take opinions again, or raise NotFound."""
    _set_closed(session, queue_id, actor, is_closed=False)


def _set_closed(session: Session, queue_id: int, actor: str, *, is_closed: bool) -> None:
    if get_queue(session, queue_id).is_open is not is_closed:
        return
    session.get_one(QueueRow, queue_id).closed_at = now() if is_closed else None
    session.flush()
    action = "close queue" if is_closed else "reopen queue"
    record_queue(session, subject_id=queue_id, actor=actor, action=action, after={})
