"""Measuring stored images again: those whose checks or hashes another version made."""

from collections.abc import Iterator, Sequence

from core.curation.ingest import inspect
from core.errors import NotFound
from core.images.decode import RejectedImage
from core.types import ChecksumSha256, ImageFacts
from dashboard.jobs.context import Context
from dashboard.jobs.stretches import stretches
from db import outdated
from db.engine import reading, writing


def list_stretches(context: Context, smallest: int) -> list[tuple[int, int]]:
    """Return the outdated images as stretches of numbers, first and last."""
    with reading(context.database) as session:
        return stretches(outdated.outdated_ids(session, outdated.present()), smallest)


def count_outdated(context: Context, last: int) -> int:
    """Count the images up to number `last` that are not measured in the present way."""
    with reading(context.database) as session:
        return outdated.count_outdated(session, outdated.present(), last)


def measure_batch(context: Context, after: int, last: int, limit: int) -> int | None:
    """Measure the next images of a stretch and store what was found.

    An image whose file cannot be read stays outdated; the next run tries it again.

    Returns:
        The number of the last image looked at, or None where none was left.
    """
    versions = outdated.present()
    with reading(context.database) as session:
        found = outdated.outdated_images(session, versions, limit, after=after, last=last)
    measured = list(_measured(context, found))
    with writing(context.database) as session:
        outdated.replace_measures(session, measured)
    return found[-1][0] if found else None


def _measured(
    context: Context, images: Sequence[tuple[int, ChecksumSha256]]
) -> Iterator[tuple[int, ImageFacts]]:
    """Yield what an import would say of these: the hashes can be compared."""
    for image_id, checksum in images:
        try:
            data = context.store.read("originals", checksum)
            facts = inspect(data, is_scaled=False)
        except (OSError, NotFound, RejectedImage):
            continue
        if facts.checksum == checksum:  # else the stored file was damaged or changed since
            yield image_id, facts
