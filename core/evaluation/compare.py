"""Whether two runs differ by more than chance, on the same images.

The tests of this module take images for independent, as their authors did. Where many images show
few people they find differences too easily: `core.evaluation.bootstrap.differences` resamples
people and has the last word.
"""

from dataclasses import dataclass

import numpy as np

from core.errors import InvalidInput
from core.evaluation.metrics import CONFIDENCE, Interval, Scores, Truth, check_scores


@dataclass(frozen=True)
class McNemar:
    """Images that only one of two runs called right.

    Attributes:
        only_first: Images the first run called right and the second wrong.
        only_second: The other way round.
        p: How often chance alone gives a split as uneven as this; 1 where they never differ.
    """

    only_first: int
    only_second: int
    p: float


@dataclass(frozen=True)
class DeLong:
    """Two areas under the ROC curve of the same images.

    Attributes:
        difference: Second minus first.
        standard_error: Of the difference.
        interval: 95 % interval of the difference.
        p: Two-sided; None where neither ranking varies, so that nothing can be said.
    """

    first: float
    second: float
    difference: float
    standard_error: float
    interval: Interval
    p: float | None


def mcnemar(first_right: Truth, second_right: Truth) -> McNemar:
    """Test whether two runs are wrong equally often, by the images on which just one of them is.

    Args:
        first_right: (n,) whether the first run called each image right, at its own threshold.
        second_right: (n,) the same of the second run.

    Returns:
        The exact, two-sided test.

    Raises:
        InvalidInput: If shapes differ.

    Reference: McNemar (1947), "Note on the sampling error of the difference between correlated
    proportions or percentages"; Dietterich (1998) recommends it for two classifiers.
    """
    from scipy import stats

    if first_right.ndim != 1 or first_right.shape != second_right.shape:
        raise InvalidInput(
            "Expected the calls of two runs on the same images. "
            f"Received: {first_right.shape} and {second_right.shape}."
        )
    only_first = int(np.sum(first_right & ~second_right))
    only_second = int(np.sum(~first_right & second_right))
    n = only_first + only_second
    p = float(stats.binomtest(only_first, n, 0.5).pvalue) if n else 1.0
    return McNemar(only_first, only_second, p)


def delong(first: Scores, second: Scores, is_fake: Truth) -> DeLong | None:
    """Compare the AUCs of two runs that scored the same images.

    Args:
        first: (n,) scores of one run.
        second: (n,) scores of the other.
        is_fake: (n,) ground truth.

    Returns:
        None with fewer than two images of either label.

    Raises:
        InvalidInput: If shapes differ or a score is out of range.

    Reference: DeLong, DeLong & Clarke-Pearson (1988), "Comparing the areas under two or more
    correlated receiver operating characteristic curves"; computed by ranks as Sun & Xu (2014),
    "Fast implementation of DeLong's algorithm".
    """
    from scipy import stats

    check_scores(first, is_fake)
    check_scores(second, is_fake)
    if min(np.sum(is_fake), np.sum(~is_fake)) < 2:
        return None
    placed = [placements(each, is_fake) for each in (first, second)]
    of_fakes, of_genuine = ([pair[k] for pair in placed] for k in (0, 1))
    covariance = np.cov(of_fakes) / len(of_fakes[0]) + np.cov(of_genuine) / len(of_genuine[0])
    before, after = (float(shares.mean()) for shares in of_fakes)
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    error = float(np.sqrt(max(variance, 0.0)))
    reach = error * float(stats.norm.ppf((1 + CONFIDENCE) / 2))
    change = after - before
    p = float(2 * stats.norm.sf(abs(change) / error)) if error else None
    return DeLong(before, after, change, error, (change - reach, change + reach), p)


def placements(scores: Scores, is_fake: Truth) -> tuple[Scores, Scores]:
    """Return for each fake the share of genuine images that score lower, ties half; and for each
    genuine image the share of fakes that score higher.
    """
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    fakes, genuine = scores[is_fake], scores[~is_fake]
    of_fakes = (ranks[is_fake] - rankdata(fakes)) / len(genuine)
    of_genuine = 1 - (ranks[~is_fake] - rankdata(genuine)) / len(fakes)
    return of_fakes, of_genuine
