"""Near-duplicate pairs: which wait for a person, what was decided, and taking it back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.errors import Conflict, NotFound
from core.types import DuplicatePair, Event, Status, Verdict
from db import events
from db.images import to_record
from db.tables import HashRow, ImageRow, PairRow, ParentRow, now
from db.upsert import insert_missing


def hashed_images(
    session: Session, algorithms: Sequence[str], version: str
) -> list[tuple[int, bool, tuple[int, ...]]]:
    """Return (number, is paired already, one hash an algorithm) of every image, paired ones first.

    Generated fakes are left out: what they resemble is recorded as their parents.
    """
    hashes = [aliased(HashRow) for _ in algorithms]
    query: Select[*tuple[Any, ...]] = select(
        ImageRow.id, ImageRow.is_paired, *(hashed.value for hashed in hashes)
    ).order_by(ImageRow.is_paired.desc(), ImageRow.id)
    for hashed, algorithm in zip(hashes, algorithms, strict=True):
        query = query.join(
            hashed,
            (hashed.image_id == ImageRow.id)
            & (hashed.algorithm == algorithm)
            & (hashed.version == version),
        )
    query = query.where(ImageRow.id.not_in(select(ParentRow.child_id)))
    return [
        (image_id, is_paired, tuple(int(value, 16) for value in values))
        for image_id, is_paired, *values in session.execute(query)
    ]


def add_pairs(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert pairs that are not there yet."""
    insert_missing(session, PairRow, rows)


def known_pairs(session: Session) -> set[tuple[int, int]]:
    """Return the (left, right) numbers of all pairs."""
    return {
        (left, right) for left, right in session.execute(select(PairRow.left_id, PairRow.right_id))
    }


def mark_paired(session: Session, image_ids: Sequence[int]) -> None:
    """Note that these images were compared with all others."""
    for start in range(0, len(image_ids), 5000):
        part = image_ids[start : start + 5000]
        session.execute(update(ImageRow).where(ImageRow.id.in_(part)).values(is_paired=True))


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


def decide(session: Session, pair_id: int, verdict: Verdict, *, actor: str) -> None:
    """Record a person's verdict on a pair; the image not kept leaves the next version.

    Raises:
        Conflict: If somebody decided the pair before, or the image kept here lost, directly or by
            way of others, to the one that would go: no copy would be left.
    """
    row = _get_row(session, pair_id)
    if row.verdict is not None:
        raise Conflict(
            f"Expected pair {pair_id} to be undecided. Received one that {row.decided_by} "
            f"decided: {row.verdict}. Undo that first."
        )
    _check_one_stays(session, row, verdict)
    _set_verdict(session, row, verdict, actor)
    events.record(
        session,
        actor=actor,
        action="decide",
        subject="pair",
        subject_id=pair_id,
        before={"verdict": None},
        after={"verdict": verdict.value},
    )


def undo_decision(session: Session, *, actor: str) -> Event:
    """Take this person's newest verdict back, or raise NotFound."""
    act = events.last_act(session, actor, "decide")
    if not act:
        raise NotFound("There is no verdict of yours left to undo.")
    event = act[-1]
    _set_verdict(session, _get_row(session, event.subject_id), None, actor)
    events.mark_undone(session, event.id)
    return event


def links(session: Session) -> list[tuple[int, int]]:
    """Return the (left, right) numbers of all pairs that show one photograph, decided or not."""
    query = select(PairRow.left_id, PairRow.right_id).where(PairRow.is_confirmed)
    return [(left, right) for left, right in session.execute(query)]


def pairs_of(session: Session, image_id: int) -> list[DuplicatePair]:
    """Return the confirmed pairs that an image is part of."""
    query = _pairs().where(
        PairRow.is_confirmed, or_(PairRow.left_id == image_id, PairRow.right_id == image_id)
    )
    return [_pair(row) for row in session.execute(query.order_by(PairRow.id))]


def _check_one_stays(session: Session, row: PairRow, verdict: Verdict) -> None:
    """Follow who lost to whom from the image kept; refuse if that leads to the one that goes."""
    if verdict is Verdict.KEEP_BOTH:
        return
    ends = (row.left_id, row.right_id)
    kept, gone = ends if verdict is Verdict.KEEP_LEFT else ends[::-1]
    seen: set[int] = set()
    ahead = {kept}
    while ahead:
        if gone in ahead:
            raise Conflict(
                "Expected a verdict that leaves a copy. Received one against the image that an "
                "earlier verdict kept in place of the other: keep that one, or undo the earlier."
            )
        seen |= ahead
        ahead = {winner for loser in ahead for winner in _winners(session, loser)} - seen


def _winners(session: Session, image_id: int) -> list[int]:
    """Return the images that were kept in place of this one."""
    lost_left = select(PairRow.right_id).where(
        PairRow.left_id == image_id, PairRow.verdict == Verdict.KEEP_RIGHT
    )
    lost_right = select(PairRow.left_id).where(
        PairRow.right_id == image_id, PairRow.verdict == Verdict.KEEP_LEFT
    )
    return [*session.scalars(lost_left), *session.scalars(lost_right)]


def _set_verdict(session: Session, row: PairRow, verdict: Verdict | None, actor: str) -> None:
    row.verdict = verdict.value if verdict else None
    row.decided_by = actor if verdict else None
    row.decided_at = now() if verdict else None
    session.flush()
    for image_id in (row.left_id, row.right_id):
        _refresh_status(session, image_id)


def _refresh_status(session: Session, image_id: int) -> None:
    image = session.get_one(ImageRow, image_id)
    winners = _winners(session, image_id)
    if not winners:
        image.status, image.status_reason = Status.ACTIVE.value, None
        return
    kept = session.get_one(ImageRow, min(winners))
    image.status = Status.EXCLUDED.value
    image.status_reason = f"duplicate of {kept.checksum[:12]}"


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
