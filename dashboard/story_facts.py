"""Everything that the story of a run tells, gathered once for page, files and command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.types import ChecksumSha256, DatasetVersion, Label, Run, Split, Threshold, Verdict
from dashboard import reporting
from dashboard.scores import Scored, load_scores
from db import images, provenance, runs, thresholds, versions
from db.provenance import Origin

Interval = tuple[float, float]
Tally = tuple[tuple[str, int], ...]

N_MOSAIC, N_EXAMPLES, N_BINS = 24, 6, 40
DEFAULT_PREVALENCE = 0.01
"""Where nobody said how many of the images in use are fake."""


@dataclass(frozen=True)
class Share:
    """A count of a whole with its 95 % interval; `value` is None where the whole is empty."""

    part: int
    whole: int
    interval: Interval | None

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
    """The images a run was trained and judged on, and where they came from."""

    version: DatasetVersion
    n_identities: int
    origins: tuple[Origin, ...]
    generators: tuple[tuple[str | None, int], ...]
    left_out: Tally
    refused: Tally
    duplicates: Mapping[Verdict | None, int]
    sample: tuple[tuple[ChecksumSha256, Label], ...]

    def count(self, split: Split | None = None, label: Label | None = None) -> int:
        """Count the images of a split, a label, both or all."""
        return sum(
            n
            for name, labels in self.version.counts.items()
            for word, n in labels.items()
            if split in (None, name) and label in (None, word)
        )


@dataclass(frozen=True)
class Slice:
    """Part of the test images, and how a detector does on it."""

    name: str
    false_positives: Share
    is_beyond_chance: bool


@dataclass(frozen=True)
class Example:
    """A test image that the detector gets wrong."""

    checksum: ChecksumSha256
    label: Label
    score: float


@dataclass(frozen=True)
class Test:
    """What the test images say, at the threshold."""

    n_genuine: int
    n_fake: int
    is_indicative: bool
    auc: Measure
    tpr_at_1: Measure
    tpr_at_5: Measure
    false_positives: Share
    misses: Share
    histogram: NDArray[np.int64]
    counts: NDArray[np.int64]
    mistakes: tuple[Example, ...]
    attacks: tuple[tuple[str, Share], ...] = ()
    slices: tuple[Slice, ...] = ()


@dataclass(frozen=True)
class Decision:
    """The threshold that all rates are at, and who stands for it.

    Attributes:
        origin: Where the value comes from, in words.
        in_force: What two people approved; None where nobody has.
        waiting: The newest proposal that waits for a second person, if any.
    """

    value: float
    origin: str
    in_force: Threshold | None
    waiting: Threshold | None


@dataclass(frozen=True)
class Review:
    """What a team said about a run's images: verdicts, and how far people agree."""

    n_items: int
    n_settled: int
    verdicts: Tally
    agreement: tuple[tuple[str, float, int], ...] = ()


@dataclass(frozen=True)
class Facts:
    """The story of one run in figures; everything that is told follows from these."""

    run: Run
    data: Data
    test: Test
    decision: Decision
    prevalence: float
    gathered_at: datetime
    review: Review | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)
