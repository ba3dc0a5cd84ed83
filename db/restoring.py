"""Going back: labels, identities and status as a frozen version knew them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.types import Status
from db import events
from db.parts import parts
from db.tables import EventRow, ImageRow, ItemRow, now
from db.versions import get_version, is_candidate

_RESTORED = ("label", "identity", "status", "status_reason")
_DECIDED = ("is_label_decided", "is_identity_decided")


def restore(session: Session, number: int, *, actor: str) -> int:
    """Bring images back to where they stood in a version, as one act; return how many changed.

    Labels, identities and status become those of the version. Images that would be in the next
    version but are not in this one are excluded; in a version that was limited to storages, only
    those of its storages.

    Raises:
        NotFound: If there is no such version.
    """
    version = get_version(session, number)
    differs = (
        (ImageRow.label != ItemRow.label)
        | ImageRow.identity.is_distinct_from(ItemRow.identity)
        | (ImageRow.status != Status.ACTIVE)
    )
    changed = session.execute(
        select(ImageRow, ItemRow.label, ItemRow.identity)
        .join(ItemRow, ItemRow.image_id == ImageRow.id)
        .where(ItemRow.version == number, differs)
    ).all()
    acts = []
    for row, label, identity in changed:
        back = {"label": label, "identity": identity, "status": Status.ACTIVE.value}
        acts.append(_change(row, {**back, "status_reason": None}))
    held = select(ItemRow.image_id).where(ItemRow.version == number)
    others = select(ImageRow).where(*is_candidate(version.sources), ImageRow.id.not_in(held))
    reason = {"status": Status.EXCLUDED.value, "status_reason": f"not in version {number}"}
    acts += [_change(row, reason) for row in session.scalars(others).all()]
    _record_restore(session, acts, actor)
    return len(acts)


def undo_restore(session: Session, *, actor: str) -> int:
    """Take this person's newest restoring back; return how many images changed.

    Raises:
        NotFound: If there is none.
        Conflict: If one of its images was changed since.
    """
    act = events.last_act(session, actor, "restore")
    if not act:
        raise NotFound("There is no restoring of yours left to undo.")
    rows = {
        row.id: row
        for part in parts([event.subject_id for event in act])
        for row in session.scalars(select(ImageRow).where(ImageRow.id.in_(part)))
    }
    for event in act:
        row = rows[event.subject_id]
        if any(getattr(row, name) != event.after[name] for name in _RESTORED):
            raise Conflict(
                f"Expected image {row.id} as the restoring left it. Received one that was changed "
                "since: undo that first."
            )
        _assign(row, event.before)
    events.mark_act_undone(session, act)
    return len(act)


def _change(row: ImageRow, values: Mapping[str, Any]) -> dict[str, Any]:
    """Change an image; return the act with what stood before and what stands now."""
    before = {name: getattr(row, name) for name in (*_RESTORED, *_DECIDED)}
    decided = {
        "is_label_decided": row.is_label_decided or values.get("label", row.label) != row.label,
        "is_identity_decided": row.is_identity_decided
        or values.get("identity", row.identity) != row.identity,
    }
    after = {**before, **values, **decided}
    _assign(row, after)
    return {"subject_id": row.id, "before": before, "after": after}


def _assign(row: ImageRow, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _record_restore(session: Session, acts: Sequence[dict[str, Any]], actor: str) -> None:
    """Write the events of one act at once: `events.record` asks the database for each."""
    if acts:
        shared = {"actor": actor, "action": "restore", "subject": "image", "at": now()}
        session.execute(insert(EventRow), [{**shared, **act} for act in acts])
