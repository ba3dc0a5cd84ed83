"""What a review queue may be made of: a run's scored images as they stand now."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.review.queues import CHOSEN, DISAGREEMENTS, RANDOM_AUDIT, Candidates, QueueRequest
from core.types import Label, Split, Status
from db.parts import parts
from db.runs import get_run
from db.tables import ImageRow, ItemRow, PredictionRow, QueueRow, ReviewItemRow, RunRow


def candidates(session: Session, request: QueueRequest) -> Candidates:
    """Return the images that a queue may be made of.

    Raises:
        InvalidInput: If a run or its split is missing where one is needed.
        NotFound: If there is no such run.
    """
    if request.run_id is None:
        if request.kind != CHOSEN:
            raise InvalidInput(f"Expected a run for a queue of {request.kind!r}. Received none.")
        return _of_images(session, request.params.get("image_ids", ()))
    if request.split is None or request.threshold is None:
        raise InvalidInput(
            "Expected a split and a threshold beside the run. Received "
            f"split {request.split}, threshold {request.threshold}."
        )
    get_run(session, request.run_id)
    is_whole = request.kind == RANDOM_AUDIT and request.has_settled
    query = _scored(request.run_id, request.split, has_relabelled=is_whole)
    rows = session.execute(query).all()
    if not request.has_settled:
        seen = _settled(session, request.run_id)
        rows = [row for row in rows if row.id not in seen]
    found = Candidates(
        np.array([row.id for row in rows], np.int64),
        np.array([row.score for row in rows], np.float64),
        np.array([row.label == Label.FAKE for row in rows], np.bool_),
        request.threshold,
    )
    return _with_other(session, found, request) if request.kind == DISAGREEMENTS else found


def _scored(
    run_id: int, split: Split | None, *, has_relabelled: bool = False
) -> Select[int, float, str]:
    """Select active images of a run with the label that they had when its version was frozen.

    Args:
        run_id: Of the run.
        split: Of its version; None for all but training.
        has_relabelled: Also those that have another label by now.
    """
    of_version = and_(
        ItemRow.image_id == PredictionRow.image_id, ItemRow.version == RunRow.dataset_version
    )
    query = (
        select(ImageRow.id, PredictionRow.score, ItemRow.label)
        .join(PredictionRow, PredictionRow.image_id == ImageRow.id)
        .join(RunRow, RunRow.id == PredictionRow.run_id)
        .join(ItemRow, of_version)
        .where(PredictionRow.run_id == run_id)
        .where(ImageRow.status == Status.ACTIVE)
        .order_by(ImageRow.id)
    )
    if not has_relabelled:
        query = query.where(ImageRow.label == ItemRow.label)
    # A run has learned its training images: what it says of them is no second opinion.
    return query.where(ItemRow.split == split if split else ItemRow.split != Split.TRAIN)


def _settled(session: Session, run_id: int) -> set[int]:
    query = (
        select(ReviewItemRow.image_id)
        .join(QueueRow, QueueRow.id == ReviewItemRow.queue_id)
        .where(QueueRow.run_id == run_id, ReviewItemRow.verdict.is_not(None))
    )
    return set(session.scalars(query))


def _with_other(session: Session, found: Candidates, request: QueueRequest) -> Candidates:
    """Add the scores of the run that this one is compared with."""
    other, line = request.params.get("other_run"), request.params.get("other_threshold")
    if other is None or line is None:
        raise InvalidInput(
            "Expected a second run and its threshold for a queue of disagreements. Received "
            f"run {other}, threshold {line}."
        )
    get_run(session, int(other))
    score_of = {row.id: row.score for row in session.execute(_scored(int(other), None))}
    scores: NDArray[np.float64] = np.array(
        [score_of.get(int(image_id), np.nan) for image_id in found.image_ids], np.float64
    )
    return Candidates(
        found.image_ids, found.scores, found.is_fake, found.threshold, scores, float(line)
    )


def _of_images(session: Session, image_ids: Sequence[int]) -> Candidates:
    """Take labelled, active images without a detector's word."""
    rows = [
        row
        for part in parts([int(image_id) for image_id in image_ids])
        for row in session.execute(
            select(ImageRow.id, ImageRow.label)
            .where(ImageRow.id.in_(part), ImageRow.status == Status.ACTIVE)
            .where(ImageRow.label != Label.UNKNOWN)
        )
    ]
    return Candidates(
        np.array([row.id for row in rows], np.int64),
        np.full(len(rows), np.nan),
        np.array([row.label == Label.FAKE for row in rows], np.bool_),
    )
