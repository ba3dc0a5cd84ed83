"""A run's figures as plain values, for the command line and for scripts."""

from dataclasses import asdict
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.evaluation import metrics
from core.evaluation.threshold import suggest_threshold
from core.types import Label, Split
from db import runs

ENOUGH_GENUINE = 1000
MAX_FPR = 0.05


def is_scored(session: Session, run_id: int) -> bool:
    """Say whether a run has scores, or raise NotFound if there is no such run."""
    runs.get_run(session, run_id)
    return bool(runs.predictions(session, run_id, Split.TEST))


def report(session: Session, run_id: int) -> dict[str, Any]:
    """Return a run's test figures at its operating threshold, with 95 % intervals.

    The threshold is the one a person saved, else the one that the validation scores suggest.
    """
    run = runs.get_run(session, run_id)
    scores, is_fake, groups = _scores(session, run_id, Split.TEST)
    if not len(scores):
        raise NotFound(f"Expected a scored run. Received run {run_id}, which has no scores yet.")
    value, origin = _threshold(session, run_id)
    confusion = metrics.confusion_at(value, scores, is_fake)
    return {
        "run": run_id,
        "dataset_version": run.dataset_version,
        "weights": run.weights,
        "split": Split.TEST.value,
        "n_genuine": confusion.n_genuine,
        "n_fake": confusion.n_fake,
        "indicative_only": confusion.n_genuine < ENOUGH_GENUINE,
        "auc": metrics.roc_auc(scores, is_fake),
        "auc_interval": metrics.auc_interval(scores, is_fake, groups),
        "average_precision": metrics.average_precision(scores, is_fake),
        "eer": metrics.eer(scores, is_fake),
        "threshold": value,
        "threshold_origin": origin,
        "confusion": asdict(confusion),
        "rates": asdict(metrics.rates(confusion)),
        "false_positive_rate_interval": metrics.wilson_interval(
            confusion.false_fake, confusion.n_genuine
        ),
        "miss_rate_interval": metrics.wilson_interval(confusion.false_genuine, confusion.n_fake),
    }


def _scores(session: Session, run_id: int, split: Split) -> tuple[Any, Any, Any]:
    rows = runs.predictions(session, run_id, split)
    return (
        np.array([prediction.score for prediction, _, _ in rows], dtype=np.float64),
        np.array([label == Label.FAKE for _, label, _ in rows], dtype=np.bool_),
        np.array([group for _, _, group in rows], dtype=np.int64),
    )


def _threshold(session: Session, run_id: int) -> tuple[float, str]:
    saved = runs.thresholds(session, run_id)
    if saved:
        return saved[0].value, f"saved by {saved[0].author}: {saved[0].reason}"
    scores, is_fake, _ = _scores(session, run_id, Split.VALIDATION)
    suggestion = suggest_threshold(scores, is_fake, MAX_FPR)
    return suggestion.value, suggestion.reason
