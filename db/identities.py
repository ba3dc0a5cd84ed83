"""Identities: who is shown on which images, and putting names right, with undo."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.types import Event, ImageRecord
from db import answers, events
from db.images import to_record
from db.parts import parts
from db.short_text import checked
from db.tables import EventRow, ImageRow, now

MAX_NAME_LENGTH = 255
ACTION = "identify"


@dataclass(frozen=True)
class Identity:
    """A person by name, with how many images show them and the first of these."""

    name: str
    n_images: int
    sample: ImageRecord


def list_identities(
    session: Session, text: str = "", *, limit: int = 60, offset: int = 0
) -> list[Identity]:
    """Return one page of the people whose names contain a text, sorted by name."""
    counted = (
        select(
            ImageRow.identity, func.count().label("n_images"), func.min(ImageRow.id).label("first")
        )
        .where(ImageRow.identity.icontains(text, autoescape=True))
        .group_by(ImageRow.identity)
        .order_by(ImageRow.identity)
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    query = (
        select(counted.c.identity, counted.c.n_images, ImageRow)
        .join(ImageRow, ImageRow.id == counted.c.first)
        .order_by(counted.c.identity)
    )
    return [Identity(name, n, to_record(row)) for name, n, row in session.execute(query)]


def count_identities(session: Session, text: str = "") -> int:
    """Count the people whose names contain a text."""
    query = select(func.count(ImageRow.identity.distinct()))
    return session.scalar(query.where(ImageRow.identity.icontains(text, autoescape=True))) or 0


def images_of(session: Session, name: str, *, limit: int = 60) -> list[ImageRecord]:
    """Return the first images of one person; none if nobody has that name."""
    query = select(ImageRow).where(ImageRow.identity == name).order_by(ImageRow.id).limit(limit)
    return [to_record(row) for row in session.scalars(query)]


def has_images(session: Session) -> bool:
    """Return whether there is any image at all, named or not."""
    return session.scalar(select(ImageRow.id).limit(1)) is not None


def names_of(session: Session, ids: Sequence[int]) -> list[str | None]:
    """Return who each image is said to show, in the order asked for; None where nobody said."""
    found: dict[int, str | None] = {}
    for part in parts(ids):
        query = select(ImageRow.id, ImageRow.identity).where(ImageRow.id.in_(part))
        found.update((image_id, name) for image_id, name in session.execute(query))
    return [found.get(image_id) for image_id in ids]


def assign(
    session: Session,
    ids: Sequence[int],
    name: str | None,
    *,
    actor: str,
    at: datetime | None = None,
) -> int:
    """Say whom images show, or with None that nobody knows, as one act. Return how many changed.

    Raises:
        InvalidInput: If the name is blank, longer than 255 characters or not printable.
    """
    chosen = None if name is None else checked_name(name)
    moment, n_changed = at or now(), 0
    for part in parts(ids):
        columns = (ImageRow.id, ImageRow.identity, ImageRow.is_identity_decided)
        is_other = ImageRow.identity.is_distinct_from(chosen)
        rows = session.execute(select(*columns).where(ImageRow.id.in_(part), is_other)).all()
        acts = [
            {
                "actor": actor,
                "action": ACTION,
                "subject": "image",
                "subject_id": image_id,
                "before": {"identity": before, "is_decided": is_decided},
                "after": {"identity": chosen},
                "at": moment,
            }
            for image_id, before, is_decided in rows
        ]
        if acts:
            session.execute(insert(EventRow), acts)
            _set(session, [row.id for row in rows], chosen, is_decided=True)
            n_changed += len(acts)
    return n_changed


def rename(session: Session, name: str, new_name: str, *, actor: str) -> int:
    """Give a person another name, as one act. Return how many images changed.

    Raises:
        NotFound: If nobody has the name.
        Conflict: If somebody has the new one already.
        InvalidInput: As `assign`.
    """
    ids = _ids_of(session, name)
    _check_free(session, new_name)
    return assign(session, ids, new_name, actor=actor)


def merge(
    session: Session, from_name: str, into_name: str, *, actor: str, at: datetime | None = None
) -> int:
    """Say that two names are one person, as one act. Return how many images changed.

    Raises:
        NotFound: If nobody has one of the names.
        InvalidInput: If they are the same.
    """
    if from_name == into_name:
        raise InvalidInput(f"Expected two names to merge. Received {from_name!r} twice.")
    _ids_of(session, into_name)
    return assign(session, _ids_of(session, from_name), into_name, actor=actor, at=at)


def split(session: Session, ids: Sequence[int], new_name: str, *, actor: str) -> int:
    """Say that some images show somebody new, as one act. Return how many changed.

    Raises:
        InvalidInput: If there are no images, or as `assign`.
        Conflict: If somebody has the new name already.
    """
    if not ids:
        raise InvalidInput(
            "Expected the images that show somebody else. Received none: select them."
        )
    _check_free(session, new_name)
    return assign(session, ids, new_name, actor=actor)


def undo_identity(session: Session, *, actor: str) -> int:
    """Take this person's newest act on identities back; return how many images it was about.

    A suggestion that the act accepted or declined is open again.

    Raises:
        NotFound: If there is none.
        Conflict: If somebody named one of those images since.
    """
    act = events.last_act(session, actor, ACTION)
    if not act:
        raise NotFound("There is no act on identities of yours left to undo.")
    named = [event for event in act if event.subject == "image"]
    _check_newest(session, named)
    for (name, is_decided), group in groupby(sorted(named, key=_before_key), key=_before):
        _set(session, [event.subject_id for event in group], name, is_decided=is_decided)
    answers.reopen(session, act)
    events.mark_act_undone(session, act)
    return len(named)


def checked_name(name: str) -> str:
    """Return a name without stray blanks, or raise InvalidInput."""
    return checked(name, "a name", MAX_NAME_LENGTH)


def _before(event: Event) -> tuple[str | None, bool]:
    return event.before["identity"], event.before["is_decided"]


def _before_key(event: Event) -> tuple[bool, str, bool]:
    name, is_decided = _before(event)
    return name is None, name or "", is_decided


def _check_newest(session: Session, act: Sequence[Event]) -> None:
    """Raise Conflict if one of the images was named again after an act."""
    for part in parts([event.subject_id for event in act]):
        query = (
            select(EventRow)
            .where(
                EventRow.subject == "image",
                EventRow.subject_id.in_(part),
                EventRow.action == ACTION,
                EventRow.is_undone.is_(False),
                EventRow.id > max(event.id for event in act),
            )
            .limit(1)
        )
        newer = session.scalar(query)
        if newer is not None:
            raise Conflict(
                f"Expected your name of image {newer.subject_id} to be the newest. Received "
                f"{newer.after['identity']!r} by {newer.actor}, who named it since."
            )


def _ids_of(session: Session, name: str) -> Sequence[int]:
    ids = session.scalars(select(ImageRow.id).where(ImageRow.identity == name)).all()
    if not ids:
        raise NotFound(f"Expected the name of somebody on an image. Received {name!r}.")
    return ids


def _check_free(session: Session, name: str) -> None:
    if images_of(session, checked_name(name), limit=1):
        raise Conflict(
            f"Expected a name that nobody has. Received {name!r}: to make two people one, merge."
        )


def _set(session: Session, ids: Iterable[int], name: str | None, *, is_decided: bool) -> None:
    for part in parts(list(ids)):
        session.execute(
            update(ImageRow)
            .where(ImageRow.id.in_(part))
            .values(identity=name, is_identity_decided=is_decided)
        )
