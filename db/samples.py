"""Samples: a few images that stand for many."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.types import Label, Split, Status
from db.tables import ImageRow, ItemRow


def sample_images(session: Session, label: Label, limit: int) -> list[str]:
    """Return the lowest checksums of the active images with a label.

    A checksum knows nothing of what is in an image, so these are a random draw, and the same
    tomorrow.
    """
    query = select(ImageRow.checksum).where(
        ImageRow.status == Status.ACTIVE, ImageRow.label == label
    )
    return list(session.scalars(query.order_by(ImageRow.checksum).limit(limit)))


def sample_items(session: Session, version: int, limit: int, *, trained_on: bool) -> list[str]:
    """Return the lowest checksums of a version's images of one side.

    Args:
        version: Number of the version.
        limit: At most so many.
        trained_on: Whether of the training split, or of all the others.
    """
    is_train = ItemRow.split == Split.TRAIN
    query = (
        select(ImageRow.checksum)
        .join(ItemRow, ItemRow.image_id == ImageRow.id)
        .where(ItemRow.version == version, is_train if trained_on else ~is_train)
    )
    return list(session.scalars(query.order_by(ImageRow.checksum).limit(limit)))
