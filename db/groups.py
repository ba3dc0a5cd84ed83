"""Groups of near-duplicates: all copies of one photograph that wait for a person, as one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.curation.clusters import Link, keep_only
from core.errors import Conflict
from core.types import Verdict
from db import verdicts
from db.parts import parts
from db.protected import protected_among
from db.tables import EventRow, PairRow

_IS_PENDING = (PairRow.is_confirmed, PairRow.verdict.is_(None))


@dataclass(frozen=True)
class Kept:
    """What keeping one image of a group did to the others."""

    n_excluded: int
    n_protected: int


@dataclass(frozen=True)
class GroupPair:
    """A pair of a group that waits."""

    id: int
    left_id: int
    right_id: int
    distance_bits: int
    similarity: float
    is_mirrored: bool


def stamp(session: Session) -> tuple[int, int]:
    """Return two numbers that change whenever other pairs wait.

    Every verdict is one more event; without one more, pairs can only have been added.
    """
    n_pending = session.scalar(select(func.count(PairRow.id)).where(*_IS_PENDING)) or 0
    return n_pending, session.scalar(select(func.max(EventRow.id))) or 0


def pending_links(session: Session) -> list[Link]:
    """Return the (left, right) numbers of all pairs that wait."""
    query = select(PairRow.left_id, PairRow.right_id).where(*_IS_PENDING)
    return [(left, right) for left, right in session.execute(query)]


def pairs_among(session: Session, image_ids: Collection[int]) -> list[GroupPair]:
    """Return the pairs that wait of which both images are among these, nearest first."""
    columns = (PairRow.id, PairRow.left_id, PairRow.right_id, PairRow.distance_bits)
    query: Select[int, int, int, int, float, bool] = select(
        *columns, PairRow.similarity, PairRow.is_mirrored
    ).where(*_IS_PENDING)
    among = set(image_ids)
    found = [
        GroupPair(*row)
        for part in parts(sorted(among))
        for row in session.execute(query.where(PairRow.left_id.in_(part)))
        if row.right_id in among
    ]
    return sorted(found, key=lambda pair: (pair.distance_bits, pair.id))


def keep_one(session: Session, image_ids: Sequence[int], keeper: int, *, actor: str) -> Kept:
    """Keep one image of a group and exclude all others, as one act.

    Images in protected folders stay too. What somebody decided meanwhile stays decided.

    Raises:
        Conflict: If the keeper waits no longer, or if an earlier verdict was against it in favour
            of one that would go.
    """
    waiting = pairs_among(session, image_ids)
    among = {end for pair in waiting for end in (pair.left_id, pair.right_id)}
    if keeper not in among:
        raise Conflict(
            f"Expected an image of which a pair waits. Received {keeper}: its pairs were decided "
            "meanwhile."
        )
    protected = protected_among(session, among)
    said = keep_only([(pair.left_id, pair.right_id) for pair in waiting], protected | {keeper})
    _check_all(session, said, protected)
    found = {(pair.left_id, pair.right_id): pair.id for pair in waiting}
    verdicts.record_verdicts(session, {found[link]: said[link] for link in said}, actor)
    gone = {gone for link in said for _, gone in verdicts.outcome(*link, said[link])}
    return Kept(len(gone), len(protected - {keeper}))


def _check_all(session: Session, said: dict[Link, Verdict], protected: frozenset[int]) -> None:
    losses = verdicts.winners(session, {end for link in said for end in link})
    for link, verdict in said.items():
        verdicts.check(*link, verdict, protected, lambda i: losses[i])
        for kept, gone in verdicts.outcome(*link, verdict):
            losses[gone].add(kept)


def keep_all(session: Session, image_ids: Sequence[int], *, actor: str) -> int:
    """Keep all images of a group, as one act; return how many pairs that decided."""
    waiting = pairs_among(session, image_ids)
    said = dict.fromkeys((pair.id for pair in waiting), Verdict.KEEP_BOTH)
    verdicts.record_verdicts(session, said, actor)
    return len(said)


def refute(
    session: Session, image_ids: Sequence[int], strangers: Collection[int], *, actor: str
) -> int:
    """Say of some images of a group that they are duplicates of none; return how many pairs.

    The other images of the group wait on.
    """
    said = {
        pair.id: Verdict.NOT_DUPLICATE
        for pair in pairs_among(session, image_ids)
        if {pair.left_id, pair.right_id} & set(strangers)
    }
    verdicts.record_verdicts(session, said, actor)
    return len(said)
