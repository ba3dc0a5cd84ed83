"""Near-duplicate pairs: which wait for a person, what was decided, and taking it back."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.errors import Conflict, NotFound
from core.types import DuplicatePair, Event, Split, Verdict
from db import events, verdicts
from db.images import to_record
from db.parts import parts
from db.protected import protected_among
from db.tables import ImageRow, ItemRow, PairRow
from db.upsert import insert_missing


def add_pairs(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert pairs that are not there yet."""
    insert_missing(session, PairRow, rows)


def pending_pairs(session: Session, limit: int, offset: int = 0) -> list[DuplicatePair]:
    """Return up to `limit` undecided pairs, nearest first (distance in bits)."""
    query = _pairs().where(PairRow.is_confirmed, PairRow.verdict.is_(None))
    query = query.order_by(PairRow.distance_bits, PairRow.id)  # id: a stable order between reruns
    return [_pair(row) for row in session.execute(query.limit(limit).offset(offset))]


def all_pairs(session: Session) -> list[DuplicatePair]:
    """Return every confirmed pair, nearest first."""
    query = _pairs().where(PairRow.is_confirmed).order_by(PairRow.distance_bits, PairRow.id)
    return [_pair(row) for row in session.execute(query)]


def get_pair(session: Session, pair_id: int) -> DuplicatePair:
    """Return one pair, or raise NotFound."""
    row = session.execute(_pairs().where(PairRow.id == pair_id)).first()
    if row is None:
        raise NotFound(f"Expected the number of a stored pair. Received {pair_id}.")
    return _pair(row)


def count_pairs(session: Session) -> dict[str, int]:
    """Count pairs: pending, decided, and candidates that the second check refuted."""
    query = select(PairRow.is_confirmed, PairRow.verdict.is_(None), func.count()).group_by(
        PairRow.is_confirmed, PairRow.verdict.is_(None)
    )
    counts = {"pending": 0, "decided": 0, "refuted": 0}
    for is_confirmed, is_undecided, count in session.execute(query):
        name = "refuted" if not is_confirmed else "pending" if is_undecided else "decided"
        counts[name] += count
    return counts


def latest_splits(session: Session, image_ids: Collection[int]) -> dict[int, Split]:
    """Return in which split of the newest dataset version those images stand that are in it."""
    newest = select(func.max(ItemRow.version)).scalar_subquery()
    query = select(ItemRow.image_id, ItemRow.split).where(ItemRow.version == newest)
    return {
        image_id: Split(split)
        for part in parts(sorted(image_ids))
        for image_id, split in session.execute(query.where(ItemRow.image_id.in_(part)))
    }


def count_pending(session: Session, max_bits: int) -> int:
    """Count the undecided pairs up to a distance in bits."""
    query = select(func.count(PairRow.id)).where(
        PairRow.is_confirmed, PairRow.verdict.is_(None), PairRow.distance_bits <= max_bits
    )
    return session.scalar(query) or 0


def decide(session: Session, pair_id: int, verdict: Verdict, *, actor: str) -> None:
    """Record a person's verdict on a pair; the image not kept leaves the next version.

    Raises:
        Conflict: If somebody decided the pair before, if the image that would go lies in a
            protected folder, or if the image kept here lost, directly or by way of others, to the
            one that would go: no copy would be left.
    """
    row = _get_row(session, pair_id)
    if row.verdict is not None:
        raise Conflict(
            f"Expected pair {pair_id} to be undecided. Received one that {row.decided_by} "
            f"decided: {row.verdict}. Undo that first."
        )
    ends = (row.left_id, row.right_id)
    losses = verdicts.winners(session, ends)
    protected = protected_among(session, ends)
    verdicts.check(*ends, verdict, protected, lambda i: losses[i])
    verdicts.record_verdicts(session, {row.id: verdict}, actor)


def undo_decision(session: Session, *, actor: str) -> list[Event]:
    """Take this person's newest act of verdicts back, whole, or raise NotFound."""
    act = events.last_act(session, actor, verdicts.DECIDE)
    if not act:
        raise NotFound("There is no verdict of yours left to undo.")
    verdicts.take_back(session, [event.subject_id for event in act])
    events.mark_act_undone(session, act)
    return act


def links(session: Session) -> list[tuple[int, int]]:
    """Return the (left, right) numbers of all pairs that show one photograph.

    A pair counts before it is decided; one that a person called not a duplicate does not.
    """
    is_refuted = PairRow.verdict.is_not_distinct_from(Verdict.NOT_DUPLICATE.value)
    query = select(PairRow.left_id, PairRow.right_id).where(PairRow.is_confirmed, ~is_refuted)
    return [(left, right) for left, right in session.execute(query)]


def pairs_of(session: Session, image_id: int) -> list[DuplicatePair]:
    """Return the confirmed pairs that an image is part of."""
    query = _pairs().where(
        PairRow.is_confirmed, or_(PairRow.left_id == image_id, PairRow.right_id == image_id)
    )
    return [_pair(row) for row in session.execute(query.order_by(PairRow.id))]


def _get_row(session: Session, pair_id: int) -> PairRow:
    row = session.get(PairRow, pair_id)
    if row is None:
        raise NotFound(f"Expected the number of a stored pair. Received {pair_id}.")
    return row


def _pairs() -> Select[PairRow, ImageRow, ImageRow]:
    left, right = aliased(ImageRow), aliased(ImageRow)
    return (
        select(PairRow, left, right)
        .join(left, left.id == PairRow.left_id)
        .join(right, right.id == PairRow.right_id)
    )


def _pair(row: Row[PairRow, ImageRow, ImageRow]) -> DuplicatePair:
    pair, left, right = row
    return DuplicatePair(
        id=pair.id,
        left=to_record(left),
        right=to_record(right),
        distance_bits=pair.distance_bits,
        is_mirrored=pair.is_mirrored,
        similarity=pair.similarity,
        verdict=Verdict(pair.verdict) if pair.verdict else None,
        decided_by=pair.decided_by,
        decided_at=pair.decided_at,
    )
