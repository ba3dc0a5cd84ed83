"""Exports: the images of a frozen version with everything that is said of them."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.curation.exports.base import ExportItem
from core.types import Label, Split
from db.images import to_record
from db.tables import ImageRow, ItemRow


def items(session: Session, version: int) -> list[ExportItem]:
    """Return what a version holds, ordered by checksum.

    Label, identity, group and split are those that were frozen; the generator and the face are
    what is known of the image now.
    """
    query = (
        select(ItemRow, ImageRow)
        .join(ImageRow, ImageRow.id == ItemRow.image_id)
        .where(ItemRow.version == version)
        .order_by(ImageRow.checksum)
    )
    return [_item(item, row) for item, row in session.execute(query)]


def _item(item: ItemRow, row: ImageRow) -> ExportItem:
    return ExportItem(
        checksum=row.checksum,
        label=Label(item.label),
        identity=item.identity,
        generator=row.generator,
        split=Split(item.split),
        group=item.group,
        format=row.format,
        width_px=row.width_px,
        height_px=row.height_px,
        face=to_record(row).face,
    )


def size_of_originals(session: Session, version: int) -> int:
    """Return how many bytes the original files of a version's images take together."""
    query = (
        select(func.sum(ImageRow.size_bytes))
        .join(ItemRow, ItemRow.image_id == ImageRow.id)
        .where(ItemRow.version == version)
    )
    return int(session.scalar(query) or 0)
