"""A run's scores and its operating threshold, for pages, workers and the command line."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.types import Label, Split, Threshold
from db import runs, thresholds

ENOUGH_GENUINE = 1000
"""With fewer genuine images, a rate is indicative only."""


@dataclass(frozen=True)
class Scored:
    """A run's scores on one split, highest first.

    Attributes:
        image_ids: (n,) numbers of the images.
        scores: (n,) probability that each is fake.
        is_fake: (n,) label when the version was frozen.
        groups: (n,) images that belong together share one.
    """

    image_ids: NDArray[np.int64]
    scores: NDArray[np.float64]
    is_fake: NDArray[np.bool_]
    groups: NDArray[np.int64]

    @property
    def n_genuine(self) -> int:
        """Number of genuine images."""
        return int((~self.is_fake).sum())

    @property
    def n_fake(self) -> int:
        """Number of fake images."""
        return int(self.is_fake.sum())


@dataclass(frozen=True)
class Operating:
    """A threshold and where it comes from in words.

    Attributes:
        is_in_force: Whether a second person approved it; else it is only looked at.
        low: Scores from here to below `high` are uncertain; None without such a band.
    """

    value: float
    origin: str
    is_in_force: bool = False
    low: float | None = None
    high: float | None = None

    def call(self, score: float) -> str:
        """Return "fake", "genuine", or "uncertain" within the band."""
        if self.low is not None and self.high is not None and self.low <= score < self.high:
            return "uncertain"
        return (Label.FAKE if score >= self.value else Label.GENUINE).value


def load_scores(session: Session, run_id: int, split: Split) -> Scored:
    """Return a run's scores on one split; empty arrays if it was never scored."""
    rows = runs.predictions(session, run_id, split)
    ids, scores, labels, groups = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Scored(
        np.array(ids, dtype=np.int64),
        np.array(scores, dtype=np.float64),
        np.array([label == Label.FAKE for label in labels], dtype=np.bool_),
        np.array(groups, dtype=np.int64),
    )


def operating_threshold(session: Session, run_id: int) -> Operating:
    """Return the threshold in force, else the one that the validation scores suggest."""
    return saved_threshold(thresholds.in_force(session, run_id)) or suggested_threshold(
        load_scores(session, run_id, Split.VALIDATION)
    )


def saved_threshold(saved: Threshold | None) -> Operating | None:
    """Return the threshold that is in force, if there is one."""
    if saved is None:
        return None
    origin = f"In force: proposed by {saved.author}, approved by {saved.decided_by}. {saved.reason}"
    return Operating(saved.value, origin, is_in_force=True, low=saved.low, high=saved.high)


def suggested_threshold(validation: Scored) -> Operating:
    """Return the threshold that the validation scores suggest; never 0.5 by default."""
    from core.evaluation.operating_points import FPR_5, choose

    try:
        point = choose(FPR_5, validation.scores, validation.is_fake)
    except InvalidInput as error:
        return Operating(1.0, f"Nothing can be suggested. {error}")
    return Operating(point.value, f"Suggested, not approved. {point.reason}")
