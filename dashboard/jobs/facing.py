"""Measuring the faces of stored images: features, cues and identity vectors."""

from collections.abc import Iterator

from core.errors import NotFound
from core.faces.cues import FACES_VERSION
from core.faces.measure import measure_faces
from core.images.decode import RejectedImage
from core.types import FaceDetail, ImageRecord
from dashboard.jobs.context import Context
from dashboard.jobs.files import stored_pixels
from dashboard.jobs.stretches import stretches
from db import faces
from db.engine import reading, writing


def list_stretches(context: Context, smallest: int) -> list[tuple[int, int]]:
    """Return the waiting images as stretches of numbers, first and last."""
    with reading(context.database) as session:
        return stretches(faces.waiting_ids(session, FACES_VERSION), smallest)


def count_waiting(context: Context, last: int) -> int:
    """Count the images up to number `last` whose faces are not measured in the present way."""
    with reading(context.database) as session:
        return faces.count_waiting(session, FACES_VERSION, last)


def measure_batch(context: Context, after: int, last: int, limit: int) -> int | None:
    """Measure the next images of a stretch and store what was found.

    An image whose file cannot be read stays waiting; the next run tries it again.

    Returns:
        The number of the last image looked at, or None where none was left.
    """
    with reading(context.database) as session:
        records = faces.waiting_images(session, FACES_VERSION, limit, after=after, last=last)
    found = list(_measured(context, records))
    with writing(context.database) as session:
        for image_id, details in found:
            faces.replace_faces(session, image_id, details, FACES_VERSION)
    return records[-1].id if records else None


def _measured(
    context: Context, records: list[ImageRecord]
) -> Iterator[tuple[int, list[FaceDetail]]]:
    for record in records:
        try:
            pixels = stored_pixels(context.store, "originals", record.checksum)
        except (OSError, NotFound, RejectedImage):
            continue
        yield record.id, measure_faces(pixels)
