"""Two runs on the images that may judge both: what each gets right, and by how much they differ."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.types import Run, Split
from dashboard import resources
from dashboard.evaluation import scored
from db.images import ImageFilter

if TYPE_CHECKING:
    from core.evaluation.bootstrap import Estimate
    from core.evaluation.compare import DeLong, McNemar

OUTCOMES = ("only-first", "only-second", "both-wrong", "both-right")
"""What two runs make of an image, as it stands in the URL."""

_LEARNT_FROM = (Split.TRAIN, Split.VALIDATION)


@dataclass(frozen=True)
class TwoRuns:
    """Two runs' scores on the images that both were judged by, (n,) each.

    Attributes:
        ids: Numbers of the images.
        is_fake: Label when the first run's version was frozen.
        groups: Of the first run's version.
        thresholds: Of either run.
        n_left_out: Images of the first run's split that are left out.
        n_learnt: Those of them that the second run was trained or chosen on.
    """

    ids: NDArray[np.int64]
    is_fake: NDArray[np.bool_]
    groups: NDArray[np.int64]
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    thresholds: tuple[float, float]
    n_left_out: int
    n_learnt: int

    def right(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Mark (n,) what the first and what the second run calls right."""
        first, second = (
            (scores >= threshold) == self.is_fake
            for scores, threshold in zip((self.first, self.second), self.thresholds, strict=True)
        )
        return first, second

    def outcomes(self) -> NDArray[np.int64]:
        """Return for each image (n,) what the runs make of it, as a place in OUTCOMES."""
        first, second = self.right()
        return np.select([first & ~second, second & ~first, ~first & ~second], [0, 1, 2], 3)

    def costly(self) -> NDArray[np.bool_]:
        """Mark (n,) the genuine images that a run calls fake."""
        first, second = self.right()
        return ~self.is_fake & ~(first & second)


@dataclass(frozen=True)
class Differences:
    """How far two runs are apart, second minus first.

    Attributes:
        estimates: By the names of `core.evaluation.bootstrap.differences`.
        by_label: McNemar's test on the genuine images, and on the fakes.
        areas: DeLong's test; None with fewer than two images of a label.
    """

    estimates: "dict[str, Estimate]"
    by_label: "tuple[McNemar, McNemar]"
    areas: "DeLong | None"


def pair(first: Run, second: Run, split: Split, thresholds: tuple[float, float]) -> TwoRuns:
    """Return both runs' scores on the images that are in this split of either run's version.

    No image that one of them was trained on is among them, nor one whose label differs between
    the versions.
    """
    a, b = scored(first, split), scored(second, split)
    ids, at_a, at_b = np.intersect1d(
        a.image_ids, b.image_ids, assume_unique=True, return_indices=True
    )
    same = a.is_fake[at_a] == b.is_fake[at_b]
    ids, at_a, at_b = ids[same], at_a[same], at_b[same]
    missing = a.image_ids[~np.isin(a.image_ids, ids)]
    return TwoRuns(
        ids,
        a.is_fake[at_a],
        a.groups[at_a],
        a.scores[at_a],
        b.scores[at_b],
        thresholds,
        len(missing),
        _count_learnt(second, split, missing),
    )


def _count_learnt(run: Run, split: Split, ids: NDArray[np.int64]) -> int:
    """Count the images that a run was trained or chosen on."""
    if not len(ids):
        return 0
    with resources.session() as session:
        return sum(
            resources.catalogue().count(
                session,
                ImageFilter(version=run.dataset_version, split=part, among=frozenset(ids.tolist())),
            )
            for part in _LEARNT_FROM
            if part is not split
        )


def differences(first: Run, second: Run, split: Split, data: TwoRuns) -> Differences:
    """Return how far two runs are apart, counted once."""
    finished = (first.finished_at, second.finished_at)
    return _differences(first.id, second.id, split, finished, data.thresholds, data)


@st.cache_data(show_spinner="Resampling people for both runs at once ...", max_entries=16)
def _differences(
    first_id: int,
    second_id: int,
    split: Split,
    finished: tuple[object, object],
    thresholds: tuple[float, float],
    _data: TwoRuns,
) -> Differences:
    from core.evaluation import bootstrap, compare
    from core.evaluation.tallies import Evidence

    first, second = (
        Evidence(scores, _data.is_fake, _data.groups, threshold)
        for scores, threshold in zip((_data.first, _data.second), thresholds, strict=True)
    )
    right = _data.right()
    genuine, fake = (
        compare.mcnemar(*(each[_data.is_fake == is_fake] for each in right))
        for is_fake in (False, True)
    )
    return Differences(
        bootstrap.differences(first, second),
        (genuine, fake),
        compare.delong(_data.first, _data.second, _data.is_fake),
    )
