"""Calibrated probabilities: when the detector says 80 %, are 80 % of those images fake?

What is meant by calibration here: the probability that an image is fake against the share of fakes,
not the confidence in whichever label was called. It holds for the share of fakes in the images it
was measured on; where fakes are rarer, the same score deserves less.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.evaluation.metrics import Interval, Scores, Truth, check_scores, wilson_interval

MIN_TEMPERATURE, MAX_TEMPERATURE = 0.05, 20.0
MAX_BINS, MIN_IN_BIN = 15, 20
_NEAREST = 1e-7  # to 0 and to 1: what a float32 can still tell apart below 1


@dataclass(frozen=True)
class ReliabilityBin:
    """Images of neighbouring scores: what the detector said and what was so.

    Attributes:
        score_from: Scores from here on, as the detector gave them, belong to the bin.
        score_to: Scores from here on belong to the next bin; 1 for the last.
        predicted: Mean probability, 0 to 1, after calibration where that was asked for.
        share_fake: Share of fakes among the images, 0 to 1.
        n: Images.
        interval: 95 % interval of `share_fake`.
    """

    score_from: float
    score_to: float
    predicted: float
    share_fake: float
    n: int
    interval: Interval | None


def fit_temperature(scores: Scores, is_fake: Truth) -> float:
    """Find the one number that makes scores mean what they say; neither order nor calls change.

    The labels are smoothed as Platt did, so that images which are told apart without a mistake do
    not ask for infinite certainty; with many images that makes no difference.

    Args:
        scores: (n,) scores of images that neither trained the detector nor will judge it.
        is_fake: (n,) ground truth.

    Returns:
        A temperature from 0.05 to 20: above 1 the detector was too sure of itself, below 1 not
        sure enough; 1, which changes nothing, where a label is missing.

    Raises:
        InvalidInput: If shapes differ or a score is out of range.

    Reference: Guo et al. (2017), "On calibration of modern neural networks"; Platt (1999),
    "Probabilistic outputs for support vector machines".
    """
    from scipy.optimize import minimize_scalar

    check_scores(scores, is_fake)
    n_fake = int(is_fake.sum())
    if n_fake in (0, len(scores)):
        return 1.0
    wanted = np.where(is_fake, (n_fake + 1) / (n_fake + 2), 1 / (len(scores) - n_fake + 2))
    logits = _logits(scores)

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        return float(np.mean(np.logaddexp(0, scaled) - wanted * scaled))

    bounds = (np.log(MIN_TEMPERATURE), np.log(MAX_TEMPERATURE))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def calibrate(scores: Scores, temperature: float) -> Scores:
    """Return the probabilities (n,) at a temperature: the sigmoid of logit / temperature."""
    calibrated: Scores = 1 / (1 + np.exp(-_logits(scores) / temperature))
    return calibrated


def _logits(scores: Scores) -> Scores:
    clipped = np.clip(scores, _NEAREST, 1 - _NEAREST)
    logits: Scores = np.log(clipped) - np.log1p(-clipped)
    return logits


def brier(probabilities: Scores, is_fake: Truth) -> float | None:
    """Mean squared distance of the probability from the truth; None without images.

    Returns:
        0 (always certain and right) to 1; 0.25 is what saying 50 % of everything gets.

    Reference: Brier (1950), "Verification of forecasts expressed in terms of probability".
    """
    check_scores(probabilities, is_fake)
    return float(np.mean((probabilities - is_fake) ** 2)) if len(is_fake) else None


def bin_numbers(scores: Scores, n_bins: int | None = None) -> NDArray[np.int64]:
    """Return the bin (n,) of each image: bins of as equal numbers as equal scores allow.

    Equal numbers rather than equal widths: scores crowd near 0 and 1, and a bin of two images says
    nothing. Roelofs et al. (2022) find such bins less biased too.

    Args:
        scores: (n,) scores; any rising function of them has the same bins.
        n_bins: At most so many; by default 15, fewer where a bin would hold under 20 images.
    """
    wanted = n_bins or int(np.clip(len(scores) // MIN_IN_BIN, 1, MAX_BINS))
    order = np.sort(scores)
    edges = order[np.arange(1, wanted) * len(scores) // wanted] if len(scores) else order
    numbers = np.searchsorted(np.unique(edges), scores, side="right")
    return np.unique(numbers, return_inverse=True)[1].astype(np.int64)


def ece(probabilities: Scores, is_fake: Truth, n_bins: int | None = None) -> float | None:
    """Expected calibration error: mean distance of what was said from what was so, over bins.

    Few images make it look worse than it is: `ece_by_chance` tells by how much.

    Returns:
        0 to 1; None without images.

    Reference: Naeini et al. (2015), "Obtaining well calibrated probabilities using Bayesian
    binning"; with bins of equal numbers.
    """
    check_scores(probabilities, is_fake)
    if not len(is_fake):
        return None
    gaps = np.bincount(bin_numbers(probabilities, n_bins), probabilities - is_fake)
    return float(np.abs(gaps).sum() / len(is_fake))


def ece_by_chance(probabilities: Scores, n_bins: int | None = None) -> float | None:
    """Return the ECE that a perfectly calibrated detector would be expected to show, by noise.

    In a bin of n images the share of fakes strays by `sqrt(2 v / (pi n))` on average, where v is
    the mean of p (1 - p). Images are taken for independent, so the truth is rather more.
    """
    if not len(probabilities):
        return None
    variances = np.bincount(bin_numbers(probabilities, n_bins), probabilities * (1 - probabilities))
    return float(np.sqrt(2 * variances / np.pi).sum() / len(probabilities))


def reliability(
    scores: Scores, is_fake: Truth, temperature: float = 1.0, n_bins: int | None = None
) -> list[ReliabilityBin]:
    """Return the points of the reliability curve, lowest scores first; none without images.

    Args:
        scores: (n,) scores as the detector gave them.
        is_fake: (n,) ground truth.
        temperature: What to calibrate them with first; 1 leaves them as they are.
        n_bins: See `bin_numbers`.

    Reference: Niculescu-Mizil & Caruana (2005), "Predicting good probabilities with supervised
    learning"; Wilson's intervals, which take images for independent.
    """
    check_scores(scores, is_fake)
    numbers = bin_numbers(scores, n_bins)
    said = scores if temperature == 1 else calibrate(scores, temperature)
    chosen = [numbers == number for number in range(int(numbers.max(initial=-1)) + 1)]
    edges = _edges([scores[each] for each in chosen])
    return [
        _bin((edges[k], edges[k + 1]), said[each], is_fake[each]) for k, each in enumerate(chosen)
    ]


def _edges(parts: list[Scores]) -> list[float]:
    """Return where bins begin and end: midway between neighbours, where no rounding matters."""
    between = [float(low.max() + high.min()) / 2 for low, high in pairwise(parts)]
    return [0.0, *between, 1.0]


def _bin(edges: tuple[float, float], said: Scores, is_fake: Truth) -> ReliabilityBin:
    n, n_fake = len(said), int(is_fake.sum())
    return ReliabilityBin(
        score_from=edges[0],
        score_to=edges[1],
        predicted=float(said.mean()),
        share_fake=n_fake / n,
        n=n,
        interval=wilson_interval(n_fake, n),
    )
