"""Accepting what the machine suggests for many near-duplicate pairs at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Bundle, Session, aliased

from core.curation.keepers import suggest_keeper
from core.errors import Conflict
from core.types import Verdict
from db import verdicts
from db.protected import protected_among
from db.tables import EventRow, ImageRow, PairRow

Place = tuple[int, int]
"""(distance in bits, number of the pair): where a pair stands in the order of review."""

START: Place = (-1, 0)
_COLUMNS = ("id", "label", "identity", "format", "width_px", "height_px", "size_bytes")


@dataclass(frozen=True)
class Accepted:
    """What became of a stretch of pairs.

    Attributes:
        n_decided: As suggested.
        n_skipped: Left for a person.
        last: Place of the last one looked at, or None where none was left.
    """

    n_decided: int
    n_skipped: int
    last: Place | None


def accept_suggestions(
    session: Session,
    max_bits: int,
    *,
    actor: str,
    at: datetime | None = None,
    after: Place = START,
    limit: int | None = None,
) -> Accepted:
    """Decide pairs up to a distance as suggested, nearest first.

    Pairs that contradict each other in label or identity are left for a person, and so is every
    pair that `db.pairs.decide` would refuse.

    Args:
        session: A writing session.
        max_bits: The greatest distance, in bits.
        actor: Who accepts.
        at: Stretches that share this moment are one act, which one undo takes back.
        after: The place up to which all were looked at.
        limit: How many pairs to look at; None for all.
    """
    rows = session.execute(_waiting(max_bits, after).limit(limit)).all()
    chosen = _suggested(session, rows)
    verdicts.record_verdicts(session, chosen, actor, at)
    last = (rows[-1].distance_bits, rows[-1].id) if rows else None
    return Accepted(len(chosen), len(rows) - len(chosen), last)


def _waiting(max_bits: int, after: Place) -> Select[Any]:
    left, right = aliased(ImageRow), aliased(ImageRow)
    copies: list[Bundle[Any]] = [
        Bundle(side, *(getattr(image, name) for name in _COLUMNS))
        for side, image in (("left", left), ("right", right))
    ]
    is_later = or_(
        PairRow.distance_bits > after[0],
        and_(PairRow.distance_bits == after[0], PairRow.id > after[1]),
    )
    return (
        select(PairRow.id, PairRow.distance_bits, *copies)
        .join(left, left.id == PairRow.left_id)
        .join(right, right.id == PairRow.right_id)
        .where(PairRow.is_confirmed, PairRow.verdict.is_(None))
        .where(PairRow.distance_bits <= max_bits, is_later)
        .order_by(PairRow.distance_bits, PairRow.id)
    )


def _suggested(session: Session, rows: Sequence[Row[Any]]) -> dict[int, Verdict]:
    """Return the suggested verdicts by the pairs' numbers, without those a person has to see."""
    ends = {copy.id for row in rows for copy in (row.left, row.right)}
    protected = protected_among(session, ends)
    losses = verdicts.winners(session, ends)
    chosen = {}
    for row in rows:
        left, right = row.left, row.right
        verdict = suggest_keeper(left, right, protected).verdict
        if verdicts.is_ambiguous((left.label, right.label), (left.identity, right.identity)):
            continue
        try:
            verdicts.check(left.id, right.id, verdict, protected, lambda i: losses[i])
        except Conflict:
            continue  # counted: a person has to look at it
        chosen[row.id] = verdict
        for kept, gone in verdicts.outcome(left.id, right.id, verdict):
            losses[gone].add(kept)
    return chosen


def count_act(session: Session, actor: str, at: datetime) -> int:
    """Count the standing verdicts of one person that share a moment."""
    same = (EventRow.actor == actor, EventRow.action == verdicts.DECIDE, EventRow.at == at)
    query = select(func.count(EventRow.id)).where(*same, EventRow.is_undone.is_(False))
    return session.scalar(query) or 0
