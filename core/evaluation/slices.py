"""Slices: parts of a test set by what is known of the images, and which stand out beyond chance.

A slice is compared with the rest of the images. Images of one person are no independent evidence,
which core.evaluation.clustered allows for; and as many slices are looked at, their p-values are
corrected together: Benjamini & Hochberg (1995), "Controlling the false discovery rate".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.evaluation.cuts import Cut, Flags, Floats, Ints

if TYPE_CHECKING:
    from core.evaluation.clustered import Area  # loads scipy, which no page pays for

MIN_IMAGES = 10
"""With fewer images of its label, nothing is said about a slice."""

MIN_GROUPS = 5
"""The AUC of images of fewer people has no spread to judge it by."""

MAX_FALSE_DISCOVERIES = 0.05
"""Of the slices called beyond chance, so many are expected to be chance."""


class Measure(StrEnum):
    """What slices are compared by, the costly error first."""

    FPR = "fpr"
    MISS = "miss"
    AUC = "auc"


@dataclass(frozen=True)
class Figure:
    """One measure of one slice.

    Attributes:
        value: 0 to 1; None where an AUC has nothing to count.
        interval: 95 %; None where it has nothing to say.
        difference: From the value of all images; None without a value.
        p_value: That the slice differs from the rest by chance alone, before correction; None
            where it was not tested.
        n: Images behind it: genuine ones for the false positive rate, fakes for the miss rate,
            the rarer label for the AUC.
        is_beyond_chance: Whether it stands out though all slices were looked at.
    """

    value: float | None
    interval: tuple[float, float] | None
    difference: float | None
    p_value: float | None
    n: int
    is_beyond_chance: bool = False

    @property
    def is_too_few(self) -> bool:
        """Whether its images, or the people on them, are too few to say anything."""
        return self.p_value is None


@dataclass(frozen=True)
class Slice:
    """Images that share something, and how the detector does on them.

    Attributes:
        kind: Name of the fact.
        rows: Positions of the images, rising.
        figures: By measure; one that has no images of its label, or all of them, is left out.
    """

    kind: str
    name: str
    rows: Ints
    n_genuine: int
    n_fake: int
    figures: Mapping[Measure, Figure]

    @property
    def key(self) -> str:
        """Name of the slice among all, as it stands in an address."""
        return f"{self.kind}:{self.name}"


def whole_of(scores: Floats, is_fake: Flags, threshold: float) -> dict[Measure, float | None]:
    """Return each measure over all images; None where a label is missing."""
    from core.evaluation import metrics

    found = metrics.rates(metrics.confusion_at(threshold, scores, is_fake))
    return {
        Measure.FPR: found.false_positive_rate,
        Measure.MISS: found.miss_rate,
        Measure.AUC: metrics.roc_auc(scores, is_fake),
    }


def compare_slices(
    cuts: Sequence[Cut],
    scores: Floats,
    is_fake: Flags,
    groups: NDArray[np.generic],
    threshold: float,
) -> list[Slice]:
    """Return the figures of every slice.

    Args:
        cuts: Ways to cut the n images.
        scores: (n,) probability that each image is fake.
        is_fake: (n,) ground truth.
        groups: (n,) the identity, or other cluster, of each image.
        threshold: From which score an image is called fake.

    Returns:
        Slices in the order of the cuts.

    Raises:
        InvalidInput: If shapes differ or a score is out of range.
    """
    whole = whole_of(scores, is_fake, threshold)
    group = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    wrong = (scores >= threshold) != is_fake
    areas = iter(_areas(cuts, scores, is_fake, group))
    found = []
    for cut in cuts:
        columns = [
            _rates(cut, wrong, ~is_fake, group, whole[Measure.FPR]),
            _rates(cut, wrong, is_fake, group, whole[Measure.MISS]),
            [next(areas) for _ in cut.names],
        ]
        found += _slices(cut, is_fake, columns)
    return _corrected(found)


_Column = Sequence[Figure | None]


def _slices(cut: Cut, is_fake: Flags, columns: Sequence[_Column]) -> list[Slice]:
    slices = []
    for code, (name, rows) in enumerate(zip(cut.names, cut.rows(), strict=True)):
        told = zip(Measure, (column[code] for column in columns), strict=True)
        figures = {measure: figure for measure, figure in told if figure}
        n_fake = int(is_fake[rows].sum())
        slices.append(Slice(cut.kind, name, rows, len(rows) - n_fake, n_fake, figures))
    return slices


def _rates(cut: Cut, wrong: Flags, among: Flags, group: Ints, whole: float | None) -> _Column:
    """Return how often the calls of one label are wrong, slice by slice."""
    from core.evaluation.clustered import compare_rates

    if whole is None:
        return [None] * len(cut.names)
    place = np.cumsum(among) - 1
    held = among[cut.at]
    found = compare_rates(
        wrong[among], group[among], place[cut.at[held]], cut.codes[held], len(cut.names)
    )
    n_all = int(among.sum())
    return [
        _rate(int(part), int(n), (float(low), float(high)), float(p_value), whole)
        if 0 < n < n_all
        else None
        for part, n, low, high, p_value in zip(
            found.part, found.n, found.low, found.high, found.p_value, strict=True
        )
    ]


def _rate(part: int, n: int, interval: tuple[float, float], p_value: float, whole: float) -> Figure:
    value = part / n
    return Figure(value, interval, value - whole, p_value if n >= MIN_IMAGES else None, n)


def _areas(cuts: Sequence[Cut], scores: Floats, is_fake: Flags, group: Ints) -> _Column:
    """Return the AUC of every slice of every cut, in their order."""
    from core.evaluation.clustered import compare_areas

    rows = [each for cut in cuts for each in cut.rows()]
    found = compare_areas(scores, is_fake, group, rows)
    return [
        _area(area, is_fake[each]) if area and len(each) < len(scores) else None
        for area, each in zip(found, rows, strict=True)
    ]


def _area(area: "Area", is_fake: Flags) -> Figure:
    n = int(min(is_fake.sum(), (~is_fake).sum()))
    is_enough = n >= MIN_IMAGES and area.n_groups >= MIN_GROUPS
    p_value = area.p_value if is_enough else None
    return Figure(area.value, area.interval, area.difference, p_value, n)


def _corrected(slices: list[Slice]) -> list[Slice]:
    """Mark the figures that stand out though all of their measure were looked at."""
    from scipy.stats import false_discovery_control

    marked = [dict(each.figures) for each in slices]
    for measure in Measure:
        tested = [
            (at, figure.p_value)
            for at, figures in enumerate(marked)
            if (figure := figures.get(measure)) and figure.p_value is not None
        ]
        if not tested:
            continue
        corrected = false_discovery_control([p_value for _, p_value in tested])
        for (at, _), p_value in zip(tested, corrected, strict=True):
            is_beyond = bool(p_value <= MAX_FALSE_DISCOVERIES)
            marked[at][measure] = replace(marked[at][measure], is_beyond_chance=is_beyond)
    return [replace(each, figures=new) for each, new in zip(slices, marked, strict=True)]


def furthest_first(slices: Sequence[Slice], measure: Measure) -> list[Slice]:
    """Return the slices that have a measure: beyond chance first, too few to say last.

    Within each the furthest from the whole come first, those that do worse before those that do
    better by as much.
    """
    worse = -1 if measure is Measure.AUC else 1

    def rank(each: Slice) -> tuple[bool, bool, float, bool]:
        figure = each.figures[measure]
        difference = figure.difference or 0.0
        too_few = figure.is_too_few
        return not figure.is_beyond_chance, too_few, -abs(difference), difference * worse < 0

    return sorted((each for each in slices if measure in each.figures), key=rank)
