"""Figures about scores, each with what it leaves uncertain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput

CONFIDENCE = 0.95

Scores = NDArray[np.float64]
Truth = NDArray[np.bool_]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Confusion:
    """Right and wrong calls: the word before the underscore says whether the call was true.

    Attributes:
        true_genuine: Genuine, called genuine.
        false_fake: Genuine, called fake: a false positive, the costly error.
        false_genuine: Fake, called genuine: a miss.
        true_fake: Fake, called fake.
    """

    true_genuine: int
    false_fake: int
    false_genuine: int
    true_fake: int

    @property
    def n_genuine(self) -> int:
        """Number of genuine images."""
        return self.true_genuine + self.false_fake

    @property
    def n_fake(self) -> int:
        """Number of fake images."""
        return self.false_genuine + self.true_fake


@dataclass(frozen=True)
class Rates:
    """Fractions in [0, 1] of a confusion; None where nothing was there to count."""

    false_positive_rate: float | None
    miss_rate: float | None
    true_positive_rate: float | None
    precision: float | None
    accuracy: float | None
    balanced_accuracy: float | None


def check_scores(scores: Scores, is_fake: Truth) -> None:
    """Raise `InvalidInput` unless both are (n,) and every score lies in [0, 1]."""
    if scores.ndim != 1 or scores.shape != is_fake.shape:
        raise InvalidInput(
            "Expected one score and one label an image. "
            f"Received: scores {scores.shape}, labels {is_fake.shape}."
        )
    if not bool(np.all((scores >= 0) & (scores <= 1))):
        raise InvalidInput(
            "Expected scores from 0 to 1. "
            f"Received: from {scores.min()} to {scores.max()}. Score the images again."
        )


def confusion_at(threshold: float, scores: Scores, is_fake: Truth) -> Confusion:
    """Count right and wrong calls when `score >= threshold` means fake.

    Args:
        threshold: Probability in [0, 1].
        scores: (n,) probability that each image is fake.
        is_fake: (n,) ground truth.

    Returns:
        Four counts that sum to n.

    Raises:
        InvalidInput: If `scores` and `is_fake` differ in shape, or a score is out of range.

    Reference: Fawcett (2006), "An introduction to ROC analysis".
    """
    check_scores(scores, is_fake)
    called_fake = scores >= threshold
    cells = np.bincount(2 * is_fake.astype(np.int64) + called_fake, minlength=4)
    return Confusion(*(int(count) for count in cells))


def rates(confusion: Confusion) -> Rates:
    """Turn counts into fractions.

    Reference: Fawcett (2006); balanced accuracy as Brodersen et al. (2010).
    """
    false_positive_rate = _ratio(confusion.false_fake, confusion.n_genuine)
    true_positive_rate = _ratio(confusion.true_fake, confusion.n_fake)
    balanced = None
    if false_positive_rate is not None and true_positive_rate is not None:
        balanced = (1 - false_positive_rate + true_positive_rate) / 2
    n_right = confusion.true_genuine + confusion.true_fake
    return Rates(
        false_positive_rate=false_positive_rate,
        miss_rate=_ratio(confusion.false_genuine, confusion.n_fake),
        true_positive_rate=true_positive_rate,
        precision=_ratio(confusion.true_fake, confusion.true_fake + confusion.false_fake),
        accuracy=_ratio(n_right, confusion.n_genuine + confusion.n_fake),
        balanced_accuracy=balanced,
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _has_both(is_fake: Truth) -> bool:
    return bool(is_fake.any() and not is_fake.all())


def roc_auc(scores: Scores, is_fake: Truth) -> float | None:
    """Area under the ROC curve: how often a fake outscores a genuine image, ties half.

    Returns:
        0 to 1, or None if only one label occurs.
    """
    from sklearn import metrics

    check_scores(scores, is_fake)
    return float(metrics.roc_auc_score(is_fake, scores)) if _has_both(is_fake) else None


def average_precision(scores: Scores, is_fake: Truth) -> float | None:
    """Area under the precision-recall curve by steps; None if only one label occurs."""
    from sklearn import metrics

    check_scores(scores, is_fake)
    return float(metrics.average_precision_score(is_fake, scores)) if _has_both(is_fake) else None


def eer(scores: Scores, is_fake: Truth) -> float | None:
    """Equal error rate: where the false positive rate equals the miss rate.

    Returns:
        0 to 1, interpolated linearly between points of the ROC curve (ISO/IEC 19795-1); None if
        only one label occurs.
    """
    from sklearn import metrics

    check_scores(scores, is_fake)
    if not _has_both(is_fake):
        return None
    fpr, tpr, _ = metrics.roc_curve(is_fake, scores)
    return float(np.interp(0, fpr - (1 - tpr), fpr))


def tpr_at_fpr(scores: Scores, is_fake: Truth, fpr: float) -> float | None:
    """Share of fakes caught by the best threshold whose false positive rate is at most `fpr`.

    Returns:
        0 to 1, a point that some threshold really reaches; None if only one label occurs.
    """
    from sklearn import metrics

    check_scores(scores, is_fake)
    if not _has_both(is_fake):
        return None
    curve_fpr, curve_tpr, _ = metrics.roc_curve(is_fake, scores, drop_intermediate=False)
    return float(curve_tpr[curve_fpr <= fpr].max())


def wilson_ends(rates: Scores, n: Scores, z: float) -> tuple[Scores, Scores]:
    """Return the ends of Wilson's intervals of rates out of n images.

    Args:
        rates: (k,) of 0 to 1.
        n: (k,) how many independent images they count for, which need not be whole numbers.
        z: How many standard errors the interval reaches.

    Returns:
        (k,) low and (k,) high ends; NaN where n is 0.
    """
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 / 0 is NaN: undefined
        spread = 1 + z**2 / n
        middle = (rates + z**2 / (2 * n)) / spread
        reach = z / spread * np.sqrt(rates * (1 - rates) / n + z**2 / (4 * n**2))
    return np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0)


def wilson_interval(successes: int, n: int) -> Interval | None:
    """Return the 95 % interval of a proportion; None if n is 0.

    Reference: Wilson (1927), "Probable inference, the law of succession, and statistical
    inference"; recommended by Brown, Cai and DasGupta (2001).
    """
    from scipy import stats

    if n == 0:
        return None
    interval = stats.binomtest(successes, n).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)
