"""Comparing a part of the images with the rest, where images of one group are alike.

Rao & Scott (1992), "A simple method for the analysis of clustered binary data": counts are divided
by the design effect of Kish (1965), 1 + (m - 1) x correlation, and then treated as independent.
The correlation within groups is that of the analysis of variance, after Donner & Klar (2000),
"Design and analysis of cluster randomization trials", counted inside of the part and of the rest.
Areas under ROC curves: Obuchowski (1997), "Nonparametric analysis of clustered ROC curve data".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import rel_entr

from core.evaluation.compare import placements
from core.evaluation.metrics import CONFIDENCE, Interval, Scores, Truth, check_scores, wilson_ends

_NOTHING = 1e-12  # what rounding leaves of a spread of 0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rates:
    """How often something is so in each of k parts, (k,) each, NaN where a part is empty.

    Attributes:
        part: Images of which it is so.
        n: Images in all.
        low: Of the 95 % interval of the rate.
        high: Of the same.
        p_value: That the part differs from the rest by chance alone, two-sided.
    """

    part: Ints
    n: Ints
    low: Floats
    high: Floats
    p_value: Floats


@dataclass(frozen=True)
class Area:
    """The area under the ROC curve of one part of the images.

    Attributes:
        interval: 95 %; None where nothing varies, as in a perfect ranking.
        difference: From the area of all images.
        p_value: That it differs from all images by chance alone, two-sided; None like the interval.
        n_groups: Groups that have images in the part.
    """

    value: float
    interval: Interval | None
    difference: float
    p_value: float | None
    n_groups: int


@dataclass(frozen=True)
class _Side:
    """The parts, or their rests: (k,) sums over groups of n, x, n squared and x squared over n."""

    n: Floats
    x: Floats
    squares: Floats
    within: Floats
    groups: Floats


def compare_rates(is_so: Truth, groups: Ints, at: Ints, codes: Ints, k: int) -> Rates:
    """Compare how often something is so in each of k parts and in the rest of the images.

    Args:
        is_so: (n,) what is counted.
        groups: (n,) numbers from 0; images of one group are no independent evidence.
        at: (m,) positions of images, and
        codes: (m,) the part that each is in, 0 to k - 1; an image may be in several parts.
        k: Parts.
    """
    inside, rest = _sides(is_so, groups, at, codes, k)
    correlation = _correlation(inside, rest)
    n_in, n_out = _effective(inside, correlation), _effective(rest, correlation)
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 / 0 is NaN: an empty part
        rate_in, rate_out = inside.x / inside.n, rest.x / rest.n
    low, high = wilson_ends(rate_in, n_in, stats.norm.ppf((1 + CONFIDENCE) / 2))
    return Rates(
        part=inside.x.astype(np.int64),
        n=inside.n.astype(np.int64),
        low=low,
        high=high,
        p_value=_likelihood_ratio(rate_in, n_in, rate_out, n_out),
    )


def _sides(is_so: Truth, groups: Ints, at: Ints, codes: Ints, k: int) -> tuple[_Side, _Side]:
    n_groups = int(groups.max(initial=-1)) + 1
    n_all = np.bincount(groups, minlength=n_groups).astype(np.float64)
    x_all = np.bincount(groups, is_so, n_groups).astype(np.float64)
    cells, inverse = np.unique(codes * max(n_groups, 1) + groups[at], return_inverse=True)
    code, group = np.divmod(cells, max(n_groups, 1))  # where a part and a group meet
    n = np.bincount(inverse, minlength=len(cells)).astype(np.float64)
    x = np.bincount(inverse, is_so[at], len(cells)).astype(np.float64)
    inside = _sums(n, x, code, k)
    whole = _sums(n_all, x_all, np.zeros(n_groups, np.int64), 1)
    touched = _sums(n_all[group], x_all[group], code, k)
    left = _sums(n_all[group] - n, x_all[group] - x, code, k)
    rest = {
        name: getattr(whole, name) - getattr(touched, name) + getattr(left, name)
        for name in _Side.__dataclass_fields__
    }
    return inside, _Side(**rest)


def _sums(n: Floats, x: Floats, code: Ints, k: int) -> _Side:
    within = np.divide(x**2, n, out=np.zeros_like(x), where=n > 0)

    def summed(values: Floats) -> Floats:
        return np.bincount(code, values, k).astype(np.float64)

    filled = (n > 0).astype(np.float64)
    return _Side(summed(n), summed(x), summed(n**2), summed(within), summed(filled))


def _correlation(inside: _Side, rest: _Side) -> Floats:
    """Return the correlation within groups, 0 to 1; 0 where no group has two images."""
    n, groups = inside.n + rest.n, inside.groups + rest.groups
    between, even = np.zeros_like(n), np.zeros_like(n)
    for side in (inside, rest):
        filled = np.maximum(side.n, 1)
        between += side.within - side.x**2 / filled
        even += side.n - side.squares / filled
    n_sides = (inside.n > 0).astype(np.float64) + (rest.n > 0)
    df_between, df_within = groups - n_sides, n - groups
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 / 0: nothing to tell it by
        mean_between = between / df_between
        mean_within = (inside.x + rest.x - inside.within - rest.within) / df_within
        size = even / df_between
        found = (mean_between - mean_within) / (mean_between + (size - 1) * mean_within)
    return np.clip(np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0), 0.0, 1.0)


def _effective(side: _Side, correlation: Floats) -> Floats:
    """Return as how many independent images a side counts."""
    mean_size = np.maximum(side.squares, 1) / np.maximum(side.n, 1)  # as an image sees it
    effective: Floats = side.n / (1 + (mean_size - 1) * correlation)
    return effective


def _likelihood_ratio(rate_in: Floats, n_in: Floats, rate_out: Floats, n_out: Floats) -> Floats:
    """Return the p-values of the likelihood-ratio test of two rates; NaN where a side is empty."""
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (rate_in * n_in + rate_out * n_out) / (n_in + n_out)
        deviance = _deviance(rate_in, pooled) * n_in + _deviance(rate_out, pooled) * n_out
    p_values: Floats = stats.chi2.sf(np.maximum(2 * deviance, 0), 1)
    return np.where((n_in > 0) & (n_out > 0), p_values, np.nan)


def _deviance(rate: Floats, expected: Floats) -> Floats:
    found: Floats = rel_entr(rate, expected) + rel_entr(1 - rate, 1 - expected)
    return found


def compare_areas(
    scores: Scores, is_fake: Truth, groups: Ints, parts: Sequence[Ints]
) -> list[Area | None]:
    """Compare the AUC of parts of the images with that of all images.

    Both are sums over groups, so what they share is allowed for; t with one degree of freedom less
    than groups in the part.

    Args:
        scores: (n,) probability that each image is fake.
        is_fake: (n,) ground truth.
        groups: (n,) numbers from 0.
        parts: Positions of the images of each part.

    Returns:
        One area a part; None where it lacks a label or has one group only.

    Raises:
        InvalidInput: If shapes differ or a score is out of range.
    """
    check_scores(scores, is_fake)
    n_groups = int(groups.max(initial=-1)) + 1
    if not is_fake.any() or is_fake.all():
        return [None] * len(parts)
    whole, of_whole = _influences(scores, is_fake, groups, n_groups)

    def area(rows: Ints) -> Area | None:
        part, held = is_fake[rows], len(np.unique(groups[rows]))
        if not part.any() or part.all() or held < 2:
            return None
        value, influences = _influences(scores[rows], part, groups[rows], n_groups)
        spread, of_difference = (
            float(np.sqrt(held / (held - 1) * np.sum(each**2)))
            for each in (influences, influences - of_whole)
        )
        if min(spread, of_difference) < _NOTHING:
            return Area(value, None, value - whole, None, held)
        reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, held - 1)) * spread
        interval = (max(value - reach, 0.0), min(value + reach, 1.0))
        p_value = float(2 * stats.t.sf(abs(value - whole) / of_difference, held - 1))
        return Area(value, interval, value - whole, p_value, held)

    return [area(rows) for rows in parts]


def _influences(
    scores: Scores, is_fake: Truth, groups: Ints, n_groups: int
) -> tuple[float, Floats]:
    """Return the AUC and what each group (n_groups,) adds to its deviation from the truth."""
    n_fake, n_genuine = int(is_fake.sum()), int((~is_fake).sum())
    placed = np.empty(len(scores))
    placed[is_fake], placed[~is_fake] = placements(scores, is_fake)
    auc = float(placed[is_fake].mean())
    weights = np.where(is_fake, 1 / n_fake, 1 / n_genuine)
    return auc, np.bincount(groups, weights * (placed - auc), n_groups).astype(np.float64)
