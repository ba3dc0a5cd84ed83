"""The tables. Everything that a figure rests on is a row with who, when and from what."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CHECKSUM = String(64)
NEXT_REVISION = text(
    "(SELECT coalesce(max(revision), 0) + 1 FROM (SELECT max(revision) AS revision FROM images"
    " UNION ALL SELECT max(revision) FROM tag_changes) AS newest)"
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite would forget the zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store as naive UTC."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return value.replace(tzinfo=UTC) if value else None


def now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Root of the tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class CollectionRow(Base):
    """The one row of choices that hold for the whole installation."""

    __tablename__ = "collection"
    id: Mapped[int] = mapped_column(primary_key=True)
    normalise_rule: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(default=now)


class ImageRow(Base):
    """One image; its checksum is its identity, wherever its bytes were found."""

    __tablename__ = "images"
    __table_args__ = (Index("ix_images_counted", "status", "label", "n_faces"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    checksum: Mapped[str] = mapped_column(CHECKSUM, unique=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    format: Mapped[str] = mapped_column(String(16))
    width_px: Mapped[int]
    height_px: Mapped[int]
    notes: Mapped[list[Any]] = mapped_column(default=list)
    label: Mapped[str] = mapped_column(String(16))
    identity: Mapped[str | None] = mapped_column(String(255), index=True)
    generator: Mapped[str | None] = mapped_column(String(64), index=True)
    is_label_decided: Mapped[bool] = mapped_column(default=False, server_default=false())
    status: Mapped[str] = mapped_column(String(16))
    status_reason: Mapped[str | None] = mapped_column(String(255))
    face: Mapped[dict[str, Any] | None]
    n_faces: Mapped[int]
    is_paired: Mapped[bool] = mapped_column(default=False, server_default=false(), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    is_identity_decided: Mapped[bool] = mapped_column(default=False, server_default=false())
    scores: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    scores_version: Mapped[str | None] = mapped_column(String(64), index=True)
    faces_version: Mapped[str | None] = mapped_column(String(64), index=True)
    revision: Mapped[int] = mapped_column(
        BigInteger, default=NEXT_REVISION, onupdate=NEXT_REVISION, server_default="0", index=True
    )


class FaceRow(Base):
    """One face of an image, the largest first, with its feature boxes and what was measured.

    `embedding` holds 128 float16 numbers of length 1.
    """

    __tablename__ = "faces"
    __table_args__ = (UniqueConstraint("image_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    position: Mapped[int]
    box: Mapped[list[Any]]
    landmarks: Mapped[list[Any]]
    confidence: Mapped[float]
    features: Mapped[dict[str, Any]] = mapped_column(default=dict)
    scores: Mapped[dict[str, Any]] = mapped_column(default=dict)
    embedding: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    is_corrected: Mapped[bool] = mapped_column(default=False, server_default=false())


class TagRow(Base):
    """A word that people put on an image."""

    __tablename__ = "image_tags"
    tag: Mapped[str] = mapped_column(String(64), primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True, index=True)


class TagChangeRow(Base):
    """When the tags of an image changed last: its revision, apart from the wide row of the image.

    A row exists for every image whose tags ever changed, also for one that has none any more.
    """

    __tablename__ = "tag_changes"
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger, index=True)


class ViewRow(Base):
    """A saved view of Browse: the filters and the order that its address holds."""

    __tablename__ = "saved_views"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    query: Mapped[dict[str, Any]]
    author: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)


class SuggestionRow(Base):
    """What the machine suggests to change, and what a person said to it, remembered for ever.

    `key` names what is suggested, so that the same suggestion is never made twice.
    """

    __tablename__ = "suggestions"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index("ix_suggestions_open", "kind", "verdict", "score", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(600))
    image_id: Mapped[int | None] = mapped_column(ForeignKey("images.id"), index=True)
    before: Mapped[str | None] = mapped_column(String(255))
    after: Mapped[str | None] = mapped_column(String(255))
    score: Mapped[float]
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    verdict: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]


class ProtectedRow(Base):
    """A folder whose images no duplicate verdict may exclude."""

    __tablename__ = "protected_folders"
    __table_args__ = (UniqueConstraint("storage", "prefix"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    storage: Mapped[str] = mapped_column(String(64))
    prefix: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)


class CheckThresholdRow(Base):
    """Where a person drew the line of a check, in place of its default."""

    __tablename__ = "check_thresholds"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[float]
    author: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=now)


class MapPointRow(Base):
    """Where an image lies on the map of faces: two coordinates without a unit."""

    __tablename__ = "map_points"
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True)
    x: Mapped[float]
    y: Mapped[float]


class HashRow(Base):
    """A perceptual hash; never compared across algorithm or version."""

    __tablename__ = "image_hashes"
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True)
    algorithm: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(16))


class LocationRow(Base):
    """A place where an image's bytes were found, with what the source claims about it."""

    __tablename__ = "locations"
    __table_args__ = (UniqueConstraint("storage", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), index=True)
    storage: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(Text)
    claimed_label: Mapped[str] = mapped_column(String(16))
    claimed_identity: Mapped[str | None] = mapped_column(String(255))
    claimed_generator: Mapped[str | None] = mapped_column(String(64))
    seen_at: Mapped[datetime] = mapped_column(default=now)


class RejectRow(Base):
    """A file that is not taken in, and why; the file itself stays where it is."""

    __tablename__ = "rejects"
    __table_args__ = (UniqueConstraint("storage", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    storage: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(Text)
    checksum: Mapped[str | None] = mapped_column(CHECKSUM)
    reason: Mapped[str] = mapped_column(String(32))
    detail: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(default=now)


class ImportFileRow(Base):
    """One file seen by one import, and what became of it; null until it is settled."""

    __tablename__ = "import_files"
    job_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    storage: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(Text)
    claim: Mapped[dict[str, Any]]
    outcome: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(32))
    detail: Mapped[str | None] = mapped_column(Text)


class ParentRow(Base):
    """A fake and one of the images it was made from."""

    __tablename__ = "parents"
    child_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True, index=True)
    recipe: Mapped[dict[str, Any]]


class PairRow(Base):
    """Two images whose hashes are close, and what the second check and a person said."""

    __tablename__ = "pairs"
    __table_args__ = (
        UniqueConstraint("left_id", "right_id"),
        Index("ix_pairs_pending", "is_confirmed", "verdict", "distance_bits", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    left_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    right_id: Mapped[int] = mapped_column(ForeignKey("images.id"), index=True)
    algorithm: Mapped[str] = mapped_column(String(32))
    distance_bits: Mapped[int]
    is_mirrored: Mapped[bool] = mapped_column(Boolean)
    similarity: Mapped[float] = mapped_column(Float)
    is_confirmed: Mapped[bool] = mapped_column(Boolean)
    method: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]


class EventRow(Base):
    """Who did what to what: the history of everything a person can decide."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_subject", "subject", "subject_id"),
        Index("ix_events_act", "actor", "action", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[int]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    is_undone: Mapped[bool] = mapped_column(default=False, server_default=false())


class VersionRow(Base):
    """A frozen dataset version.

    `counts` holds how many images of each label each split has: {split: {label: n}}.
    """

    __tablename__ = "dataset_versions"
    number: Mapped[int] = mapped_column(primary_key=True)
    content_hash: Mapped[str] = mapped_column(CHECKSUM, unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    author: Mapped[str] = mapped_column(String(64))
    normalise_rule: Mapped[str] = mapped_column(String(16))
    test_fraction: Mapped[float]
    seed: Mapped[int]
    sources: Mapped[list[Any]] = mapped_column(default=list)
    counts: Mapped[dict[str, Any] | None]
    split_rule: Mapped[dict[str, Any] | None]
    shortcut: Mapped[dict[str, Any] | None]


class ItemRow(Base):
    """One image of a frozen version, with the label it had then."""

    __tablename__ = "dataset_items"
    version: Mapped[int] = mapped_column(ForeignKey("dataset_versions.number"), primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True, index=True)
    label: Mapped[str] = mapped_column(String(16))
    identity: Mapped[str | None] = mapped_column(String(255))
    group: Mapped[int] = mapped_column("group_number")
    split: Mapped[str] = mapped_column(String(16))


class RunRow(Base):
    """One training of a detector on one dataset version."""

    __tablename__ = "runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    dataset_version: Mapped[int] = mapped_column(ForeignKey("dataset_versions.number"))
    params: Mapped[dict[str, Any]]
    seed: Mapped[int]
    packages: Mapped[dict[str, Any]] = mapped_column(default=dict)
    weights: Mapped[str] = mapped_column(String(255))
    weights_hash: Mapped[str | None] = mapped_column(CHECKSUM)
    device: Mapped[str | None] = mapped_column(String(128))
    author: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    best_epoch: Mapped[int | None]
    best_val_auc: Mapped[float | None]


class EpochRow(Base):
    """What one epoch of a run measured."""

    __tablename__ = "epochs"
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    loss: Mapped[float]
    auc: Mapped[float]
    val_loss: Mapped[float]
    val_auc: Mapped[float]
    seconds: Mapped[float]


class PredictionRow(Base):
    """A run's score for one image of its dataset version."""

    __tablename__ = "predictions"
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), primary_key=True)
    score: Mapped[float]


class ThresholdRow(Base):
    """An operating threshold that a person proposed for a run, and what a second person said.

    Scores from `low` to below `high` are uncertain. `policy` is what the value rests on: its mode
    and that mode's figures. `decision` is "approved" or "declined".
    """

    __tablename__ = "thresholds"
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    value: Mapped[float]
    split: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    low: Mapped[float | None]
    high: Mapped[float | None]
    policy: Mapped[dict[str, Any] | None]
    dataset_version: Mapped[int | None]
    decision: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None] = mapped_column(Text)


class PersonRow(Base):
    """Somebody who has worked here under this name."""

    __tablename__ = "people"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class QueueRow(Base):
    """Images that people are asked to judge one by one.

    `params` is what the images were chosen by, such as a threshold or a seed; `reviewers` are those
    who may judge, anybody where it is empty.
    """

    __tablename__ = "review_queues"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(24))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"), index=True)
    split: Mapped[str] = mapped_column(String(16))
    params: Mapped[dict[str, Any]]
    reviewers: Mapped[list[Any]] = mapped_column(default=list)
    n_opinions: Mapped[int]
    author: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]


class ReviewItemRow(Base):
    """One image of a queue, with what was said of it when it was queued, and the final verdict.

    `settled_by` is who adjudicated; null where the opinions agreed.
    """

    __tablename__ = "review_items"
    __table_args__ = (
        UniqueConstraint("queue_id", "image_id"),
        Index("ix_review_items_open", "queue_id", "verdict", "position"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    queue_id: Mapped[int] = mapped_column(ForeignKey("review_queues.id"))
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"), index=True)
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(16))
    score: Mapped[float | None]
    verdict: Mapped[str | None] = mapped_column(String(24))
    settled_by: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None]


class OpinionRow(Base):
    """One seat at one item: first claimed by a reviewer, then their opinion.

    A claim without an end is an assignment. Nobody has two seats at an item, and no seat two
    people, so no opinion is overwritten.
    """

    __tablename__ = "review_opinions"
    __table_args__ = (
        UniqueConstraint("item_id", "reviewer"),
        Index("ix_review_opinions_reviewer", "reviewer", "verdict"),
    )
    item_id: Mapped[int] = mapped_column(ForeignKey("review_items.id"), primary_key=True)
    seat: Mapped[int] = mapped_column(primary_key=True)
    reviewer: Mapped[str] = mapped_column(String(64))
    claimed_until: Mapped[datetime | None]
    verdict: Mapped[str | None] = mapped_column(String(24))
    given_at: Mapped[datetime | None]


class CommentRow(Base):
    """What somebody wrote beside an item."""

    __tablename__ = "review_comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("review_items.id"), index=True)
    author: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class StudyRow(Base):
    """One hyper-parameter search on one dataset version."""

    __tablename__ = "studies"
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    dataset_version: Mapped[int] = mapped_column(ForeignKey("dataset_versions.number"))
    params: Mapped[dict[str, Any]]
    author: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)


class TrialRow(Base):
    """One finished try of a study."""

    __tablename__ = "trials"
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    params: Mapped[dict[str, Any]]
    val_auc: Mapped[float]
    seconds: Mapped[float]
