"""Tags: words that people put on images."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, literal, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from db import events
from db.parts import parts
from db.short_text import checked
from db.tables import NEXT_REVISION, ImageRow, TagChangeRow, TagRow
from db.upsert import upsert_selected

MAX_TAG_LENGTH = 64
_ADD, _REMOVE = "tag", "untag"


def add_tag(
    session: Session, ids: Sequence[int], tag: str, *, actor: str, at: datetime | None = None
) -> int:
    """Put a tag on images, as one act in the history. Return how many did not have it.

    `at` is the act's moment.

    Raises:
        InvalidInput: If the tag is blank, longer than 64 characters or not printable.
    """
    word = checked(tag, "a tag", MAX_TAG_LENGTH)
    changed = sorted(set(ids) - _holders(session, ids, word))
    _put(session, changed, word)
    told = {"tag": word}
    events.record_act(session, changed, actor=actor, action=_ADD, before={}, after=told, at=at)
    return len(changed)


def remove_tag(session: Session, ids: Sequence[int], tag: str, *, actor: str) -> int:
    """Take a tag off images, as one act in the history. Return how many had it."""
    changed = sorted(_holders(session, ids, tag))
    _take(session, changed, tag)
    events.record_act(session, changed, actor=actor, action=_REMOVE, before={"tag": tag}, after={})
    return len(changed)


def undo_tag(session: Session, *, actor: str, at: datetime | None = None) -> int:
    """Take this person's newest tagging or untagging back; return of how many images.

    Images on which somebody has put or taken this tag since are left alone.

    Args:
        session: A writing one.
        actor: Whose.
        at: The moment of the act; the newest one without it.

    Raises:
        NotFound: If there is none.
    """
    act = events.last_image_act(session, actor, _ADD, _REMOVE, at=at)
    if act is None:
        raise NotFound("There is no tagging of yours left to undo.")
    tag = act.after["tag"] if act.action == _ADD else act.before["tag"]
    changed = events.acted_on_since(session, actor, act, _ADD, _REMOVE, tag=tag)
    these = [image_id for image_id in act.image_ids if image_id not in changed]
    (_take if act.action == _ADD else _put)(session, these, tag)
    events.undo_image_act(session, actor, act)
    return len(these)


def tags_of(session: Session, image_id: int) -> list[str]:
    """Return the tags of one image, sorted."""
    query = select(TagRow.tag).where(TagRow.image_id == image_id).order_by(TagRow.tag)
    return list(session.scalars(query))


def tagged(session: Session, tag: str) -> list[int]:
    """Return the numbers of the images that have a tag, in order."""
    query = select(TagRow.image_id).where(TagRow.tag == tag).order_by(TagRow.image_id)
    return list(session.scalars(query))


def list_tags(session: Session) -> dict[str, int]:
    """Return all tags in use with how many images have them, sorted."""
    query = select(TagRow.tag, func.count()).group_by(TagRow.tag).order_by(TagRow.tag)
    return {str(tag): int(n) for tag, n in session.execute(query)}


def _holders(session: Session, ids: Sequence[int], tag: str) -> set[int]:
    held: set[int] = set()
    for part in parts(ids):
        query = select(TagRow.image_id).where(TagRow.tag == tag, TagRow.image_id.in_(part))
        held |= set(session.scalars(query))
    return held


def _put(session: Session, ids: Sequence[int], tag: str) -> None:
    for part in parts(ids):
        these = select(literal(tag), ImageRow.id).where(ImageRow.id.in_(part))
        upsert_selected(session, TagRow, ["tag", "image_id"], [], these)
    _touch(session, ids)


def _take(session: Session, ids: Sequence[int], tag: str) -> None:
    for part in parts(ids):
        session.execute(delete(TagRow).where(TagRow.tag == tag, TagRow.image_id.in_(part)))
    _touch(session, ids)


def _touch(session: Session, ids: Sequence[int]) -> None:
    """Give the images' tags the next revision: the catalogue reads what changed since its own."""
    for part in parts(ids):
        these = select(ImageRow.id, NEXT_REVISION).where(ImageRow.id.in_(part))
        upsert_selected(session, TagChangeRow, ["image_id"], ["revision"], these)
