"""Going back: labels, identities and status as a frozen version knew them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.types import Status
from db import events
from db.events import ImageAct
from db.parts import change_images, parts
from db.tables import ImageRow, ItemRow, now
from db.versions import get_version, is_candidate

_RESTORE = "restore"
_COLUMNS = (
    ImageRow.label,
    ImageRow.identity,
    ImageRow.status,
    ImageRow.status_reason,
    ImageRow.is_label_decided,
    ImageRow.is_identity_decided,
)

_Values = tuple[tuple[str, Any], ...]
_Change = tuple[int, _Values, _Values]


def restore(session: Session, number: int, *, actor: str) -> int:
    """Bring images back to where they stood in a version, as one act; return how many changed.

    Labels, identities and status become those of the version. Images that would be in the next
    version but are not in this one are excluded; in a version that was limited to storages, only
    those of its storages.

    Raises:
        NotFound: If there is no such version.
    """
    version = get_version(session, number)
    found: defaultdict[tuple[_Values, _Values], list[int]] = defaultdict(list)
    for part in (_held(session, number), _others(session, number, version.sources)):
        for image_id, before, after in part:
            found[before, after].append(image_id)
    moment = now()
    for (before, after), ids in found.items():
        events.record_act(
            session,
            ids,
            actor=actor,
            action=_RESTORE,
            before=dict(before),
            after=dict(after),
            at=moment,
        )
        change_images(session, ids, **dict(after))
    return sum(map(len, found.values()))


def _held(session: Session, number: int) -> Iterator[_Change]:
    """Yield what changes of the images that the version holds."""
    differs = (
        (ImageRow.label != ItemRow.label)
        | ImageRow.identity.is_distinct_from(ItemRow.identity)
        | (ImageRow.status != Status.ACTIVE)
    )
    query = (
        select(ImageRow.id, *_COLUMNS, ItemRow.label.label("was"), ItemRow.identity.label("person"))
        .join(ItemRow, ItemRow.image_id == ImageRow.id)
        .where(ItemRow.version == number, differs)
    )
    for row in session.execute(query):
        back: dict[str, Any] = {}
        if row.label != row.was:
            back |= {"label": row.was, "is_label_decided": True}
        if row.identity != row.person:
            back |= {"identity": row.person, "is_identity_decided": True}
        if row.status != Status.ACTIVE:
            back |= {"status": Status.ACTIVE.value, "status_reason": None}
        yield _change(row, back)


def _others(session: Session, number: int, sources: Sequence[str]) -> Iterator[_Change]:
    """Yield what excludes the images that only the next version would hold."""
    held = select(ItemRow.image_id).where(ItemRow.version == number)
    query = select(ImageRow.id, *_COLUMNS).where(*is_candidate(sources), ImageRow.id.not_in(held))
    out = {"status": Status.EXCLUDED.value, "status_reason": f"not in version {number}"}
    for row in session.execute(query):
        yield _change(row, out)


def _change(row: Any, after: Mapping[str, Any]) -> _Change:
    """Return which image changes, from what to what."""
    return row.id, tuple((name, getattr(row, name)) for name in after), tuple(after.items())


def can_undo(session: Session, *, actor: str) -> bool:
    """Whether this person restored a version and did not take it back."""
    return events.has_act(session, actor, _RESTORE)


def undo_restore(session: Session, *, actor: str) -> int:
    """Take this person's newest restoring back; return how many images changed.

    Raises:
        NotFound: If there is none.
        Conflict: If what it changed was changed since.
    """
    act = events.last_image_acts(session, actor, _RESTORE)
    if not act:
        raise NotFound("There is no restoring of yours left to undo.")
    for same in act:
        _check_untouched(session, same)
        change_images(session, same.image_ids, **same.before)
    events.undo_image_act(session, actor, act[0])
    return sum(len(same.image_ids) for same in act)


def _check_untouched(session: Session, act: ImageAct) -> None:
    changed = or_(
        *(getattr(ImageRow, name).is_distinct_from(value) for name, value in act.after.items())
    )
    for part in parts(act.image_ids):
        query = select(ImageRow.id).where(ImageRow.id.in_(part), changed)
        found = session.scalar(query.order_by(ImageRow.id).limit(1))
        if found is not None:
            raise Conflict(
                f"Expected image {found} as the restoring left it. Received one that was changed "
                "since: undo that first."
            )
