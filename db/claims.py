"""Claims: what the places of an image say of it, and which of them speaks."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from core.types import Label, Outcome
from db import events
from db.labels import RELABEL
from db.parts import parts
from db.tables import ImageRow, ImportFileRow, LocationRow, ParentRow, now

_IS_FILE = (ImportFileRow.storage == LocationRow.storage) & (ImportFileRow.key == LocationRow.key)


def reconcile_claims(session: Session, job_id: str, *, actor: str) -> int:
    """Let the first location by name speak for an image that was found in several places.

    Which copy was read first depends on how the work was shared out; what the image is called must
    not. A location that claims a label goes before one that does not. A label that a person decided
    stays, and so does all that is known of a fake that was generated here.

    Args:
        session: A writing one.
        job_id: The import.
        actor: Who imports: another label of an image that was here before is theirs to undo.

    Returns:
        How many images that were here before have another label now.
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
    relabelled: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for image_id, group in groupby(session.execute(query).all(), key=lambda pair: pair[1].id):
        pairs = list(group)
        image, before = pairs[0][1], pairs[0][1].label
        _apply_claims(image, [location for location, _ in pairs])
        if image.label != before:
            relabelled[before, image.label].append(image_id)
    return _record(session, job_id, relabelled, actor)


def _record(
    session: Session, job_id: str, relabelled: Mapping[tuple[str, str], Sequence[int]], actor: str
) -> int:
    """Write labels that changed into the history, but not those of images that came just now."""
    session.flush()
    moment, n = now(), 0
    for (before, after), ids in relabelled.items():
        new = {each for part in parts(ids) for each in session.scalars(_new_among(job_id, part))}
        known = [image_id for image_id in ids if image_id not in new]
        told = {"before": {"label": before}, "after": {"label": after}}
        events.record_act(session, known, actor=actor, action=RELABEL, at=moment, **told)
        n += len(known)
    return n


def _new_among(job_id: str, ids: Sequence[int]) -> Select[int]:
    return (
        select(LocationRow.image_id)
        .join(ImportFileRow, _IS_FILE)
        .where(
            LocationRow.image_id.in_(ids),
            ImportFileRow.job_id == job_id,
            ImportFileRow.outcome == Outcome.NEW,
        )
    )


def _disputed(job_id: str) -> Select[int]:
    """Select the images that a file of the import lies in, and of which a place says otherwise."""
    touched = (
        select(LocationRow.image_id)
        .join(ImportFileRow, _IS_FILE)
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
