"""Runs and studies: what was trained and tuned, epoch by epoch, and how it scored."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.types import EpochMetrics, Run, Split, Trial
from db.tables import (
    EpochRow,
    ImageRow,
    ItemRow,
    PredictionRow,
    RunRow,
    StudyRow,
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


def predictions(
    session: Session, run_id: int, split: Split
) -> Sequence[tuple[int, float, str, int]]:
    """Return (image, score, label when frozen, group) of one split, highest score first."""
    query = (
        select(PredictionRow.image_id, PredictionRow.score, ItemRow.label, ItemRow.group)
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
    return [(image, score, label, group) for image, score, label, group in session.execute(query)]


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
