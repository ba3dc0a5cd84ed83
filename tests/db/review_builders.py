"""Short ways to say what is under review."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from core.review import queues
from core.review.queues import QueueRequest
from core.review.verdicts import ReviewVerdict
from core.types import Label, Split
from db import review_claims, review_queues, reviews, runs
from tests.db.builders import add, freeze, start_run

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
LABEL, DETECTOR, NOTHING, UNUSABLE, UNSURE = ReviewVerdict


def later(minutes: float) -> datetime:
    """Return a moment so many minutes after all began."""
    return START + timedelta(minutes=minutes)


def scored_run(
    session: Session,
    scores: Sequence[tuple[Label, float]],
    split: Split = Split.TEST,
    job_id: str = "job-1",
) -> tuple[int, list[int]]:
    """Add labelled images with a run's scores; return the run and the images."""
    names = [f"{job_id}-{position}" for position in range(len(scores))]
    ids = [add(session, name, label) for name, (label, _) in zip(names, scores, strict=True)]
    run_id = start_run(session, freeze(session, [(image_id, split) for image_id in ids]), job_id)
    runs.save_predictions(
        session, run_id, {i: score for i, (_, score) in zip(ids, scores, strict=True)}
    )
    return run_id, ids


def wrongly_called(n: int) -> list[tuple[Label, float]]:
    """Return n genuine images that are called fake, the worst first."""
    return [(Label.GENUINE, 0.99 - 0.001 * place) for place in range(n)]


def make_queue(session: Session, run_id: int | None, **changes: Any) -> int:
    """Make a queue of false positives at a threshold of 0.5, changed as told."""
    values: dict[str, Any] = {
        "kind": queues.FALSE_POSITIVES,
        "name": "Mistakes",
        "run_id": run_id,
        "split": Split.TEST,
        "threshold": 0.5,
    }
    return review_queues.create_queue(session, QueueRequest(**values | changes), author="ada")


def queue_of(session: Session, n: int, **changes: Any) -> int:
    """Make a queue of n genuine images that are called fake."""
    return make_queue(session, scored_run(session, wrongly_called(n))[0], **changes)


def items_of(session: Session, queue_id: int, n: int, reviewer: str = "reader") -> list[int]:
    """Return the first n items of a queue without holding them."""
    found = [item.id for item in review_claims.claim(session, queue_id, reviewer=reviewer, n=n)]
    review_claims.release(session, queue_id, reviewer=reviewer)
    return found


def say(session: Session, item_id: int, at: float = 0, **verdicts: ReviewVerdict) -> None:
    """Let reviewers say something of an item, a minute apart: `say(session, 1, ada=LABEL)`."""
    for place, (reviewer, verdict) in enumerate(verdicts.items()):
        moment = later(at + place)
        reviews.give_opinion(session, item_id, verdict, reviewer=reviewer, at=moment)


def judged_queue(
    session: Session, scores: Sequence[tuple[Label, float]], said: Mapping[int, ReviewVerdict]
) -> tuple[int, list[int]]:
    """Make a queue of the chosen images in which two people agree; return it and the images."""
    run_id, ids = scored_run(session, scores)
    queue_id = make_queue(session, run_id, kind=queues.CHOSEN, params={"image_ids": ids})
    items = items_of(session, queue_id, len(ids))
    for position, verdict in said.items():
        say(session, items[position], at=3 * position, ada=verdict, bob=verdict)
    return queue_id, ids
