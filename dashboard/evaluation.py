"""What Evaluate shows of a run: figures computed once a run and split, and images by cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.types import ImageRecord, Run, Split
from dashboard import resources
from dashboard.charts import CELLS
from dashboard.scores import Scored, load_scores
from db import images

N_BINS = 50
Interval = tuple[float, float]


@dataclass(frozen=True)
class Summary:
    """Figures of a run on one split that no threshold changes.

    Attributes:
        counts: (1001, 4) as `core.evaluation.threshold.threshold_counts` returns them.
        histogram: (2, N_BINS) genuine and fake images by score.
    """

    auc: float | None
    auc_interval: Interval | None
    average_precision: float | None
    eer: float | None
    counts: NDArray[np.int64]
    histogram: NDArray[np.int64]


@dataclass(frozen=True)
class Rate:
    """A proportion with its 95 % interval; `value` is None where there is nothing to count."""

    name: str
    part: int
    whole: int
    interval: Interval | None

    @property
    def value(self) -> float | None:
        """The proportion, 0 to 1."""
        return self.part / self.whole if self.whole else None


def scored(run: Run, split: Split) -> Scored:
    """Return a run's scores on one split; empty arrays if it was never scored."""
    return _scored(run.id, split, run.finished_at)


@st.cache_data(show_spinner=False, max_entries=32)
def _scored(run_id: int, split: Split, finished_at: datetime | None) -> Scored:
    with resources.session() as session:
        return load_scores(session, run_id, split)


def summary(run: Run, split: Split) -> Summary:
    """Return the figures of a run on one split, computed once."""
    return _summary(run.id, split, run.finished_at)


@st.cache_data(show_spinner="Resampling people for the interval of the AUC ...", max_entries=32)
def _summary(run_id: int, split: Split, finished_at: datetime | None) -> Summary:
    from core.evaluation import metrics, threshold

    data = _scored(run_id, split, finished_at)
    scores, is_fake = data.scores, data.is_fake
    return Summary(
        auc=metrics.roc_auc(scores, is_fake),
        auc_interval=metrics.auc_interval(scores, is_fake, data.groups),
        average_precision=metrics.average_precision(scores, is_fake),
        eer=metrics.eer(scores, is_fake),
        counts=threshold.threshold_counts(scores, is_fake),
        histogram=np.stack([_histogram(scores[~is_fake]), _histogram(scores[is_fake])]),
    )


def _histogram(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.histogram(scores, N_BINS, (0.0, 1.0))[0]


def counts_at(figures: Summary, threshold: float) -> list[int]:
    """Return true genuine, false fake, false genuine, true fake at a threshold's step."""
    return [int(count) for count in figures.counts[round(threshold * (len(figures.counts) - 1))]]


def rates(counts: Sequence[int]) -> list[Rate]:
    """Return the rates a person decides by, the costly error first, with Wilson's intervals."""
    from core.evaluation.metrics import wilson_interval

    true_genuine, false_fake, false_genuine, true_fake = counts
    n_genuine, n_fake = true_genuine + false_fake, false_genuine + true_fake
    parts = {
        "False positive rate": (false_fake, n_genuine),
        "Miss rate": (false_genuine, n_fake),
        "True positive rate": (true_fake, n_fake),
        "Precision": (true_fake, true_fake + false_fake),
    }
    return [
        Rate(name, part, whole, wilson_interval(part, whole))
        for name, (part, whole) in parts.items()
    ]


def images_in_cell(
    data: Scored, threshold: float, cell: str, *, offset: int, limit: int
) -> list[tuple[ImageRecord, float]]:
    """Return one page of the images in a cell of the confusion matrix, with their scores.

    Mistakes come worst first, right calls nearest to a mistake first: in both, the fakes by rising
    and the genuine images by falling score.
    """
    is_fake, called_fake = divmod(CELLS.index(cell), 2)
    chosen = (data.is_fake == is_fake) & ((data.scores >= threshold) == called_fake)
    rows = np.flatnonzero(chosen)  # scores fall from row to row
    rows = (rows[::-1] if is_fake else rows)[offset : offset + limit]
    with resources.session() as session:
        records = images.get_images(session, [int(each) for each in data.image_ids[rows]])
    return list(zip(records, [float(score) for score in data.scores[rows]], strict=True))
