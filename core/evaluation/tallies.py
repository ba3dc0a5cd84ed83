"""What each group adds to every figure, so that resampling groups is one multiplication."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput
from core.evaluation.calibration import bin_numbers, calibrate
from core.evaluation.metrics import Scores, Truth, check_scores
from core.evaluation.weighted import Ladder, Resampled, build_ladder

APCER = "apcer: "
"""The name of an attack type's figure begins with this."""

BRIER, ECE = "brier", "ece"
CALIBRATED = "_calibrated"
"""The name of a figure of calibrated scores ends with this."""

Shares = dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]
"""What is counted and of what, (n,) each, by the name of the figure."""


@dataclass(frozen=True)
class Evidence:
    """A run's scores on some images, and how they are to be judged.

    Attributes:
        scores: (n,) probability that each image is fake.
        is_fake: (n,) ground truth.
        groups: (n,) the identity, or other cluster, of each image.
        threshold: From which score an image is called fake; None leaves out what depends on it.
        temperature: What calibrates the scores; None leaves out what depends on it.
        attack_types: (n,) how each fake was made, "" for genuine images; None leaves out APCER.
    """

    scores: Scores
    is_fake: Truth
    groups: NDArray[np.generic]
    threshold: float | None = None
    temperature: float | None = None
    attack_types: NDArray[np.str_] | None = None

    def __post_init__(self) -> None:
        """Raise `InvalidInput` if shapes differ or a score is out of range."""
        check_scores(self.scores, self.is_fake)
        for name, values in (("group", self.groups), ("attack type", self.attack_types)):
            if values is not None and values.shape != self.scores.shape:
                raise InvalidInput(
                    f"Expected one {name} an image. "
                    f"Received: scores {self.scores.shape}, {name}s {values.shape}."
                )

    @cached_property
    def group_numbers(self) -> NDArray[np.int64]:
        """(n,) the groups, numbered from 0."""
        numbers: NDArray[np.int64] = np.unique(self.groups, return_inverse=True)[1]
        return numbers

    @property
    def n_groups(self) -> int:
        """How many groups there are."""
        return int(self.group_numbers.max(initial=-1)) + 1

    def probabilities(self) -> dict[str, Scores]:
        """Return the scores as they are and calibrated, by what the names of figures end with."""
        given = {"": self.scores}
        if self.temperature is None:
            return given
        return {**given, CALIBRATED: calibrate(self.scores, self.temperature)}


@dataclass(frozen=True)
class Tally:
    """Sums over the images of each group; g groups.

    Attributes:
        ladder: Images by score; None leaves out the figures of the curves.
        parts: (g,) what is counted, by the name of the figure.
        wholes: (g,) of what, by the name of the figure.
        gaps: (bins, g) probability minus truth, by the name of the figure.
    """

    ladder: Ladder | None
    parts: dict[str, NDArray[np.float64]]
    wholes: dict[str, NDArray[np.float64]]
    gaps: dict[str, NDArray[np.float64]]

    def figures(self, weights: NDArray[np.float64]) -> dict[str, Resampled]:
        """Return every figure under each of b weightings, (g, b), of the groups."""
        curves = self.ladder.curve_figures(weights) if self.ladder else {}
        return curves | self.group_figures(weights)

    @property
    def n_rows(self) -> int:
        """How many rows the widest table over resamples has."""
        n_groups = len(self.wholes[BRIER])
        return max(n_groups, self.ladder.n_steps) if self.ladder else n_groups

    def group_figures(self, weights: NDArray[np.float64]) -> dict[str, Resampled]:
        """Return the figures that are sums over groups, for which no order of scores matters."""
        parts = np.stack(list(self.parts.values())) @ weights
        wholes = np.stack(list(self.wholes.values())) @ weights
        with np.errstate(divide="ignore", invalid="ignore"):  # 0 / 0 is NaN: undefined
            found = dict(zip(self.parts, parts / wholes, strict=True))
            n_images = self.wholes[BRIER] @ weights
            for name, gaps in self.gaps.items():
                found[name] = np.abs(gaps @ weights).sum(axis=0) / n_images
        return found


def tally(evidence: Evidence, with_curves: bool = True) -> Tally:
    """Sum up what each group adds to every figure, or to those that need no order of scores."""
    groups, n_groups = evidence.group_numbers, evidence.n_groups
    shares = _shares(evidence)

    def by_group(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(groups, values, n_groups).astype(np.float64)

    bins = bin_numbers(evidence.scores)
    n_bins = int(bins.max(initial=-1)) + 1
    cells = bins * n_groups + groups

    def by_bin(values: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = np.bincount(cells, values, n_bins * n_groups)
        return sums.reshape(n_bins, n_groups).astype(np.float64)

    return Tally(
        build_ladder(evidence.scores, evidence.is_fake, groups) if with_curves else None,
        {name: by_group(part) for name, (part, _) in shares.items()},
        {name: by_group(whole) for name, (_, whole) in shares.items()},
        {
            ECE + ending: by_bin(said - evidence.is_fake)
            for ending, said in evidence.probabilities().items()
        },
    )


def _shares(evidence: Evidence) -> Shares:
    is_fake, all_images = evidence.is_fake, np.ones(len(evidence.scores))
    shares: Shares = {
        BRIER + ending: ((said - is_fake) ** 2, all_images)
        for ending, said in evidence.probabilities().items()
    }
    if evidence.threshold is None:
        return shares
    called = evidence.scores >= evidence.threshold
    counted = {
        "false_positive_rate": (called & ~is_fake, ~is_fake),
        "miss_rate": (~called & is_fake, is_fake),
        "true_positive_rate": (called & is_fake, is_fake),
        "precision": (called & is_fake, called),
        "accuracy": (called == is_fake, all_images > 0),
    }
    if evidence.attack_types is not None:
        for kind in np.unique(evidence.attack_types[is_fake]):
            of_kind = is_fake & (evidence.attack_types == kind)
            counted[f"{APCER}{kind}"] = (~called & of_kind, of_kind)
    for name, (part, whole) in counted.items():
        shares[name] = (part.astype(np.float64), whole.astype(np.float64))
    return shares
