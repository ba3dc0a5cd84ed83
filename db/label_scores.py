"""What a look for label mistakes rests on: labels as they stand, and scores of one or more runs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.curation.splits import K_FOLD
from core.types import Label, Status
from db.runs import get_run, list_runs
from db.tables import ImageRow, ItemRow, ParentRow, PredictionRow, RunRow, VersionRow
from db.versions import list_versions


@dataclass(frozen=True)
class Labels:
    """The active images with a label, as they stand now.

    Attributes:
        ids: (n,) numbers of the images.
        is_fake: (n,) their labels.
        is_certain: (n,) whether Verity made the image itself, as a fake.
        n_unlabelled: Further active images, whose label is unknown.
    """

    ids: NDArray[np.int64]
    is_fake: NDArray[np.bool_]
    is_certain: NDArray[np.bool_]
    n_unlabelled: int


@dataclass(frozen=True)
class Scores:
    """All scores that some runs gave, several an image where they share it.

    Attributes:
        ids: (m,) numbers of the images.
        splits: (m,) where the image was in that run's version.
        scores: (m,) probability that it is fake.
    """

    ids: NDArray[np.int64]
    splits: NDArray[np.str_]
    scores: NDArray[np.float64]


def labels(session: Session) -> Labels:
    """Read the labels of all active images."""
    is_active = ImageRow.status == Status.ACTIVE
    is_made = select(ParentRow.child_id).where(ParentRow.child_id == ImageRow.id).exists()
    query = select(ImageRow.id, ImageRow.label == Label.FAKE, is_made)
    rows = session.execute(query.where(is_active, ImageRow.label != Label.UNKNOWN)).all()
    table = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 3)
    unlabelled = select(func.count()).where(is_active, ImageRow.label == Label.UNKNOWN)
    return Labels(
        table[:, 0],
        table[:, 1].astype(np.bool_),
        table[:, 2].astype(np.bool_),
        session.scalar(unlabelled) or 0,
    )


def scores(session: Session, run_ids: list[int]) -> Scores:
    """Read what runs said of the images of their versions."""
    query = (
        select(PredictionRow.image_id, ItemRow.split, PredictionRow.score)
        .join(RunRow, RunRow.id == PredictionRow.run_id)
        .join(
            ItemRow,
            (ItemRow.image_id == PredictionRow.image_id)
            & (ItemRow.version == RunRow.dataset_version),
        )
        .where(PredictionRow.run_id.in_(run_ids))
    )
    rows = session.execute(query).all()
    return Scores(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.str_),
        np.array([row[2] for row in rows], dtype=np.float64),
    )


def groups(session: Session, version: int) -> dict[int, int]:
    """Return the group of every image of a version, by the image's number."""
    query = select(ItemRow.image_id, ItemRow.group).where(ItemRow.version == version)
    return {row.image_id: row.group for row in session.execute(query)}


def fold_runs(session: Session, run_id: int) -> list[int]:
    """Return the newest finished run of the same settings on every other fold of a run's version.

    None where the version is no fold. Folds belong together if they hold the same images with the
    same labels, dealt with the same k and seed.

    Raises:
        NotFound: If there is no such run.
    """
    run = get_run(session, run_id)
    folds = _other_folds(session, run.dataset_version)
    found: dict[int, int] = {}
    for other in list_runs(session):
        is_alike = (other.weights, other.params) == (run.weights, run.params)
        if other.finished_at and is_alike and other.dataset_version in folds:
            found.setdefault(other.dataset_version, other.id)
    return sorted(found.values())


def _other_folds(session: Session, number: int) -> set[int]:
    own = session.get_one(VersionRow, number)
    rule = own.split_rule or {}
    if rule.get("name") != K_FOLD:
        return set()
    candidates = [
        version.number
        for version in list_versions(session)
        if {**version.split_rule, "fold": rule["fold"]} == rule
        and version.seed == own.seed
        and version.number != number
    ]
    return {other for other in candidates if _hold_the_same(session, number, other)}


def _hold_the_same(session: Session, one: int, other: int) -> bool:
    mine, theirs = aliased(ItemRow), aliased(ItemRow)
    is_same = (theirs.image_id == mine.image_id) & (theirs.label == mine.label)
    both = (
        select(func.count())
        .select_from(mine)
        .join(theirs, is_same)
        .where(mine.version == one, theirs.version == other)
    )
    sizes = [
        session.scalar(select(func.count()).where(ItemRow.version == number))
        for number in (one, other)
    ]
    return {session.scalar(both)} == set(sizes)
