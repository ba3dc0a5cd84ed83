"""Statuses: who leaves the next dataset version and who comes back, by a person's word."""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import InvalidInput, NotFound
from core.types import Status
from db import events, verdicts
from db.events import ImageAct
from db.parts import change_images, parts
from db.short_text import checked
from db.tables import ImageRow, now

MAX_REASON_LENGTH = 255
EXCLUDE, INCLUDE = "exclude", "include"


def exclude(
    session: Session,
    ids: Sequence[int],
    reason: str,
    *,
    actor: str,
    at: datetime | None = None,
) -> int:
    """Leave images out of the next version, as one act; return how many were in it.

    Those that are left out already keep their reason. `at` is the act's moment.

    Raises:
        InvalidInput: If the reason is blank, longer than 255 characters or not printable, or begins
            like those that verdicts on duplicates give.
    """
    after = {"status": Status.EXCLUDED.value, "status_reason": _checked(reason)}
    return _change(session, ids, EXCLUDE, after, actor, at)


def include(session: Session, ids: Sequence[int], *, actor: str) -> int:
    """Take images into the next version again, as one act; return how many were left out."""
    after = {"status": Status.ACTIVE.value, "status_reason": None}
    return _change(session, ids, INCLUDE, after, actor)


def are_mostly_excluded(session: Session, ids: Sequence[int]) -> bool:
    """Whether more than half of these images are left out."""
    groups = _standing(session, ids).items()
    n_excluded = sum(len(these) for (status, _), these in groups if status == Status.EXCLUDED)
    return 2 * n_excluded > sum(len(these) for _, these in groups)


def undo_status(session: Session, *, actor: str, at: datetime | None = None) -> int:
    """Take this person's newest excluding or including back; return of how many images.

    Images that were changed since are left alone. Where a verdict on duplicates was given or
    taken back since, it decides.

    Args:
        session: A writing one.
        actor: Whose.
        at: The moment of the act; the newest one without it.

    Raises:
        NotFound: If there is none.
    """
    act = events.last_image_acts(session, actor, EXCLUDE, INCLUDE, at=at)
    if not act:
        raise NotFound("There is no excluding or including of yours left to undo.")
    events.undo_image_act(session, actor, act[0])
    changed = events.acted_on_since(session, actor, act[0], EXCLUDE, INCLUDE)
    return sum(_restore(session, part, changed) for part in act)


def _change(
    session: Session,
    ids: Sequence[int],
    action: str,
    after: Mapping[str, Any],
    actor: str,
    at: datetime | None = None,
) -> int:
    moment, n_changed = at or now(), 0
    found = _standing(session, ids)
    for (status, reason), these in found.items():
        if status != after["status"]:
            before = {"status": status, "status_reason": reason}
            events.record_act(
                session,
                these,
                actor=actor,
                action=action,
                before=before,
                after=after,
                at=moment,
            )
            change_images(session, these, **after)
            n_changed += len(these)
    return n_changed


def _restore(session: Session, act: ImageAct, changed: Container[int]) -> int:
    """Give images what they had before an act, where they still are as it left them."""
    left = (act.after["status"], act.after["status_reason"])
    these = [i for i in _standing(session, act.image_ids)[left] if i not in changed]
    change_images(session, these, **act.before)
    was_in = act.before["status"] == Status.ACTIVE
    decided = verdicts.lost_since(session, these, act.at) if was_in else these
    verdicts.settle_images(session, decided)
    return len(these)


def _standing(
    session: Session, ids: Sequence[int]
) -> defaultdict[tuple[str, str | None], list[int]]:
    """Group images by their status and its reason."""
    found: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
    for part in parts(sorted(set(ids))):
        query = select(ImageRow.id, ImageRow.status, ImageRow.status_reason)
        for image_id, status, reason in session.execute(query.where(ImageRow.id.in_(part))):
            found[status, reason].append(image_id)
    return found


def _checked(reason: str) -> str:
    words = checked(reason, "a reason", MAX_REASON_LENGTH)
    if words.lower().startswith(verdicts.DUPLICATE_OF):  # the next verdict would bring it back
        raise InvalidInput(
            f"Expected a reason of your own. Received {words[:80]!r}, as verdicts give it: say "
            "under Duplicates which copy is kept, or put it in other words."
        )
    return words
