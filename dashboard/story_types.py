"""The facts of a run's story, as values: what page, files and command line all tell from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.types import ChecksumSha256, DatasetVersion, Label, Run, Split, Threshold, Verdict
from db.provenance import Origin

Interval = tuple[float, float]
Tally = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Share:
    """A count of a whole with its 95 % interval; `value` is None where the whole is empty.

    Attributes:
        n_groups: Groups (people) that the whole belongs to, where they were counted.
    """

    part: int
    whole: int
    interval: Interval | None
    n_groups: int | None = None

    @property
    def value(self) -> float | None:
        """The proportion, 0 to 1."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class Measure:
    """A figure with its 95 % interval; None where the images cannot tell it."""

    value: float | None
    interval: Interval | None


@dataclass(frozen=True)
class Data:
    """The images that a run was trained and judged on, and where they came from.

    Attributes:
        duplicates: Near-duplicate pairs by verdict; None for those that wait.
        sample: Some training images, to show what the data look like.
    """

    version: DatasetVersion
    n_identities: int
    origins: tuple[Origin, ...]
    generators: tuple[tuple[str | None, int], ...]
    left_out: Tally
    refused: Tally
    duplicates: Mapping[Verdict | None, int]
    sample: tuple[tuple[ChecksumSha256, Label], ...]

    def count(self, split: Split | None = None, label: Label | None = None) -> int:
        """Count the version's images of a split, a label, both or all."""
        return sum(
            n
            for name, labels in self.version.counts.items()
            for word, n in labels.items()
            if split in (None, name) and label in (None, word)
        )


@dataclass(frozen=True)
class Example:
    """A test image that the detector gets wrong."""

    checksum: ChecksumSha256
    label: Label
    score: float


@dataclass(frozen=True)
class Slice:
    """Part of the genuine test images, and how many of them are called fake."""

    name: str
    false_positives: Share
    is_beyond_chance: bool
    is_worse: bool


@dataclass(frozen=True)
class Results:
    """What the test images say, at the threshold.

    Attributes:
        n_groups: Groups of people, near-duplicates and fakes with parents among them.
        is_indicative: Whether there are too few genuine images to rely on.
        misses_by_attack: Fakes called genuine by generator (APCER), the worst first.
        slices: The worst first, without those of single people.
            Those that do worse beyond chance are all there.
        n_slices: Parts that were compared, so that one of them may stand out.
        histogram: (2, n) genuine and fake images by score, in n equal bins from 0 to 1.
        counts: (k, 4) of `core.evaluation.threshold.threshold_counts`, k equal steps from 0 to 1.
    """

    n_genuine: int
    n_fake: int
    n_groups: int
    is_indicative: bool
    auc: Measure
    tpr_at: Mapping[float, Measure]
    false_positives: Share
    misses: Share
    misses_by_attack: tuple[tuple[str, Share], ...]
    slices: tuple[Slice, ...]
    n_slices: int
    mistakes: tuple[Example, ...]
    histogram: NDArray[np.int64]
    counts: NDArray[np.int64]


@dataclass(frozen=True)
class Decision:
    """The threshold that all rates are at, and who stands for it.

    Attributes:
        origin: Where the value comes from, in words.
        in_force: What two people agreed on; None where they have not.
        waiting: The newest proposal that waits for a second person.
    """

    value: float
    origin: str
    in_force: Threshold | None
    waiting: Threshold | None


@dataclass(frozen=True)
class Review:
    """What a team settled about a run's test images.

    Attributes:
        n_images: Test images.
        n_settled: Of those, how many have a final verdict.
        verdicts: Settled images by verdict.
        n_turned: Labels found wrong: (genuine that are fake, fake that are genuine).
        alpha: Krippendorff's, of the reviewers of the run's queues.
        n_rated: Images that alpha rests on.
        false_positives_after: The false positive rate with these labels put right.
    """

    n_images: int
    n_settled: int
    verdicts: Tally
    n_turned: tuple[int, int]
    alpha: Measure
    n_rated: int
    false_positives_after: Measure | None


@dataclass(frozen=True)
class Facts:
    """The story of one run in figures; everything that is told follows from these.

    Attributes:
        prevalence: Share of fakes that is assumed among the images in use, 0 to 1.
        review: None where no team has looked.
    """

    run: Run
    data: Data
    test: Results
    decision: Decision
    prevalence: float
    review: Review | None
    gathered_at: datetime
