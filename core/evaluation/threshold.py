"""Choose the score from which an image is called fake, and see what each choice costs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput
from core.evaluation.metrics import (
    Confusion,
    Scores,
    Truth,
    check_scores,
    confusion_at,
    wilson_interval,
)

N_STEPS = 1000
# Divided, not summed: 300 / 1000 is the number that 0.3 means, 300 * 0.001 is not.
THRESHOLDS: NDArray[np.float64] = np.arange(N_STEPS + 1) / N_STEPS


@dataclass(frozen=True)
class Suggestion:
    """An operating threshold and, in words, what it rests on."""

    value: float
    reason: str


@dataclass(frozen=True)
class ThresholdTable:
    """What every threshold from 0 to 1 in steps of 0.001 costs, counted once for a slider."""

    scores: Scores
    is_fake: Truth

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """(1001, 4) counts in the order of `Confusion`."""
        return threshold_counts(self.scores, self.is_fake)

    def at(self, threshold: float) -> Confusion:
        """Return the counts at the step nearest to a threshold.

        Raises:
            InvalidInput: If the threshold is not in [0, 1].
        """
        if not 0 <= threshold <= 1:
            raise InvalidInput(f"Expected a threshold from 0 to 1. Received: {threshold}.")
        return Confusion(*(int(count) for count in self.counts[round(threshold * N_STEPS)]))


def threshold_counts(scores: Scores, is_fake: Truth) -> NDArray[np.int64]:
    """Count right and wrong calls at every threshold of `THRESHOLDS`.

    Args:
        scores: (n,) probability that each image is fake.
        is_fake: (n,) ground truth.

    Returns:
        (1001, 4) true genuine, false fake, false genuine, true fake, where `score >= threshold`
        means fake.

    Raises:
        InvalidInput: If shapes differ or a score is out of range.
    """
    check_scores(scores, is_fake)
    columns = []
    for part in (scores[~is_fake], scores[is_fake]):
        n_below = np.searchsorted(np.sort(part), THRESHOLDS, side="left")
        columns += [n_below, len(part) - n_below]
    return np.stack(columns, axis=1).astype(np.int64)


def suggest_threshold(scores: Scores, is_fake: Truth, max_fpr: float = 0.05) -> Suggestion:
    """Suggest the smallest threshold that calls at most `max_fpr` of the genuine images fake.

    Args:
        scores: (n,) scores of validation images: on test images it would flatter the detector.
        is_fake: (n,) ground truth.
        max_fpr: Largest false positive rate that is acceptable, in [0, 1].

    Returns:
        One of `THRESHOLDS`, and the counts behind it.

    Raises:
        InvalidInput: If there is no genuine image, or no threshold up to 1 is high enough.
    """
    counts = threshold_counts(scores, is_fake)
    n_genuine = int(np.sum(~is_fake))
    allowed = counts[:, 1] / max(n_genuine, 1) <= max_fpr
    if n_genuine == 0 or not allowed.any():
        raise InvalidInput(
            f"Expected genuine validation images of which at most {max_fpr:.1%} score 1. "
            f"Received: {n_genuine} genuine images, {counts[-1, 1]} of them with a score of 1. "
            "Add genuine images, train again or accept more false positives."
        )
    value = float(THRESHOLDS[int(np.argmax(allowed))])
    return Suggestion(value, _reason(confusion_at(value, scores, is_fake), max_fpr))


def _reason(confusion: Confusion, max_fpr: float) -> str:
    low, high = wilson_interval(confusion.false_fake, confusion.n_genuine) or (0.0, 1.0)
    return (
        f"The smallest threshold with at most {max_fpr:.1%} false positives on validation: "
        f"{confusion.false_fake} of {confusion.n_genuine} genuine images called fake "
        f"(95 % interval {low:.1%} to {high:.1%}), "
        f"{confusion.false_genuine} of {confusion.n_fake} fakes missed."
    )


def flips(scores: Scores, old: float, new: float) -> Truth:
    """Mark the images (n,) whose call changes between two thresholds."""
    changed: Truth = (scores >= old) != (scores >= new)
    return changed
