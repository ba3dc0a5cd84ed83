"""A run's scores and its operating threshold, for pages and for the command line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.types import Label, Split, Threshold
from db import runs

ENOUGH_GENUINE = 1000
"""With fewer genuine images, a rate is indicative only."""

MAX_FPR = 0.05


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
    """The threshold a page starts from, and where it comes from in words."""

    value: float
    origin: str


def load_scores(session: Session, run_id: int, split: Split) -> Scored:
    """Return a run's scores on one split; empty arrays if it was never scored."""
    rows = runs.predictions(session, run_id, split)
    return Scored(
        np.array([prediction.image.id for prediction, _, _ in rows], dtype=np.int64),
        np.array([prediction.score for prediction, _, _ in rows], dtype=np.float64),
        np.array([label == Label.FAKE for _, label, _ in rows], dtype=np.bool_),
        np.array([group for _, _, group in rows], dtype=np.int64),
    )


def saved_threshold(saved: Sequence[Threshold]) -> Operating | None:
    """Return the threshold that a person saved last, if any."""
    if not saved:
        return None
    return Operating(round(saved[0].value, 3), f"Saved by {saved[0].author}: {saved[0].reason}")


def suggested_threshold(validation: Scored) -> Operating:
    """Return the threshold that the validation scores suggest; never 0.5 by default."""
    from core.evaluation.threshold import suggest_threshold

    try:
        suggestion = suggest_threshold(validation.scores, validation.is_fake, MAX_FPR)
    except InvalidInput as error:
        return Operating(1.0, f"Nothing can be suggested. {error}")
    return Operating(suggestion.value, suggestion.reason)
