"""Labels: given to any number of images in one act, and taken back in one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from core.errors import Conflict, NotFound
from core.types import Label
from db import events
from db.parts import change_images, parts
from db.tables import EventRow, ImageRow, ParentRow, now

RELABEL, _RESTORE = "relabel", "restore"
_SINCE = {
    RELABEL: "who relabelled it since",
    _RESTORE: "who restored a dataset version since: undo that first, on Dataset",
}


def relabel(
    session: Session,
    ids: Sequence[int],
    label: Label,
    *,
    actor: str,
    at: datetime | None = None,
) -> int:
    """Give images another label, as one act in the history. Return how many changed.

    What a generator made here stays fake. What shares the moment `at` is one act.

    Raises:
        Conflict: If nothing else was asked for than to call generated images something else.
    """
    moment = at or now()
    labelled = _labelled_otherwise(session, ids, label)
    if not labelled and label is not Label.FAKE and _are_generated(session, ids):
        raise Conflict(
            f"Expected images that may be {label}. Received ones that a generator made here: they "
            "are fake. Exclude them if they should not take part."
        )
    for before, changed in labelled.items():
        events.record_act(
            session,
            changed,
            actor=actor,
            action=RELABEL,
            before={"label": before},
            after={"label": label.value},
            at=moment,
        )
        change_images(session, changed, label=label.value, is_label_decided=True)
    return sum(map(len, labelled.values()))


def _labelled_otherwise(
    session: Session, ids: Sequence[int], label: Label
) -> Mapping[str, Sequence[int]]:
    """Group those images that do not have a label by the one they have."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for part in parts(sorted(set(ids))):
        query = select(ImageRow.id, ImageRow.label).where(
            ImageRow.id.in_(part), ImageRow.label != label
        )
        if label is not Label.FAKE:
            query = query.where(ImageRow.id.not_in(select(ParentRow.child_id)))
        for image_id, before in session.execute(query):
            found[before].append(image_id)
    return found


def _are_generated(session: Session, ids: Sequence[int]) -> bool:
    return any(
        session.scalar(select(ParentRow.child_id).where(ParentRow.child_id.in_(part)).limit(1))
        for part in parts(ids)
    )


def undo_relabel(session: Session, *, actor: str, at: datetime | None = None) -> int:
    """Take this person's newest relabelling back, with all images it changed; return how many.

    Args:
        session: A writing one.
        actor: Whose.
        at: The moment of the relabelling; the newest one without it.

    Raises:
        NotFound: If there is none.
        Conflict: If somebody relabelled one of those images since, or restored a version over it.
    """
    act = events.last_image_acts(session, actor, RELABEL, at=at)
    if not act:
        raise NotFound("There is no relabelling of yours left to undo.")
    _check_newest(session, actor, act[0].at)
    events.undo_image_act(session, actor, act[0])
    is_decided = exists().where(
        EventRow.subject == "image",
        EventRow.subject_id == ImageRow.id,
        EventRow.action == RELABEL,
        EventRow.is_undone.is_(False),
    )
    for part in act:
        change_images(
            session, part.image_ids, label=part.before["label"], is_label_decided=is_decided
        )
    return sum(len(part.image_ids) for part in act)


def _check_newest(session: Session, actor: str, at: datetime) -> None:
    """Raise Conflict if an image of an act got another label since."""
    mine, later = aliased(EventRow), aliased(EventRow)
    query = (
        select(ImageRow.id, ImageRow.label, later.actor, later.action)
        .join(mine, mine.subject_id == ImageRow.id)
        .join(later, (later.subject == mine.subject) & (later.subject_id == mine.subject_id))
        .where(mine.actor == actor, mine.action == RELABEL, mine.at == at)
        .where(
            later.action.in_((RELABEL, _RESTORE)), later.is_undone.is_(False), later.id > mine.id
        )
    )
    if newer := session.execute(query.limit(1)).first():
        raise Conflict(
            f"Expected your label of image {newer.id} to be the newest. Received {newer.label!r} "
            f"by {newer.actor}, {_SINCE[newer.action]}."
        )
