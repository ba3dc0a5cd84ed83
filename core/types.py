"""The values that travel between the layers: frozen, and with no behaviour to speak of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

RgbImage = NDArray[np.uint8]
"""(height, width, 3) sRGB pixels, 0 to 255."""

ChecksumSha256 = str
"""64 lower-case hexadecimal digits."""


class Label(StrEnum):
    """Whether a photograph shows what a camera saw."""

    GENUINE = "genuine"
    FAKE = "fake"
    UNKNOWN = "unknown"


class Split(StrEnum):
    """The part of a dataset version that an image belongs to."""

    TRAIN = "train"
    VALIDATION = "validation"
    CALIBRATION = "calibration"
    TEST = "test"


class Outcome(StrEnum):
    """What became of one file that an import saw; exactly one of these."""

    NEW = "new"
    KNOWN = "known"
    REJECTED = "rejected"


class Status(StrEnum):
    """Whether an image takes part in the next dataset version."""

    ACTIVE = "active"
    EXCLUDED = "excluded"


class Verdict(StrEnum):
    """What a person decided about two look-alike images."""

    KEEP_LEFT = "keep left"
    KEEP_RIGHT = "keep right"
    KEEP_BOTH = "keep both"
    NOT_DUPLICATE = "not a duplicate"


class NormaliseRule(StrEnum):
    """How every image becomes 480 x 320: chosen once per installation."""

    CROP = "crop"
    LETTERBOX = "letterbox"


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of the upright original: top-left corner and size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Face:
    """One detected face.

    Attributes:
        box: Around the face, px.
        landmarks: Five (x, y) points, px: left eye, right eye, nose tip, left and right mouth
            corner, where left is the image's left.
        confidence: The detector's, 0 to 1.
    """

    box: Box
    landmarks: tuple[tuple[float, float], ...]
    confidence: float


class Feature(StrEnum):
    """A part of a face that has a box; left and right are the image's."""

    LEFT_EYE = "left eye"
    RIGHT_EYE = "right eye"
    NOSE = "nose"
    LIPS = "lips"
    LEFT_EAR = "left ear"
    RIGHT_EAR = "right ear"


ESTIMATED_FEATURES = frozenset({Feature.LEFT_EAR, Feature.RIGHT_EAR})
"""Not seen by a detector but placed outward from the ear's tragion: drawn as estimates."""


@dataclass(frozen=True)
class FaceDetail:
    """A face with everything that was measured of it.

    Attributes:
        features: Boxes by part of the face, px of the upright original; a part may be missing.
        scores: Face checks by name; None where a check could not tell.
        embedding: (128,) float32 of length 1, or None where it was not computed.
        is_corrected: Whether a person moved one of the boxes.
    """

    face: Face
    features: Mapping[Feature, Box] = field(default_factory=dict)
    scores: Mapping[str, float | None] = field(default_factory=dict)
    embedding: NDArray[np.float32] | None = None
    is_corrected: bool = False


@dataclass(frozen=True)
class DecodedImage:
    """An image file turned into upright sRGB pixels.

    Attributes:
        pixels: (height, width, 3) uint8, orientation applied.
        format: The real format, from the content ("JPEG", "PNG", ...).
        notes: The conversions that were made, in words ("CMYK converted to RGB").
        tables: A JPEG's quantisation tables by number, 64 values each row by row, else None.
    """

    pixels: RgbImage
    format: str
    notes: tuple[str, ...] = ()
    tables: Mapping[int, Sequence[int]] | None = None

    @property
    def width_px(self) -> int:
        """Width of the upright image."""
        return int(self.pixels.shape[1])

    @property
    def height_px(self) -> int:
        """Height of the upright image."""
        return int(self.pixels.shape[0])


@dataclass(frozen=True)
class ImageFacts:
    """What one look at a file's bytes tells, for the database.

    Attributes:
        hashes: Perceptual hashes by algorithm, 16 hexadecimal digits each.
        hash_version: What computed them; hashes of different versions are never compared.
        face: The largest face, or None.
        scores: Image checks by name; None where a check could not tell.
        scores_version: What computed them.
    """

    checksum: ChecksumSha256
    size_bytes: int
    format: str
    width_px: int
    height_px: int
    notes: tuple[str, ...]
    hashes: Mapping[str, str]
    hash_version: str
    face: Face | None
    n_faces: int
    scores: Mapping[str, float | None] = field(default_factory=dict)
    scores_version: str | None = None


@dataclass(frozen=True)
class Claim:
    """What the source of a file says about it; a person may decide otherwise later."""

    label: Label = Label.UNKNOWN
    identity: str | None = None
    generator: str | None = None


@dataclass(frozen=True)
class SourceFile:
    """A file that an import has seen.

    Attributes:
        key: Path relative to the storage's root, with forward slashes.
        claim: What the folder or the manifest says about it.
        refusal: Why it is rejected before it is read, or None.
    """

    key: str
    claim: Claim = field(default_factory=Claim)
    refusal: str | None = None


@dataclass(frozen=True)
class Location:
    """One place where the bytes of an image were found."""

    storage: str
    key: str
    claim: Claim


@dataclass(frozen=True)
class ImageRecord:
    """One image as stored; `checksum` is its identity."""

    id: int
    checksum: ChecksumSha256
    size_bytes: int
    format: str
    width_px: int
    height_px: int
    label: Label
    identity: str | None
    generator: str | None
    status: Status
    status_reason: str | None
    notes: tuple[str, ...]
    face: Face | None
    n_faces: int
    created_at: datetime


@dataclass(frozen=True)
class DuplicatePair:
    """Two images that look like one photograph."""

    id: int
    left: ImageRecord
    right: ImageRecord
    distance_bits: int
    is_mirrored: bool
    similarity: float
    verdict: Verdict | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class Event:
    """Who did what to what, and when; the history of an image is made of these."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    subject_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class DatasetItem:
    """One image of a frozen version."""

    image_id: int
    checksum: ChecksumSha256
    label: Label
    identity: str | None
    group: int
    split: Split


@dataclass(frozen=True)
class DatasetVersion:
    """A frozen, numbered selection of images with its split.

    Attributes:
        counts: Images by split, then by label.
        content_hash: SHA-256 over the sorted items; equal hashes mean equal datasets.
        sources: The storages it was limited to; empty where it holds all.
        split_rule: How it was split: the rule's name and its figures.
        shortcut: What the check of shortcuts found, or None where it was not run.
    """

    number: int
    content_hash: str
    created_at: datetime
    author: str
    normalise_rule: NormaliseRule
    test_fraction: float
    seed: int
    counts: Mapping[str, Mapping[str, int]]
    sources: tuple[str, ...] = ()
    split_rule: Mapping[str, Any] = field(default_factory=dict)
    shortcut: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Run:
    """One training of a detector on one dataset version."""

    id: int
    job_id: str | None
    dataset_version: int
    params: Mapping[str, Any]
    seed: int
    packages: Mapping[str, str]
    weights: str
    weights_hash: str | None
    device: str | None
    author: str
    created_at: datetime
    finished_at: datetime | None
    best_epoch: int | None
    best_val_auc: float | None


@dataclass(frozen=True)
class EpochMetrics:
    """What one epoch of a training measured. `epoch` counts from 1."""

    epoch: int
    loss: float
    auc: float
    val_loss: float
    val_auc: float
    seconds: float


@dataclass(frozen=True)
class Threshold:
    """An operating threshold a person proposed: `score >= value` is called fake.

    Attributes:
        low: Scores from here to below `high` are called uncertain; None without such a band.
        policy: What the value rests on: its mode, "by-hand" or a rule, and that mode's figures;
            empty where nothing was recorded.
        dataset_version: The version whose images it was chosen on.
        decision: "approved", "declined", "withdrawn" or "revoked"; None while it waits for a second
            person.
    """

    id: int
    run_id: int
    value: float
    split: Split
    reason: str
    author: str
    created_at: datetime
    low: float | None = None
    high: float | None = None
    policy: Mapping[str, Any] = field(default_factory=dict)
    dataset_version: int | None = None
    decision: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_note: str | None = None


@dataclass(frozen=True)
class Trial:
    """One finished try of a hyper-parameter search."""

    number: int
    params: Mapping[str, Any]
    val_auc: float
    seconds: float
