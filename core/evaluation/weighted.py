"""Figures of many resamples at once, from how often each score occurs in each of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.metrics import Scores, Truth

MAX_STEPS = 4096
"""Up to so many different scores are kept apart; more are joined into steps."""

Counts = NDArray[np.float64]
"""(steps, b) weight at each step of score, highest first, in each of b resamples."""

Resampled = NDArray[np.float64]
"""(b,) one figure in each of b resamples; NaN where it is undefined."""


@dataclass(frozen=True)
class Ladder:
    """Images counted by score and group: times a weighting of the groups, they are `Counts`.

    Attributes:
        genuine: (steps, groups) sparse counts, highest scores first.
        fake: (steps, groups) sparse counts.
    """

    genuine: Any
    fake: Any

    @property
    def n_steps(self) -> int:
        """How many steps scores are told apart by."""
        return int(self.genuine.shape[0])

    def curve_figures(self, weights: NDArray[np.float64]) -> dict[str, Resampled]:
        """Return `curve_figures` under each of b weightings, (groups, b), of the groups."""
        return curve_figures(self.genuine @ weights, self.fake @ weights)


def build_ladder(
    scores: Scores, is_fake: Truth, groups: NDArray[np.int64], max_steps: int = MAX_STEPS
) -> Ladder:
    """Count images by step of score and by group.

    Args:
        scores: (n,) probability that each image is fake.
        is_fake: (n,) ground truth.
        groups: (n,) numbers of groups from 0.
        max_steps: See `step_numbers`.
    """
    from scipy import sparse

    steps = step_numbers(scores, is_fake, max_steps)
    shape = (int(steps.max(initial=-1)) + 1, int(groups.max(initial=-1)) + 1)

    def counted(chosen: Truth) -> Any:
        ones = np.ones(int(chosen.sum()))
        return sparse.coo_array((ones, (steps[chosen], groups[chosen])), shape=shape).tocsr()

    return Ladder(counted(~is_fake), counted(is_fake))


def step_numbers(scores: Scores, is_fake: Truth, max_steps: int = MAX_STEPS) -> NDArray[np.int64]:
    """Return the step (n,) of each score, 0 the highest: its own, or joined with its neighbours.

    A joined step holds about 2 / `max_steps` of the genuine images and of the fakes at most (equal
    scores stay together), so no rate read off the steps is further off: 0.05 % at 4096.
    """
    values = np.unique(scores)
    if len(values) > max_steps:
        parts = [_cuts(scores[chosen], max_steps // 2) for chosen in (is_fake, ~is_fake)]
        values = np.unique(np.concatenate([*parts, values[:1]]))
    numbers = len(values) - np.searchsorted(values, scores, side="right")
    return numbers.astype(np.int64)


def _cuts(scores: Scores, n: int) -> Scores:
    """Return the lowest scores of n parts of equal numbers."""
    cuts: Scores = np.sort(scores)[np.arange(n) * len(scores) // n] if len(scores) else scores
    return cuts


def curve_figures(genuine: Counts, fake: Counts) -> dict[str, Resampled]:
    """Return AUC, average precision, EER and TPR at 1 % and 5 % FPR of each resample, by name.

    They are defined as in `core.evaluation.metrics`; images of one step count as equal scores.
    """
    n_genuine, n_fake = genuine.sum(axis=0), fake.sum(axis=0)
    false_fakes, true_fakes = np.cumsum(genuine, axis=0), np.cumsum(fake, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 / 0 is NaN: undefined
        n_outscored = (fake * (n_genuine - false_fakes + genuine / 2)).sum(axis=0)
        precision = true_fakes / np.maximum(true_fakes + false_fakes, 1)
        fpr, tpr = false_fakes / n_genuine, true_fakes / n_fake
        figures = {
            "auc": n_outscored / (n_genuine * n_fake),
            "average_precision": (fake * precision).sum(axis=0) / n_fake,
            "eer": _eer(fpr, tpr),
            "tpr_at_1_fpr": _tpr_at(fpr, tpr, 0.01),
            "tpr_at_5_fpr": _tpr_at(fpr, tpr, 0.05),
        }
    undefined = (n_genuine == 0) | (n_fake == 0)
    return {name: np.where(undefined, np.nan, values) for name, values in figures.items()}


def _eer(fpr: Counts, tpr: Counts) -> Resampled:
    """Interpolate where the curve meets FPR = 1 - TPR."""
    balance = fpr + tpr - 1  # from -1 at the top to 1 at the bottom, never falling
    after = np.argmax(balance >= 0, axis=0)
    columns = np.arange(fpr.shape[1])
    x1, y1 = balance[after, columns], fpr[after, columns]
    before = np.maximum(after - 1, 0)
    x0 = np.where(after > 0, balance[before, columns], -1.0)
    y0 = np.where(after > 0, fpr[before, columns], 0.0)
    eer: Resampled = y0 + (y1 - y0) * -x0 / (x1 - x0)
    return eer


def _tpr_at(fpr: Counts, tpr: Counts, allowed: float) -> Resampled:
    """Find the highest TPR whose FPR is allowed; 0 is always reached, by calling nothing fake."""
    n_allowed = (fpr <= allowed).sum(axis=0)
    last = tpr[np.maximum(n_allowed - 1, 0), np.arange(fpr.shape[1])]
    reached: Resampled = np.where(n_allowed > 0, last, 0.0)
    return reached
