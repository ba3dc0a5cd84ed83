"""What a verdict on a pair does: which are refused, who leaves, who comes back."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from core.errors import Conflict
from core.types import Label, Status, Verdict
from db.parts import parts
from db.tables import EventRow, ImageRow, PairRow, now

DECIDE = "decide"
DUPLICATE_OF = "duplicate of "
_CHECKSUM_SHOWN = 12

Winners = defaultdict[int, set[int]]
"""Those that were kept in place of an image that lost."""


def check(
    left_id: int,
    right_id: int,
    verdict: Verdict,
    protected: Collection[int],
    winners_of: Callable[[int], Iterable[int]],
) -> None:
    """Raise Conflict if a verdict would exclude a protected image or leave no copy."""
    for kept, gone in outcome(left_id, right_id, verdict):
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


def is_ambiguous(labels: Iterable[str], identities: Iterable[str | None]) -> bool:
    """Whether images contradict each other in label or identity."""
    return len(set(labels) - {Label.UNKNOWN.value}) > 1 or len(set(identities) - {None}) > 1


def outcome(left_id: int, right_id: int, verdict: Verdict | None) -> list[tuple[int, int]]:
    """Return (kept, gone) where a verdict excludes one of the two."""
    outcomes = {
        Verdict.KEEP_LEFT: [(left_id, right_id)],
        Verdict.KEEP_RIGHT: [(right_id, left_id)],
    }
    return outcomes.get(verdict, []) if verdict else []


_IS_LEFT_KEPT = PairRow.verdict == Verdict.KEEP_LEFT.value
_IS_RIGHT_KEPT = PairRow.verdict == Verdict.KEEP_RIGHT.value
_KEPT = case((_IS_LEFT_KEPT, PairRow.left_id), else_=PairRow.right_id)
_GONE = case((_IS_LEFT_KEPT, PairRow.right_id), else_=PairRow.left_id)


def winners(session: Session, image_ids: Iterable[int]) -> Winners:
    """Return who won against these images, who won against those, and so on to the end."""
    found: Winners = defaultdict(set)
    seen: set[int] = set()
    ahead = set(image_ids)
    while ahead:
        for part in parts(sorted(ahead)):
            lost = (_IS_LEFT_KEPT & PairRow.right_id.in_(part)) | (
                _IS_RIGHT_KEPT & PairRow.left_id.in_(part)
            )
            for kept, gone in session.execute(select(_KEPT, _GONE).where(lost)):
                found[gone].add(kept)
        seen |= ahead
        ahead = {kept for gone in ahead & found.keys() for kept in found[gone]} - seen
    return found


def record_verdicts(
    session: Session,
    verdicts: Mapping[int, Verdict],
    actor: str,
    at: datetime | None = None,
) -> None:
    """Store verdicts by the pairs' numbers as one act; what shares the moment `at` is one act.

    Only images that lose by these verdicts change: one that a person included stays where another
    of its pairs is decided.
    """
    moment = at or now()
    said: defaultdict[Verdict, list[int]] = defaultdict(list)
    for pair_id, verdict in verdicts.items():
        said[verdict].append(pair_id)
    for verdict, ids in said.items():
        _record(session, ids, verdict, actor, moment)
        _set_verdict(session, ids, verdict, actor, moment)
    settle_images(session, _losers(session, list(verdicts)))


def take_back(session: Session, pair_ids: Sequence[int]) -> None:
    """Leave these pairs undecided again; images that lost by nothing else return."""
    lost = _losers(session, pair_ids, is_out=True)
    _set_verdict(session, pair_ids, None, None, None)
    settle_images(session, lost)


def _record(
    session: Session, pair_ids: Sequence[int], verdict: Verdict, actor: str, moment: datetime
) -> None:
    same = {
        "actor": actor,
        "action": DECIDE,
        "subject": "pair",
        "at": moment,
        "before": {"verdict": None},
        "after": {"verdict": verdict.value},
        "is_undone": False,
    }
    values = [literal(value, EventRow.__table__.c[name].type) for name, value in same.items()]
    for part in parts(pair_ids):
        chosen = select(*values, PairRow.id).where(PairRow.id.in_(part))
        chosen = chosen.order_by(PairRow.distance_bits, PairRow.id)
        session.execute(insert(EventRow).from_select([*same, "subject_id"], chosen))


def _set_verdict(
    session: Session,
    pair_ids: Sequence[int],
    verdict: Verdict | None,
    actor: str | None,
    moment: datetime | None,
) -> None:
    values = {"verdict": verdict, "decided_by": actor, "decided_at": moment}
    for part in parts(pair_ids):
        _change(session, update(PairRow).where(PairRow.id.in_(part)).values(**values))


def _losers(session: Session, pair_ids: Sequence[int], *, is_out: bool = False) -> list[int]:
    """Return the images that lost by these pairs' verdicts, with `is_out` those left out now."""
    lost: set[int] = set()
    for part in parts(pair_ids):
        query = select(_GONE).where(PairRow.id.in_(part), _IS_LEFT_KEPT | _IS_RIGHT_KEPT)
        if is_out:
            query = query.join(ImageRow, ImageRow.id == _GONE)
            query = query.where(ImageRow.status == Status.EXCLUDED)
        lost |= set(session.scalars(query))
    return sorted(lost)


def settle_images(session: Session, image_ids: Sequence[int]) -> None:
    """Let images stand as all verdicts say: who lost leaves, who did not returns.

    Images that were excluded for another reason stay as they are.
    """
    kept = aliased(ImageRow)
    begin = func.substr(kept.checksum, 1, _CHECKSUM_SHOWN)
    winner = select(literal(DUPLICATE_OF) + begin).where(kept.id == _first_winner())
    gone = {
        "status": Status.EXCLUDED.value,
        "status_reason": winner.correlate(ImageRow).scalar_subquery(),
    }
    back = {"status": Status.ACTIVE.value, "status_reason": None}
    was_duplicate = ImageRow.status_reason.startswith(DUPLICATE_OF)
    is_free = was_duplicate | (ImageRow.status == Status.ACTIVE)
    for part in parts(image_ids):
        these = ImageRow.id.in_(part)
        has_lost = _first_winner().is_not(None)
        _change(session, update(ImageRow).where(these, has_lost, is_free).values(**gone))
        _change(session, update(ImageRow).where(these, was_duplicate, ~has_lost).values(**back))
    session.expire_all()


def lost_since(session: Session, image_ids: Sequence[int], moment: datetime) -> list[int]:
    """Return those of these images against which a verdict stands that was given later."""
    lost: set[int] = set()
    for part in parts(image_ids):
        has_lost = (_IS_LEFT_KEPT & PairRow.right_id.in_(part)) | (
            _IS_RIGHT_KEPT & PairRow.left_id.in_(part)
        )
        lost |= set(session.scalars(select(_GONE).where(has_lost, PairRow.decided_at > moment)))
    return sorted(lost)


def _first_winner() -> ColumnElement[int | None]:
    """Of those kept in place of the image of the row, the first."""
    has_lost = or_(
        _IS_LEFT_KEPT & (PairRow.right_id == ImageRow.id),
        _IS_RIGHT_KEPT & (PairRow.left_id == ImageRow.id),
    )
    return select(func.min(_KEPT)).where(has_lost).correlate(ImageRow).scalar_subquery()


def _change(session: Session, statement: object) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]
