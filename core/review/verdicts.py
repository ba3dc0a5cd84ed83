"""Verdicts: what a reviewer may say of an image, its label and the detector's call."""

from enum import StrEnum

from core.types import Label

HARD_EXAMPLE = "hard example"
"""The tag of images on which the detector was wrong although the label is right."""


class ReviewVerdict(StrEnum):
    """What a reviewer, or all of them together, said of one image."""

    LABEL_WRONG = "label wrong"
    DETECTOR_WRONG = "detector wrong"
    NOTHING_WRONG = "nothing wrong"
    IMAGE_UNUSABLE = "image unusable"
    CANNOT_TELL = "cannot tell"


class ItemStatus(StrEnum):
    """How far an item of a queue has come."""

    OPEN = "open"
    DISPUTED = "disputed"
    SETTLED = "settled"


def verdicts_for(label: Label, is_called_fake: bool | None) -> tuple[ReviewVerdict, ...]:
    """Return the four verdicts that make sense of an image, in the order of their keys.

    Where label and call contradict each other, one of them is wrong: the second verdict blames the
    detector. Where they agree, or nothing was called, the second verdict blames nobody. A wrong
    label is a wrong label either way.

    Args:
        label: Genuine or fake, as the image was labelled when it was queued.
        is_called_fake: What the detector called it at its threshold; None without a detector.
    """
    is_contradicted = is_called_fake is not None and is_called_fake != (label is Label.FAKE)
    label_right = ReviewVerdict.DETECTOR_WRONG if is_contradicted else ReviewVerdict.NOTHING_WRONG
    return (
        ReviewVerdict.LABEL_WRONG,
        label_right,
        ReviewVerdict.IMAGE_UNUSABLE,
        ReviewVerdict.CANNOT_TELL,
    )
