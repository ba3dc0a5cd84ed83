"""Review: what lies on one person's desk, and what their keys do to a queue.

Items are taken several at once and kept in the session, so that a verdict costs one short
transaction, and its answer carries only what the browser does not hold yet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

import streamlit as st
from sqlalchemy.orm import Session

from core.errors import Conflict, VerityError
from core.review.verdicts import ReviewVerdict
from core.types import ImageRecord
from dashboard import resources, review_cards, widgets
from dashboard.auth import actor
from dashboard.judging import Act, Card, Desk, Word, judging_desk
from db import reviews
from db.engine import writing
from db.review_claims import CLAIM, let_go
from db.review_comments import add_comment
from db.review_desks import Share
from db.review_items import BlindItem, Queue
from db.review_queues import Progress, progress
from db.tables import now

N_AHEAD, N_LOW, N_BACK = 9, 5, 8
"""Taken at once, more taken below this, and kept to look back at."""

RENEW_AFTER = timedelta(minutes=3)
Remember: TypeAlias = Callable[["Pile"], None]
"""What an act does to the desk once it is stored."""


@dataclass(frozen=True)
class Work:
    """One kind of work at a desk: how its verdicts are taken, given and taken back.

    Attributes:
        name: In keys, and what the desk is called.
        counted: What is counted, after "3 of 20".
        take: Returns up to so many items for a person, the next one first.
        newest: Returns up to so many items that a person judged, with the verdict, oldest first.
        share: Returns how many a person judged, and how many are left for them.
        give: Stores a person's verdict on an item.
        take_back: Takes a person's newest verdict back; returns its item.
        skip: Leaves an item for later.
        nothing_left: Says why nothing is left: a title and a sentence.
        is_claimed: Whether what was taken is kept for the person, for a time.
    """

    name: str
    counted: str
    take: Callable[[Session, Queue, str, int], Sequence[BlindItem]]
    newest: Callable[[Session, Queue, str, int], Sequence[tuple[BlindItem, ReviewVerdict]]]
    share: Callable[[Session, Queue, str], Share]
    give: Callable[[Session, int, ReviewVerdict, str], object]
    take_back: Callable[[Session, Queue, str], int]
    skip: Callable[[Session, int, str], None]
    nothing_left: Callable[[Progress], tuple[str, str]]
    is_claimed: bool


@dataclass
class Pile:
    """What one person has of one queue, for as long as the session lasts.

    Attributes:
        cards: All that were on the desk, by the number of the item.
        images: Theirs.
        ahead: Items taken and not judged, the next one first.
        back: The newest ones judged, oldest first.
        taken_at: When the database was last asked for more.
        is_stale: Whether it must be asked before anything is shown.
    """

    cards: dict[int, Card] = field(default_factory=dict)
    images: dict[int, ImageRecord] = field(default_factory=dict)
    ahead: list[int] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    share: Share = field(default_factory=lambda: Share(0, 0))
    taken_at: datetime | None = None
    is_stale: bool = True

    @property
    def is_low(self) -> bool:
        """Whether it is time to take more, or the same for longer."""
        is_old = self.taken_at is None or now() - self.taken_at > RENEW_AFTER
        has_more = self.share.n_left > len(self.ahead)
        return self.is_stale or is_old or (has_more and len(self.ahead) < N_LOW)

    def put(self, item: BlindItem, card: Card) -> None:
        """Keep what is told of an item."""
        self.cards[item.id], self.images[item.id] = card, item.image


def show(queue: Queue, work: Work) -> None:
    """Draw a person's desk, one image at a time."""
    me = actor()
    key = f"{work.name}-{queue.id}-{me.encode().hex()}"  # a component's key takes no "__"
    pile: Pile = st.session_state.setdefault(f"{key}-pile", Pile())
    if work.is_claimed:
        _let_go(queue, me, pile)
    pile.is_stale, pile.back = True, []  # others may have said something since
    _show(queue, work, me, key, pile)


def _let_go(queue: Queue, me: str, pile: Pile) -> None:
    """Give up what this session took under another name, where its person changed theirs."""
    key = f"judge-{queue.id}-last"
    name, before = st.session_state.get(key, (me, pile))
    st.session_state[key] = (me, pile)
    if name != me and before.ahead and before.taken_at:
        with writing(resources.database()) as session:
            let_go(session, before.ahead, reviewer=name, until=before.taken_at + CLAIM)
        before.ahead = []


@st.fragment
def _show(queue: Queue, work: Work, me: str, key: str, pile: Pile) -> None:
    """Draw the desk; only this part runs again for a verdict."""
    with widgets.complaining():
        if pile.is_low:
            _fill(pile, queue, work, me)
        judging_desk(
            _desk(pile, queue, work),
            review_cards.CHOICES,
            key=key,
            label=f"{work.name.capitalize()}: {queue.name}",
            draw=lambda item_id: review_cards.picture(pile.images[item_id]),
            on_act=lambda act: _do(act, pile, queue, work, me),
        )


def _fill(pile: Pile, queue: Queue, work: Work, me: str) -> None:
    """Take the next items and look up what is told of them."""
    with writing(resources.database()) as session:
        items = work.take(session, queue, me, N_AHEAD)
        taken_at = now()
        for item in items:
            card = pile.cards.get(item.id)
            if card is None or card.verdict or not work.is_claimed:  # what may be told has changed
                card = _card(session, item, queue, me)
            until_ms = (taken_at + CLAIM).timestamp() * 1000 if work.is_claimed else None
            pile.put(item, replace(card, until=until_ms))
        share = work.share(session, queue, me)
        if len(pile.back) < min(N_BACK, share.n_given):  # at first, or after many an undo
            pile.back = _look_back(session, pile, queue, work, me)
    pile.ahead = [item.id for item in items]
    pile.share, pile.taken_at, pile.is_stale = share, taken_at, False


def _look_back(session: Session, pile: Pile, queue: Queue, work: Work, me: str) -> list[int]:
    judged = work.newest(session, queue, me, N_BACK)
    for item, verdict in judged:
        pile.put(item, replace(_card(session, item, queue, me), verdict=verdict))
    return [item.id for item, _ in judged]


def _card(session: Session, item: BlindItem, queue: Queue, me: str) -> Card:
    known = reviews.opinions_of(session, item.id, viewer=me)
    return review_cards.card_of(session, item, queue, known)


def _desk(pile: Pile, queue: Queue, work: Work) -> Desk:
    finished = ("", "")
    if not pile.ahead:
        with resources.session() as session:
            finished = work.nothing_left(progress(session, queue.id))
    return Desk(
        cards=[pile.cards[item] for item in pile.ahead],
        back=[pile.cards[item] for item in pile.back[-N_BACK:]],
        n_mine=pile.share.n_given,
        n_left=pile.share.n_left,
        counted=work.counted,
        finished=finished,
    )


def _do(act: Act, pile: Pile, queue: Queue, work: Work, me: str) -> str | None:
    """Store one act in a transaction of its own; return why it was refused, if it was."""
    try:
        with writing(resources.database()) as session:
            remember = _ACTS[act.action](session, act, queue, work, me)
    except VerityError as error:
        pile.is_stale = True
        return str(error)
    remember(pile)
    return None


def _judge(session: Session, act: Act, queue: Queue, work: Work, me: str) -> Remember:
    verdict = ReviewVerdict(act.argument)
    work.give(session, act.item, verdict, me)
    known = reviews.opinions_of(session, act.item, viewer=me)

    def remember(pile: Pile) -> None:
        card = pile.cards[act.item]
        pile.cards[act.item] = review_cards.disclosed(card, known, verdict)
        pile.back = [*(each for each in pile.back if each != act.item), act.item]
        pile.ahead = [each for each in pile.ahead if each != act.item]
        pile.share = Share(pile.share.n_given + 1, max(pile.share.n_left - 1, len(pile.ahead)))

    return remember


def _undo(session: Session, act: Act, queue: Queue, work: Work, me: str) -> Remember:
    """Take the newest verdict back, if it is the one that the person means."""
    if work.take_back(session, queue, me) != act.item:
        raise Conflict(
            "Expected your newest verdict. Received an older one, as you judged in another window "
            "too: load this page again to see which is the newest."
        )

    def remember(pile: Pile) -> None:
        pile.back = [each for each in pile.back if each != act.item]
        pile.is_stale = True

    return remember


def _skip(session: Session, act: Act, queue: Queue, work: Work, me: str) -> Remember:
    work.skip(session, act.item, me)

    def remember(pile: Pile) -> None:
        pile.is_stale = True

    return remember


def _comment(session: Session, act: Act, queue: Queue, work: Work, me: str) -> Remember:
    add_comment(session, act.item, act.argument, author=me)

    def remember(pile: Pile) -> None:
        card = pile.cards[act.item]
        mine = Word(me, act.argument)
        pile.cards[act.item] = replace(card, comments=(*card.comments, mine))

    return remember


_ACTS: dict[str, Callable[[Session, Act, Queue, Work, str], Remember]] = {
    "judge": _judge,
    "undo": _undo,
    "skip": _skip,
    "comment": _comment,
}
