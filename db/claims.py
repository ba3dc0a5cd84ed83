"""Claims: what the places of an image say of it, and which of them speaks."""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from core.types import Label
from db.tables import ImageRow, ImportFileRow, LocationRow, ParentRow


def reconcile_claims(session: Session, job_id: str) -> None:
    """Let the first location by name speak for an image that was found in several places.

    Which copy was read first depends on how the work was shared out; what the image is called must
    not. A location that claims a label goes before one that does not. A label that a person decided
    stays, and so does all that is known of a fake that was generated here.
    """
    query = (
        select(LocationRow, ImageRow)
        .join(ImageRow, ImageRow.id == LocationRow.image_id)
        .where(
            LocationRow.image_id.in_(_disputed(job_id)),
            ImageRow.id.not_in(select(ParentRow.child_id)),
        )
        .order_by(LocationRow.image_id, LocationRow.storage, LocationRow.key)
    )
    for _, group in groupby(session.execute(query).all(), key=lambda pair: pair[1].id):
        pairs = list(group)
        _apply_claims(pairs[0][1], [location for location, _ in pairs])


def _disputed(job_id: str) -> Select[int]:
    """Select the images that a file of the import lies in, and of which a place says otherwise."""
    touched = (
        select(LocationRow.image_id)
        .join(
            ImportFileRow,
            (ImportFileRow.storage == LocationRow.storage) & (ImportFileRow.key == LocationRow.key),
        )
        .where(ImportFileRow.job_id == job_id)
    )
    return (
        select(LocationRow.image_id)
        .join(ImageRow, ImageRow.id == LocationRow.image_id)
        .where(
            LocationRow.image_id.in_(touched),
            or_(
                LocationRow.claimed_label != ImageRow.label,
                LocationRow.claimed_identity.is_distinct_from(ImageRow.identity),
                LocationRow.claimed_generator.is_distinct_from(ImageRow.generator),
            ),
        )
    )


def _apply_claims(image: ImageRow, places: Sequence[LocationRow]) -> None:
    known = [place for place in places if place.claimed_label != Label.UNKNOWN]
    named = [place for place in places if place.claimed_identity is not None]
    made = [place for place in places if place.claimed_generator is not None]
    if not image.is_label_decided:
        image.label = (known or places)[0].claimed_label
    if not image.is_identity_decided:
        image.identity = (named or places)[0].claimed_identity
    image.generator = (made or places)[0].claimed_generator
