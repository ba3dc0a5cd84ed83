"""Looking for label mistakes with the scores of a run, and storing them as suggestions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.curation.label_mistakes import Findings, find_label_mistakes, out_of_sample
from core.errors import InvalidInput
from dashboard.jobs.context import Context
from db import label_scores, label_suggestions, runs
from db.engine import reading, writing

N_BINS = 25
RESAMPLED = 40_000_000
"""Scores drawn for the interval of the AUC: with a million images, fewer resamples do."""


@dataclass(frozen=True)
class Judged:
    """The images that can be judged, and how many cannot and why.

    Attributes:
        runs: Whose scores were joined; the chosen one first.
        ids: (n,) numbers of the images.
        scores: (n,) out-of-sample probability that each is fake.
        is_fake: (n,) labels as they stand.
        is_certain: (n,) labels that cannot be wrong.
        groups: (n,) images that belong together share one.
        counts: Active images: "judged", of these "by_validation" and "generated"; not judged
            "trained_on", "unscored" and "unlabelled".
    """

    runs: Sequence[int]
    ids: NDArray[np.int64]
    scores: NDArray[np.float64]
    is_fake: NDArray[np.bool_]
    is_certain: NDArray[np.bool_]
    groups: NDArray[np.int64]
    counts: Mapping[str, int]


def load(context: Context, run_id: int, join_folds: bool) -> Judged:
    """Read the scores of a run, and of those on the other folds, for the labels as they stand.

    Raises:
        NotFound: If there is no such run.
        InvalidInput: If it has not scored anything.
    """
    with reading(context.database) as session:
        run = runs.get_run(session, run_id)
        joined = [run_id, *(label_scores.fold_runs(session, run_id) if join_folds else [])]
        labels = label_scores.labels(session)
        told = label_scores.scores(session, joined)
        groups = label_scores.groups(session, run.dataset_version)
    if not len(told.ids):
        raise InvalidInput(
            f"Expected a run that scored its images. Received run {run_id}, which has no scores: "
            "score it under Evaluate, or choose another one."
        )
    held = out_of_sample(told.ids, told.splits, told.scores)
    ids, at, of_label = np.intersect1d(held.ids, labels.ids, return_indices=True)
    n_scored = int(np.isin(labels.ids, told.ids).sum())
    counts = {
        "judged": len(ids),
        "by_validation": int(held.is_validation[at].sum()),
        "generated": int(labels.is_certain[of_label].sum()),
        "trained_on": n_scored - len(ids),
        "unscored": len(labels.ids) - n_scored,
        "unlabelled": labels.n_unlabelled,
    }
    return Judged(
        joined,
        ids,
        held.scores[at],
        labels.is_fake[of_label],
        labels.is_certain[of_label],
        np.array([groups[int(image_id)] for image_id in ids], dtype=np.int64),
        counts,
    )


def judge(judged: Judged) -> Findings:
    """Find the labels that the scores contradict; raises as `find_label_mistakes`."""
    return find_label_mistakes(judged.scores, judged.is_fake, judged.is_certain)


def summarise(judged: Judged, found: Findings) -> dict[str, Any]:
    """Return the figures that tell how much the findings are worth, as JSON holds them."""
    from core.evaluation.bootstrap import auc_interval
    from core.evaluation.metrics import roc_auc

    scores, is_fake = judged.scores, judged.is_fake
    n_boot = min(max(RESAMPLED // len(scores), 200), 2000)
    interval = auc_interval(scores, is_fake, judged.groups, n_boot)
    bins = [np.histogram(scores[is_fake == fake], N_BINS, (0, 1))[0] for fake in (False, True)]
    return {
        "runs": list(judged.runs),
        **judged.counts,
        "auc": roc_auc(scores, is_fake),
        "auc_interval": list(interval) if interval else None,
        "mean_scores": list(found.mean_scores),
        "histogram": [counts.tolist() for counts in bins],
    }


def store(
    context: Context, judged: Judged, found: Findings, summary: Mapping[str, Any], author: str
) -> dict[str, Any]:
    """Store the suggestions; return the job's result."""
    ids = [int(image_id) for image_id in judged.ids]
    with writing(context.database) as session:
        n_open = label_suggestions.store_look(
            session, judged.runs[0], found.mistakes, ids, summary=summary, author=author
        )
    told = ("judged", "trained_on", "unscored", "unlabelled", "auc")
    return {
        "run": judged.runs[0],
        "joined_runs": len(judged.runs) - 1,
        **{name: summary[name] for name in told},
        "suggestions": n_open,
    }
