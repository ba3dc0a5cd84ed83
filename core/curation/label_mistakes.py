"""Label mistakes: where a detector that never saw an image doubts its label.

Confident learning assumes scores of images that the detector was not trained on: one that has
learned an image by heart agrees with its label, right or wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput
from core.types import Label, Split

MIN_OF_LABEL = 10
"""Judged images of each label, below which a mean score says nothing."""

_LABELS = (Label.GENUINE, Label.FAKE)


@dataclass(frozen=True)
class OutOfSample:
    """Scores of images by detectors that were not trained on them.

    Attributes:
        ids: (n,) numbers of the images, rising.
        scores: (n,) probability that each is fake.
        is_validation: (n,) whether only validation scores were there.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float64]
    is_validation: NDArray[np.bool_]


@dataclass(frozen=True)
class LabelMistake:
    """A label that is perhaps wrong.

    Attributes:
        index: Of the image among those that were judged.
        score: Probability that it is fake, as the detector says.
        certainty: Probability of the label it does not have, as the detector says.
    """

    index: int
    before: Label
    after: Label
    score: float
    certainty: float


@dataclass(frozen=True)
class Findings:
    """What confident learning made of the scores.

    Attributes:
        mistakes: Those labelled genuine first, each label's surest first.
        mean_scores: Mean probability of being fake of images labelled genuine, and fake.
    """

    mistakes: Sequence[LabelMistake]
    mean_scores: tuple[float, float]


def out_of_sample(
    ids: NDArray[np.int64],
    splits: Sequence[str] | NDArray[np.str_],
    scores: NDArray[np.float64],
) -> OutOfSample:
    """Keep of many scores those by detectors that were not trained on the image; one an image.

    Test and calibration scores come first; several (of folds) are averaged. Only an image without
    one is judged by its validation scores: those chose the epoch, one figure among few, so a wrong
    label there may hide a little better; leaving them out would hide it for certain.

    Args:
        ids: (m,) numbers of images, one for each score.
        splits: (m,) where the image was for the detector that gave the score.
        scores: (m,) probability that the image is fake.

    Returns:
        At most one score an image; images that were only trained on are missing.
    """
    split = np.asarray(splits, dtype=np.str_)
    validation = split == Split.VALIDATION
    held_out = ~validation & (split != Split.TRAIN)
    validation &= ~np.isin(ids, ids[held_out])
    kept = held_out | validation
    found, first, position = np.unique(ids[kept], return_index=True, return_inverse=True)
    means = np.bincount(position, scores[kept]) / np.bincount(position)
    return OutOfSample(found, means, validation[kept][first])


def find_label_mistakes(
    scores: NDArray[np.float64], is_fake: NDArray[np.bool_], is_certain: NDArray[np.bool_]
) -> Findings:
    """Find the labels that the scores contradict with confidence.

    An image is named where the probability of the other label is the larger one and reaches the
    mean that images of that other label have. Of cleanlab's ways this names the fewest right
    labels, and no image's verdict depends on how many others are named.

    Args:
        scores: (n,) out-of-sample probability that each image is fake.
        is_fake: (n,) the labels as they stand.
        is_certain: (n,) labels that cannot be wrong: they set the means, but are never named.

    Raises:
        InvalidInput: If a label has too few images, all scores are equal, or one is no probability.

    Reference: Northcutt, Jiang & Chuang (2021), "Confident learning: estimating uncertainty in
    dataset labels", by the library of the authors.
    """
    from cleanlab.filter import find_label_issues

    _check(scores, is_fake)
    labels, probabilities = is_fake.astype(np.int64), np.column_stack([1 - scores, scores])
    is_named = find_label_issues(labels, probabilities, filter_by="confident_learning", n_jobs=1)
    certainty = probabilities[np.arange(len(labels)), 1 - labels]
    named = np.flatnonzero(is_named & ~is_certain)
    order = named[np.lexsort((-certainty[named], labels[named]))]
    mistakes = [
        LabelMistake(
            int(index),
            _LABELS[labels[index]],
            _LABELS[1 - labels[index]],
            float(scores[index]),
            float(certainty[index]),
        )
        for index in order
    ]
    return Findings(mistakes, (float(scores[~is_fake].mean()), float(scores[is_fake].mean())))


def _check(scores: NDArray[np.float64], is_fake: NDArray[np.bool_]) -> None:
    from core.evaluation.metrics import check_scores

    n_fake = int(is_fake.sum())
    n_genuine = len(is_fake) - n_fake
    if min(n_fake, n_genuine) < MIN_OF_LABEL:
        raise InvalidInput(
            f"Expected at least {MIN_OF_LABEL} genuine and {MIN_OF_LABEL} fake images that the "
            f"detector was not trained on. Received {n_genuine} genuine and {n_fake} fake: label "
            "more images, or freeze with a larger test share or in folds, and train on that."
        )
    check_scores(scores, is_fake)
    if np.ptp(scores) == 0:
        raise InvalidInput(
            f"Expected scores that differ. Received {scores[0]:.4f} for all {len(scores):,} "
            "images: this detector tells nothing apart, train another one."
        )
