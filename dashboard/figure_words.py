"""What each figure is called and what it means, in plain English; the order is that of the page."""

from collections.abc import Callable
from dataclasses import dataclass

from core.rounding import fraction, percent


@dataclass(frozen=True)
class Words:
    """How a figure is told.

    Attributes:
        label: Above the figure.
        form: How its value and its interval are written.
        help: What it means, for people who do not know its name.
        is_costly: Whether it is the error that harms a real person.
    """

    label: str
    form: Callable[[float], str]
    help: str
    is_costly: bool = False


CALLS = {
    "false_positive_rate": Words(
        "False positive rate",
        percent,
        "Of the genuine images, the share called fake: the costly error, as it harms a real "
        "person. The literature on attacks calls it BPCER.",
        is_costly=True,
    ),
    "miss_rate": Words(
        "Miss rate",
        percent,
        "Of the fakes, the share called genuine, all kinds of attack together. The chart below "
        "tells them apart.",
    ),
    "precision": Words(
        "Precision",
        percent,
        "Of the images called fake, the share that is fake. It depends on how many of the images "
        "are fake: where fakes are rarer than here, it is lower.",
    ),
    "accuracy": Words(
        "Accuracy",
        percent,
        "Of all images, the share called right. It hides which of the two errors was made.",
    ),
}

RANKING = {
    "auc": Words(
        "AUC",
        fraction,
        "How often a fake scores higher than a genuine image: 0.5 is guessing, 1 never wrong.",
    ),
    "average_precision": Words(
        "Average precision",
        fraction,
        "The mean precision while going down the list of images by score, fakes found one after "
        "the other. Guessing gets the share of fakes.",
    ),
    "eer": Words(
        "Equal error rate",
        percent,
        "At the threshold where as large a share of genuine images is called fake as of fakes is "
        "missed, that share.",
    ),
    "tpr_at_1_fpr": Words(
        "Caught at 1 % FPR",
        percent,
        "The share of fakes caught while at most 1 % of the genuine images are called fake. With "
        "fewer than 200 genuine images that is less than two of them, and no interval holds.",
    ),
    "tpr_at_5_fpr": Words(
        "Caught at 5 % FPR",
        percent,
        "The share of fakes caught while at most 5 % of the genuine images are called fake. With "
        "fewer than 40 genuine images that is less than two of them, and no interval holds.",
    ),
}

_BRIER = (
    "The mean squared distance of the probability from the truth: 0 is always certain and right, "
    "0.25 is what saying 50 % of everything gets."
)
_ECE = (
    "Expected calibration error: by how much the probability differs from the share that is fake, "
    "on average over bins of equally many images. Few images make it look worse than it is."
)

CALIBRATION = {
    "brier": Words("Brier score", fraction, f"{_BRIER} Of the scores as the detector gives them."),
    "brier_calibrated": Words("Brier, calibrated", fraction, f"{_BRIER} After calibration."),
    "ece": Words("ECE", fraction, f"{_ECE} Of the scores as the detector gives them."),
    "ece_calibrated": Words("ECE, calibrated", fraction, f"{_ECE} After calibration."),
}
