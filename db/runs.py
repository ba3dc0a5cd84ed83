"""Runs and studies: what was trained and tuned, epoch by epoch, and how it scored."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.errors import InvalidInput, NotFound
from core.types import EpochMetrics, Prediction, Run, Split, Threshold, Trial
from db import events
from db.images import to_record
from db.tables import (
    EpochRow,
    ImageRow,
    ItemRow,
    PredictionRow,
    RunRow,
    StudyRow,
    ThresholdRow,
    TrialRow,
    now,
)
from db.upsert import insert_missing, upsert

_EPOCH_COLUMNS = ("epoch", "loss", "auc", "val_loss", "val_auc", "seconds")


def start_run(
    session: Session,
    *,
    job_id: str,
    dataset_version: int,
    params: Mapping[str, Any],
    seed: int,
    weights: str,
    author: str,
) -> int:
    """Return the number of the run that this job trains, creating it the first time."""
    values = {
        "job_id": job_id,
        "dataset_version": dataset_version,
        "params": dict(params),
        "packages": {},
        "seed": seed,
        "weights": weights,
        "author": author,
        "created_at": now(),
    }
    insert_missing(session, RunRow, [values])
    return session.scalars(select(RunRow.id).where(RunRow.job_id == job_id)).one()


def describe_run(
    session: Session, run_id: int, *, packages: Mapping[str, str], weights_hash: str, device: str
) -> None:
    """Record what the run runs on."""
    session.execute(
        update(RunRow)
        .where(RunRow.id == run_id)
        .values(packages=dict(packages), weights_hash=weights_hash, device=device)
    )


def record_epoch(session: Session, run_id: int, metrics: EpochMetrics) -> None:
    """Store an epoch's figures and keep the run's best one; an epoch told twice is one row."""
    values = {name: getattr(metrics, name) for name in _EPOCH_COLUMNS}
    upsert(session, EpochRow, ("run_id", "epoch"), {"run_id": run_id, **values})
    best = session.execute(
        select(EpochRow.epoch, EpochRow.val_auc)
        .where(EpochRow.run_id == run_id)
        .order_by(EpochRow.val_auc.desc(), EpochRow.epoch)
        .limit(1)
    ).one()
    session.execute(
        update(RunRow)
        .where(RunRow.id == run_id)
        .values(best_epoch=best.epoch, best_val_auc=best.val_auc)
    )


def finish_run(session: Session, run_id: int) -> None:
    """Note when a run was trained and scored to its end."""
    session.execute(update(RunRow).where(RunRow.id == run_id).values(finished_at=now()))


def list_runs(session: Session) -> list[Run]:
    """Return all runs, newest first."""
    return [_run(row) for row in session.scalars(select(RunRow).order_by(RunRow.id.desc()))]


def get_run(session: Session, run_id: int) -> Run:
    """Return one run, or raise NotFound."""
    row = session.get(RunRow, run_id)
    if row is None:
        raise NotFound(f"Expected the number of a run. Received {run_id}.")
    return _run(row)


def find_run_of_job(session: Session, job_id: str) -> Run | None:
    """Return the run that a job trains, if it has begun."""
    row = session.scalar(select(RunRow).where(RunRow.job_id == job_id))
    return _run(row) if row else None


def epochs(session: Session, run_id: int) -> list[EpochMetrics]:
    """Return the epochs of a run in order."""
    query = select(EpochRow).where(EpochRow.run_id == run_id).order_by(EpochRow.epoch)
    return [
        EpochMetrics(**{name: getattr(row, name) for name in _EPOCH_COLUMNS})
        for row in session.scalars(query)
    ]


def save_predictions(session: Session, run_id: int, scores: Mapping[int, float]) -> None:
    """Replace a run's scores, by image number."""
    session.execute(delete(PredictionRow).where(PredictionRow.run_id == run_id))
    rows = [
        {"run_id": run_id, "image_id": image_id, "score": score}
        for image_id, score in scores.items()
    ]
    insert_missing(session, PredictionRow, rows)


def predictions(session: Session, run_id: int, split: Split) -> list[tuple[Prediction, str, int]]:
    """Return (prediction, label when frozen, group) of one split, highest score first."""
    query = (
        select(PredictionRow.score, ItemRow, ImageRow)
        .join(RunRow, RunRow.id == PredictionRow.run_id)
        .join(
            ItemRow,
            (ItemRow.image_id == PredictionRow.image_id)
            & (ItemRow.version == RunRow.dataset_version),
        )
        .join(ImageRow, ImageRow.id == PredictionRow.image_id)
        .where(PredictionRow.run_id == run_id, ItemRow.split == split.value)
        .order_by(PredictionRow.score.desc(), ImageRow.checksum)
    )
    return [
        (Prediction(to_record(image), split, score), item.label, item.group)
        for score, item, image in session.execute(query)
    ]


def choose_threshold(
    session: Session, run_id: int, value: float, split: Split, reason: str, *, author: str
) -> int:
    """Save an operating threshold with its reason; earlier ones stay in the history.

    Raises:
        InvalidInput: If the reason is empty or the value is not a probability.
    """
    if not reason.strip():
        raise InvalidInput("Expected a reason for the threshold in a few words. Received none.")
    if not 0 <= value <= 1:
        raise InvalidInput(f"Expected a threshold from 0 to 1. Received {value}.")
    run = get_run(session, run_id)
    row = ThresholdRow(
        run_id=run.id, value=value, split=split.value, reason=reason.strip(), author=author
    )
    before = thresholds(session, run_id)
    session.add(row)
    session.flush()
    events.record(
        session,
        actor=author,
        action="choose threshold",
        subject="run",
        subject_id=run_id,
        before={"value": before[0].value if before else None},
        after={"value": value, "reason": row.reason},
    )
    return row.id


def thresholds(session: Session, run_id: int) -> list[Threshold]:
    """Return the thresholds chosen for a run; the first is in force."""
    query = (
        select(ThresholdRow).where(ThresholdRow.run_id == run_id).order_by(ThresholdRow.id.desc())
    )
    return [
        Threshold(
            row.id, row.run_id, row.value, Split(row.split), row.reason, row.author, row.created_at
        )
        for row in session.scalars(query)
    ]


def start_study(
    session: Session, *, job_id: str, dataset_version: int, params: Mapping[str, Any], author: str
) -> int:
    """Return the number of the study that this job runs, creating it the first time."""
    values = {
        "job_id": job_id,
        "dataset_version": dataset_version,
        "params": dict(params),
        "author": author,
        "created_at": now(),
    }
    insert_missing(session, StudyRow, [values])
    return session.scalars(select(StudyRow.id).where(StudyRow.job_id == job_id)).one()


def record_trial(session: Session, study_id: int, trial: Trial) -> None:
    """Store a finished trial; one told twice is one row."""
    values = {
        "study_id": study_id,
        "number": trial.number,
        "params": dict(trial.params),
        "val_auc": trial.val_auc,
        "seconds": trial.seconds,
    }
    upsert(session, TrialRow, ("study_id", "number"), values)


def list_studies(session: Session) -> Sequence[tuple[int, str | None, int]]:
    """Return (number, job, dataset version) of all studies, newest first."""
    query = select(StudyRow.id, StudyRow.job_id, StudyRow.dataset_version)
    return [
        (n, job, version) for n, job, version in session.execute(query.order_by(StudyRow.id.desc()))
    ]


def study_arguments(session: Session, study_id: int) -> Mapping[str, Any]:
    """Return what a study was started with, or raise NotFound."""
    row = session.get(StudyRow, study_id)
    if row is None:
        raise NotFound(f"Expected the number of a study. Received {study_id}.")
    return row.params


def trials(session: Session, study_id: int) -> list[Trial]:
    """Return the finished trials of a study, best validation AUC first."""
    query = (
        select(TrialRow)
        .where(TrialRow.study_id == study_id)
        .order_by(TrialRow.val_auc.desc(), TrialRow.number)
    )
    return [
        Trial(row.number, row.params, row.val_auc, row.seconds) for row in session.scalars(query)
    ]


def _run(row: RunRow) -> Run:
    names = [field for field in Run.__dataclass_fields__ if field not in ("params", "packages")]
    return Run(
        params=row.params, packages=row.packages, **{name: getattr(row, name) for name in names}
    )


def runs_without_threshold(session: Session) -> list[int]:
    """Return the numbers of finished runs for which nobody chose a threshold, newest first."""
    query = (
        select(RunRow.id)
        .where(
            RunRow.finished_at.is_not(None),
            RunRow.id.not_in(select(ThresholdRow.run_id)),
        )
        .order_by(RunRow.id.desc())
    )
    return list(session.scalars(query))
