"""What a verdict on a pair does: which are refused, who leaves, who comes back."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.types import Label, Status, Verdict
from db.parts import parts
from db.tables import EventRow, ImageRow, PairRow, now

_DUPLICATE_OF = "duplicate of "


def check(
    row: PairRow,
    verdict: Verdict,
    protected: Collection[int],
    winners_of: Callable[[int], Iterable[int]],
) -> None:
    """Raise Conflict if a verdict would exclude a protected image or leave no copy."""
    for kept, gone in outcome(row, verdict):
        if gone in protected:
            raise Conflict(
                f"Expected a verdict that keeps image {gone}, which lies in a protected folder. "
                f"Received {verdict.value!r}: keep both, or end the folder's protection first."
            )
        _check_one_stays(kept, gone, winners_of)


def _check_one_stays(kept: int, gone: int, winners_of: Callable[[int], Iterable[int]]) -> None:
    """Follow who lost to whom from the image kept; refuse if that leads to the one that goes."""
    seen: set[int] = set()
    ahead = {kept}
    while ahead:
        if gone in ahead:
            raise Conflict(
                "Expected a verdict that leaves a copy. Received one against the image that an "
                "earlier verdict kept in place of the other: keep that one, or undo the earlier."
            )
        seen |= ahead
        ahead = {winner for loser in ahead for winner in winners_of(loser)} - seen


def check_unambiguous(left: ImageRow, right: ImageRow) -> None:
    """Raise Conflict if two images contradict each other in label or identity."""
    labels = {left.label, right.label} - {Label.UNKNOWN.value}
    if len(labels) > 1 or len({left.identity, right.identity} - {None}) > 1:
        raise Conflict(f"Images {left.id} and {right.id} contradict each other in label or name.")


def outcome(row: PairRow, verdict: Verdict | None) -> list[tuple[int, int]]:
    """Return (kept, gone) where a verdict excludes one of the two."""
    outcomes = {
        Verdict.KEEP_LEFT: [(row.left_id, row.right_id)],
        Verdict.KEEP_RIGHT: [(row.right_id, row.left_id)],
    }
    return outcomes.get(verdict, []) if verdict else []


def winners(session: Session, image_ids: Sequence[int] | None = None) -> defaultdict[int, set[int]]:
    """Return, for every image that lost (or those of a list), those kept in its place."""
    query = select(PairRow).where(PairRow.verdict.in_((Verdict.KEEP_LEFT, Verdict.KEEP_RIGHT)))
    stretches = [None] if image_ids is None else list(parts(image_ids))
    found: defaultdict[int, set[int]] = defaultdict(set)
    for part in stretches:
        wanted = query if part is None else query.where(_has_end(part))
        for row in session.scalars(wanted):
            for kept, gone in outcome(row, Verdict(str(row.verdict))):
                found[gone].add(kept)
    return found


def _has_end(image_ids: Sequence[int]) -> ColumnElement[bool]:
    return or_(PairRow.left_id.in_(image_ids), PairRow.right_id.in_(image_ids))


def record_verdicts(
    session: Session, verdicts: Sequence[tuple[PairRow, Verdict]], actor: str
) -> None:
    """Store verdicts as one act."""
    if not verdicts:
        return
    moment = now()
    act = {"actor": actor, "action": "decide", "subject": "pair", "at": moment}
    told = [
        {**act, "subject_id": row.id, "before": {"verdict": None}, "after": {"verdict": said.value}}
        for row, said in verdicts
    ]
    session.execute(insert(EventRow), told)
    same = {"decided_by": actor, "decided_at": moment}
    set_verdicts(session, [{"id": row.id, "verdict": v.value, **same} for row, v in verdicts])


def set_verdicts(session: Session, values: Sequence[dict[str, Any]]) -> None:
    """Write verdicts by the pairs' numbers; images that lost leave, those that no longer do return.

    Images that were excluded for another reason stay as they are.
    """
    session.execute(update(PairRow), list(values))
    ends: set[int] = set()
    for part in parts([value["id"] for value in values]):
        query = select(PairRow.left_id, PairRow.right_id).where(PairRow.id.in_(part))
        ends |= {end for pair in session.execute(query) for end in pair}
    lost = winners(session, sorted(ends))
    _exclude(session, {loser: min(lost[loser]) for loser in ends & lost.keys()})
    for part in parts(sorted(ends - lost.keys())):
        lost_before = ImageRow.id.in_(part) & ImageRow.status_reason.startswith(_DUPLICATE_OF)
        active = {"status": Status.ACTIVE.value, "status_reason": None}
        session.execute(update(ImageRow).where(lost_before).values(active))
    session.expire_all()


def _exclude(session: Session, kept_for: Mapping[int, int]) -> None:
    """Exclude images as duplicates of those kept in their place."""
    checksums: dict[int, str] = {}
    for part in parts(sorted(set(kept_for.values()))):
        found = session.execute(select(ImageRow.id, ImageRow.checksum).where(ImageRow.id.in_(part)))
        checksums.update((image_id, checksum) for image_id, checksum in found)
    excluded = Status.EXCLUDED.value
    values = [
        {"id": i, "status": excluded, "status_reason": f"{_DUPLICATE_OF}{checksums[kept][:12]}"}
        for i, kept in kept_for.items()
    ]
    if values:
        session.execute(update(ImageRow), values)
