"""Keepers: which of several copies of a photograph is better kept, and why."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.types import Label, Verdict

LOSSLESS_FORMATS = frozenset({"PNG", "BMP", "TIFF", "GIF"})


class Copy(Protocol):
    """What the choice looks at: an image record, or a row of the same columns."""

    @property
    def id(self) -> int:
        """Number of the image."""

    @property
    def label(self) -> str:
        """One of `Label`."""

    @property
    def format(self) -> str:
        """The real format."""

    @property
    def width_px(self) -> int:
        """Width of the upright image."""

    @property
    def height_px(self) -> int:
        """Height of the upright image."""

    @property
    def size_bytes(self) -> int:
        """Size of the file."""


@dataclass(frozen=True)
class Suggestion:
    """Which of two copies to keep, and why in a sentence."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class GroupSuggestion:
    """Which of many copies to keep, and why.

    Attributes:
        keeper: Number of the image; None where all are worth keeping.
        reason: What stands after "Keep it:" or "Keep all:".
    """

    keeper: int | None
    reason: str


_Preference = tuple[str, Callable[[Copy], float]]


def suggest_keeper(left: Copy, right: Copy, protected: Collection[int] = ()) -> Suggestion:
    """Suggest which of two copies to keep; a person decides.

    The first of these that tells them apart decides: a protected folder, more pixels, a lossless
    format, more bytes a pixel, a known label, the one that came first. Where one is labelled
    genuine and the other fake, one may be an edit of the other, and both are worth keeping.

    Args:
        left: The pair's left image.
        right: Its right one.
        protected: Numbers of the images that lie in a protected folder.
    """
    if _have_both_labels([left, right]):
        return Suggestion(
            Verdict.KEEP_BOTH,
            "Keep both: one is labelled genuine and the other fake, so one may be an edit of the "
            "other. If they are the same picture, correct the label first.",
        )
    if left.id in protected and right.id in protected:
        return Suggestion(Verdict.KEEP_BOTH, "Keep both: each lies in a protected folder.")
    for reason, value in _preferences(protected):
        if value(left) != value(right):
            is_left = value(left) > value(right)
            side, verdict = (
                ("left", Verdict.KEEP_LEFT) if is_left else ("right", Verdict.KEEP_RIGHT)
            )
            return Suggestion(verdict, f"Keep the {side} one: {reason}.")
    return Suggestion(Verdict.KEEP_LEFT, "Keep either: nothing tells them apart.")


def suggest_of_group(group: Sequence[Copy], protected: Collection[int] = ()) -> GroupSuggestion:
    """Suggest which of a group's copies to keep, by the same preferences as of two.

    Args:
        group: Two images or more, each its own number.
        protected: Numbers of the images that lie in a protected folder.
    """
    if _have_both_labels(group):
        return GroupSuggestion(
            None,
            "some are labelled genuine and some fake, so one may be an edit of another. "
            "If they are the same picture, correct the label first.",
        )
    if all(image.id in protected for image in group):
        return GroupSuggestion(None, "each lies in a protected folder.")
    best, reasons = list(group), list[str]()
    for reason, value in _preferences(protected):
        top = max(value(image) for image in best)
        rest = [image for image in best if value(image) == top]
        if len(rest) < len(best):
            best, reasons = rest, [*reasons, reason]
    return GroupSuggestion(best[0].id, f"{', '.join(reasons)}.")


def by_preference(group: Sequence[Copy], protected: Collection[int] = ()) -> list[int]:
    """Return the numbers of a group's images, the one most worth keeping first."""

    def worth(image: Copy) -> tuple[float, ...]:
        return tuple(value(image) for _, value in _preferences(protected))

    return [image.id for image in sorted(group, key=worth, reverse=True)]


def _have_both_labels(group: Sequence[Copy]) -> bool:
    return {Label.GENUINE, Label.FAKE} <= {image.label for image in group}


def _preferences(protected: Collection[int]) -> list[_Preference]:
    is_protected: _Preference = (
        "it lies in a protected folder",
        lambda image: image.id in protected,
    )
    return [is_protected, *_PREFERENCES]


def _fineness(image: Copy) -> float:
    """Return the bytes a pixel in steps of a half more: a tenth more says nothing of quality."""
    return round(math.log(image.size_bytes / (image.width_px * image.height_px), 1.5))


_PREFERENCES: list[_Preference] = [
    ("it has more pixels", lambda image: image.width_px * image.height_px),
    ("its format is lossless", lambda image: image.format in LOSSLESS_FORMATS),
    ("it is compressed less", lambda image: _fineness(image)),
    ("it has a label", lambda image: image.label != Label.UNKNOWN),
    ("it came first", lambda image: -image.id),
]
