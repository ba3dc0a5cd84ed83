"""What settled verdicts do to the dataset: one recorded act a queue, taken back as a whole."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.review.verdicts import HARD_EXAMPLE, ReviewVerdict
from core.types import Event, Label, Status
from db import events, labels, statuses, tags
from db.parts import parts
from db.review_items import QUEUE, get_queue, record_queue
from db.tables import ImageRow, ParentRow, QueueRow, ReviewItemRow, now

APPLY = "apply verdicts"
UNDO_APPLY = "take verdicts back"
_CHANGES = ("relabelled", "excluded", "hard_examples")


@dataclass(frozen=True)
class Applied:
    """What became of a queue's settled verdicts.

    Attributes:
        relabelled: Images that got the other label.
        excluded: Images that leave the next version as unusable.
        hard_examples: Images that got the tag of hard examples.
        n_generated: Fakes made here that were called wrongly labelled: they stay fake.
        n_changed: Images relabelled or excluded by somebody since they were queued: left alone.
        n_kept: Items that change nothing: nothing wrong, or cannot tell.
    """

    relabelled: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()
    hard_examples: tuple[int, ...] = ()
    n_generated: int = 0
    n_changed: int = 0
    n_kept: int = 0

    @property
    def n_images(self) -> int:
        """Number of images that changed."""
        return len(self.relabelled) + len(self.excluded) + len(self.hard_examples)


def to_apply(session: Session, queue_id: int) -> Applied:
    """Return what `apply_verdicts` would do now, without doing it."""
    get_queue(session, queue_id)
    query = (
        select(ReviewItemRow, ImageRow.label, ImageRow.status)
        .join(ImageRow, ImageRow.id == ReviewItemRow.image_id)
        .where(ReviewItemRow.queue_id == queue_id, ReviewItemRow.verdict.is_not(None))
        .order_by(ReviewItemRow.position)
    )
    done = applied_images(session, queue_id)
    rows = [row for row in session.execute(query) if row[0].image_id not in done]
    found: defaultdict[str | None, list[int]] = defaultdict(list)
    n_changed = 0
    for item, label, status in rows:
        if (label, status) == (item.label, Status.ACTIVE):
            found[item.verdict].append(item.image_id)
        else:
            n_changed += 1
    doubted = found[ReviewVerdict.LABEL_WRONG]
    made_here = generated(session, doubted)
    return Applied(
        relabelled=tuple(image_id for image_id in doubted if image_id not in made_here),
        excluded=tuple(found[ReviewVerdict.IMAGE_UNUSABLE]),
        hard_examples=tuple(found[ReviewVerdict.DETECTOR_WRONG]),
        n_generated=len(made_here),
        n_changed=n_changed,
        n_kept=len(found[ReviewVerdict.NOTHING_WRONG]) + len(found[ReviewVerdict.CANNOT_TELL]),
    )


def apply_verdicts(session: Session, queue_id: int, *, actor: str) -> Applied:
    """Let a queue's settled verdicts change the dataset, as one act.

    *Label wrong* gives the other label, *image unusable* leaves the image out of the next version,
    *detector wrong* tags it a hard example. What was applied before is left alone, so applying
    twice changes nothing.

    Raises:
        NotFound: If there is no such queue.
    """
    name = get_queue(session, queue_id).name
    plan = to_apply(session, queue_id)
    if not plan.n_images:
        return plan
    moment = now()
    for label, ids in _targets(session, plan.relabelled).items():
        labels.relabel(session, ids, label, actor=actor, at=moment)
    if plan.excluded:
        reason = f"judged unusable in review queue {queue_id}"
        statuses.exclude(session, plan.excluded, reason, actor=actor, at=moment)
    if plan.hard_examples:
        tags.add_tag(session, plan.hard_examples, HARD_EXAMPLE, actor=actor, at=moment)
    told: dict[str, Any] = {"name": name}
    told |= {what: list(getattr(plan, what)) for what in _CHANGES}
    record_queue(session, subject_id=queue_id, actor=actor, action=APPLY, after=told, at=moment)
    return plan


def undo_apply(session: Session, queue_id: int, *, actor: str) -> int:
    """Take the newest applying of a queue's verdicts back; return of how many images.

    Anybody may, and the history says who. Images that somebody tagged or excluded since are left
    alone, and so are hard examples that another queue's applied verdicts name too.

    Raises:
        NotFound: If nothing is applied.
        Conflict: If somebody relabelled one of the images since, or restored a version over it.
    """
    get_queue(session, queue_id)
    acts = events.standing(session, APPLY, QUEUE, queue_id)
    if not acts:
        raise NotFound("There are no applied verdicts of this queue to take back.")
    act, n_back = acts[0], 0
    tagged = set(tags.tagged(session, HARD_EXAMPLE))
    for undo in (labels.undo_relabel, statuses.undo_status, tags.undo_tag):
        with suppress(NotFound):  # that part was taken back where images are browsed
            n_back += undo(session, actor=act.actor, at=act.at)
    events.mark_undone(session, act.id)
    n_back -= _hand_over(session, tagged - set(tags.tagged(session, HARD_EXAMPLE)))
    told = {"act": act.id, "n_images": n_back}
    record_queue(session, subject_id=queue_id, actor=actor, action=UNDO_APPLY, after=told)
    return n_back


def _hand_over(session: Session, untagged: set[int]) -> int:
    """Give the tag back where another act that stands named it too; return on how many images.

    It becomes part of that act, so it goes when that one is taken back.
    """
    n_before = len(untagged)
    for queue_id in session.scalars(select(QueueRow.id)):
        for act in events.standing(session, APPLY, QUEUE, queue_id):
            named = sorted(untagged.intersection(act.after["hard_examples"]))
            tags.add_tag(session, named, HARD_EXAMPLE, actor=act.actor, at=act.at)
            untagged = untagged.difference(named)
    return n_before - len(untagged)


def applied_images(session: Session, queue_id: int) -> set[int]:
    """Return the images that a queue's verdicts changed and that were not taken back."""
    return {
        image_id
        for act in events.standing(session, APPLY, QUEUE, queue_id)
        for image_id in _images(act)
    }


def refuse_applied(session: Session, item: ReviewItemRow) -> None:
    """Raise Conflict if an item's verdict has changed its image."""
    if item.verdict is not None and item.image_id in applied_images(session, item.queue_id):
        raise Conflict(
            f"Expected a verdict that was not applied. Received {item.verdict!r} on image "
            f"{item.position + 1}, which changed the dataset: take the applied verdicts back first."
        )


def _images(act: Event) -> set[int]:
    return {image_id for what in _CHANGES for image_id in act.after[what]}


def generated(session: Session, ids: Sequence[int]) -> set[int]:
    """Return those images that were made here as fakes."""
    return {
        image_id
        for part in parts(ids)
        for image_id in session.scalars(
            select(ParentRow.child_id).where(ParentRow.child_id.in_(part))
        )
    }


def _targets(session: Session, ids: Sequence[int]) -> dict[Label, list[int]]:
    """Group images by the label that they are to get."""
    other = {Label.GENUINE: Label.FAKE, Label.FAKE: Label.GENUINE}
    found: defaultdict[Label, list[int]] = defaultdict(list)
    for part in parts(ids):
        query = select(ImageRow.id, ImageRow.label).where(ImageRow.id.in_(part))
        for image_id, label in session.execute(query):
            found[other[Label(label)]].append(image_id)
    return found
