"""95 % intervals from what a figure was in each resample.

Plain percentiles of a clustered bootstrap are too narrow where people are few or errors are rare:
in simulations with 15 to 150 people they held the true false positive rate in 71 to 84 of 100
trials, and the AUC in 84 to 95. Wilson's interval, for as many independent images as would stray as
much as the resamples do, held them in 96 to 98 and in 92 to 95.
"""

import numpy as np

from core.evaluation.metrics import CONFIDENCE, Interval, wilson_ends
from core.evaluation.weighted import Resampled


def of_figure(value: float, resampled: Resampled, n_groups: int) -> Interval | None:
    """Return the interval of a figure that lies in [0, 1].

    Returns:
        Wilson's interval of `value` among `value (1 - value) / variance` images, with Student's
        quantile for the number of groups; None with fewer than two groups, where fewer than half
        of the resamples have a value, or where all have the same.

    Reference: Wilson (1927); Korn & Graubard (1998), "Confidence intervals for proportions with
    small expected number of positive counts estimated from survey data"; for areas under the ROC
    curve Kottas et al. (2014).
    """
    variance = _variance(resampled)
    if n_groups < 2 or not variance or not 0 < value < 1:
        return None
    return _wilson(value, value * (1 - value) / variance, n_groups)


def of_proportion(
    value: float, resampled: Resampled, n_images: int, n_groups: int
) -> Interval | None:
    """Return the interval of a share of images.

    As `of_figure`, with at most as many independent images as there are. None or all of the images
    are told from each other by nothing: they count as one image a group, which is the least.
    """
    if value in (0, 1):
        return _wilson(value, n_groups, n_groups)
    variance = _variance(resampled)
    if n_groups < 2 or not variance:
        return None
    return _wilson(value, min(value * (1 - value) / variance, n_images), n_groups)


def percentile(resampled: Resampled, n_groups: int) -> Interval | None:
    """Return the percentiles that hold 95 %, a little further out where groups are few.

    Returns:
        None where `of_figure` returns None.

    Reference: Hesterberg (2015), "What teachers should know about the bootstrap": the expanded
    percentile interval.
    """
    from scipy import stats

    if n_groups < 2 or not _variance(resampled):
        return None
    tail = float(stats.norm.cdf(-_quantile(n_groups)))
    low, high = np.nanquantile(resampled, (tail, 1 - tail))
    return float(low), float(high)


def reflected(value: float, resampled: Resampled, n_groups: int) -> Interval | None:
    """Return the percentiles mirrored at the value, for a calibration error, which noise raises.

    A resample is worse than the images themselves as these are worse than the truth; mirroring
    takes that off. Where there is no error but noise, resamples have twice its variance: they show
    only `sqrt(2) - 1` of what noise adds, so the low end gives way by `sqrt(2)` times as much
    again. In simulations with 20 and 100 people this held the truth in 89 to 95 of 100 trials,
    plain percentiles in 0 to 89.

    Reference: Davison & Hinkley (1997), "Bootstrap methods and their application", the basic
    interval.
    """
    found = percentile(resampled, n_groups)
    if found is None:
        return None
    low, high = found
    raised = max(0.0, float(np.nanmean(resampled)) - value)
    end = min(1.0, max(value, 2 * value - low))
    return max(0.0, 2 * value - high - np.sqrt(2) * raised), end


def _variance(resampled: Resampled) -> float | None:
    """Return how much the defined values vary; None where fewer than half are defined."""
    defined = resampled[~np.isnan(resampled)]
    if 2 * len(defined) < len(resampled) or np.ptp(defined) < 1e-12:
        return None
    return float(np.var(defined))


def _quantile(n_groups: int) -> float:
    """Return how many standard errors of the bootstrap reach from the middle to the end."""
    from scipy import stats

    freedom = n_groups - 1
    return float(np.sqrt(n_groups / freedom) * stats.t.ppf((1 + CONFIDENCE) / 2, freedom))


def _wilson(value: float, n: float, n_groups: int) -> Interval:
    from scipy import stats

    z = _quantile(n_groups) if 0 < value < 1 else float(stats.norm.ppf((1 + CONFIDENCE) / 2))
    low, high = wilson_ends(np.array([value], np.float64), np.array([n], np.float64), z)
    return float(low[0]), float(high[0])
