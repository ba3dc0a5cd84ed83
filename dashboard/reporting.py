"""A run's figures as plain values, for the command line and for scripts."""

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from core.errors import NotFound
from core.types import Split
from dashboard.scores import ENOUGH_GENUINE, load_scores, operating_threshold
from db import runs


def is_scored(session: Session, run_id: int) -> bool:
    """Say whether a run has scores, or raise NotFound if there is no such run."""
    runs.get_run(session, run_id)
    return bool(load_scores(session, run_id, Split.TEST).scores.size)


def report(session: Session, run_id: int) -> dict[str, Any]:
    """Return a run's test figures at its operating threshold, with 95 % intervals.

    The threshold is the one in force, else the one that the validation scores suggest.

    Raises:
        NotFound: If the run does not exist or was never scored.
    """
    from core.evaluation import metrics

    run = runs.get_run(session, run_id)
    test = load_scores(session, run_id, Split.TEST)
    if not test.scores.size:
        raise NotFound(f"Expected a scored run. Received run {run_id}, which has no scores yet.")
    operating = operating_threshold(session, run_id)
    confusion = metrics.confusion_at(operating.value, test.scores, test.is_fake)
    return {
        "run": run_id,
        "dataset_version": run.dataset_version,
        "weights": run.weights,
        "split": Split.TEST.value,
        "n_genuine": test.n_genuine,
        "n_fake": test.n_fake,
        "indicative_only": test.n_genuine < ENOUGH_GENUINE,
        "auc": metrics.roc_auc(test.scores, test.is_fake),
        "auc_interval": metrics.auc_interval(test.scores, test.is_fake, test.groups),
        "average_precision": metrics.average_precision(test.scores, test.is_fake),
        "eer": metrics.eer(test.scores, test.is_fake),
        "threshold": operating.value,
        "threshold_origin": operating.origin,
        "threshold_in_force": operating.is_in_force,
        "confusion": asdict(confusion),
        "rates": asdict(metrics.rates(confusion)),
        "false_positive_rate_interval": metrics.wilson_interval(
            confusion.false_fake, confusion.n_genuine
        ),
        "miss_rate_interval": metrics.wilson_interval(confusion.false_genuine, confusion.n_fake),
    }
