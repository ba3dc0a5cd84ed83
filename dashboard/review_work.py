"""Review: the two kinds of work at a desk, first opinions and adjudication."""

from sqlalchemy.orm import Session

from core.review.verdicts import ReviewVerdict
from dashboard.review_desk import Work
from dashboard.text import clock, count, plain
from db import adjudications, review_claims, review_desks, reviews
from db.review_desks import Share
from db.review_items import BlindItem, Queue
from db.review_queues import Progress

N_NAMED = 5


def _claim(session: Session, queue: Queue, me: str, n: int) -> list[BlindItem]:
    return review_claims.claim(session, queue.id, reviewer=me, n=n)


def _own_opinions(
    session: Session, queue: Queue, me: str, n: int
) -> list[tuple[BlindItem, ReviewVerdict]]:
    return review_desks.newest_opinions(session, queue, n, reviewer=me)


def _share(session: Session, queue: Queue, me: str) -> Share:
    return review_desks.share_of(session, queue, reviewer=me)


def _give(session: Session, item_id: int, verdict: ReviewVerdict, me: str) -> None:
    reviews.give_opinion(session, item_id, verdict, reviewer=me)


def _undo(session: Session, queue: Queue, me: str) -> int:
    return reviews.undo_opinion(session, queue.id, reviewer=me)


def _skip(session: Session, item_id: int, me: str) -> None:
    review_claims.skip(session, item_id, reviewer=me)


def nothing_left(at: Progress) -> tuple[str, str]:
    """Say why a reviewer has nothing to do, and what the queue waits for."""
    n_open = at.n_items - at.n_settled - at.n_disputed
    if not n_open and not at.n_disputed:
        return "All is settled", f"{count(at.n_items, 'image')} judged: see Outcome."
    waits = [
        f"{count(n_open, 'image waits', 'images wait')} for another reviewer" if n_open else "",
        f"{at.n_disputed:,} disputed: see Adjudicate" if at.n_disputed else "",
        *_kept_words(at),
    ]
    title = "Nothing left for you at the moment" if at.claimed_until else "Nothing left for you"
    return title, "; ".join(filter(None, waits)) + "."


def _kept_words(at: Progress) -> list[str]:
    """Say who holds images and until when, soonest first; the desk shows it as text."""
    told = []
    for name, until in list(at.claimed_until.items())[:N_NAMED]:
        n = at.waiting_for[name] - at.assigned_to.get(name, 0)
        told.append(f"{count(n, 'image is', 'images are')} kept for {name} until {clock(until)}")
    for name, n in list(at.assigned_to.items())[:N_NAMED]:
        told.append(f"{count(n, 'image is', 'images are')} assigned to {name}")
    return told


JUDGE = Work(
    name="judge",
    counted="judged by you",
    take=_claim,
    newest=_own_opinions,
    share=_share,
    give=_give,
    take_back=_undo,
    skip=_skip,
    nothing_left=nothing_left,
    is_claimed=True,
)


def _disputed(session: Session, queue: Queue, me: str, n: int) -> list[BlindItem]:
    return _for_me(session, queue, me)[:n]


def _for_me(session: Session, queue: Queue, me: str) -> list[BlindItem]:
    found = adjudications.disputes_for(session, queue.id, me)
    return [each.item for each in found if each.is_theirs]


def _own_adjudications(
    session: Session, queue: Queue, me: str, n: int
) -> list[tuple[BlindItem, ReviewVerdict]]:
    return review_desks.newest_adjudications(session, queue, n, actor=me)


def _adjudication_share(session: Session, queue: Queue, me: str) -> Share:
    n_given = review_desks.count_adjudications(session, queue, actor=me)
    return Share(n_given, len(_for_me(session, queue, me)))


def _adjudicate(session: Session, item_id: int, verdict: ReviewVerdict, me: str) -> None:
    adjudications.adjudicate(session, item_id, verdict, actor=me)


def _undo_adjudication(session: Session, queue: Queue, me: str) -> int:
    return adjudications.undo_adjudication(session, queue.id, actor=me)


def _pass_over(session: Session, item_id: int, me: str) -> None:
    """Leave a disputed item: nobody holds it, and the browser puts it last."""


def side_words(session: Session, queue: Queue, me: str) -> list[str]:
    """Say in Markdown on which disputed images a person took a side, and who decides instead."""
    instead = [each.others for each in adjudications.disputes_for(session, queue.id, me)]
    told = []
    if refused := [names for names in instead if names]:
        others = sorted({name for names in refused for name in names})
        told.append(
            f"You took a side on {count(len(refused), 'disputed image')}, so the last word is not "
            f"yours. Who took none may decide: {plain(', '.join(others[:5]))}."
        )
    if n_alone := sum(names == [] for names in instead):
        told.append(
            f"You took a side on {count(n_alone, 'disputed image')}, and so did everybody known "
            "here: you may decide all the same, and the history says so."
        )
    return told


def nothing_disputed(at: Progress) -> tuple[str, str]:
    """Say why nobody is asked for the last word."""
    if at.n_disputed:
        return (
            f"{count(at.n_disputed, 'disputed image waits', 'disputed images wait')} for others",
            "You gave an opinion on each: somebody who did not has the last word.",
        )
    if at.n_settled < at.n_items:
        return "Nothing is disputed so far", "Images come here when their opinions differ."
    return "Nothing is disputed", "All images are settled: see Outcome."


ADJUDICATE = Work(
    name="adjudicate",
    counted="adjudicated by you",
    take=_disputed,
    newest=_own_adjudications,
    share=_adjudication_share,
    give=_adjudicate,
    take_back=_undo_adjudication,
    skip=_pass_over,
    nothing_left=nothing_disputed,
    is_claimed=False,
)
