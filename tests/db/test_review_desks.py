from datetime import datetime

from sqlalchemy.orm import Session

from core.review.verdicts import ReviewVerdict
from db import adjudications, review_claims, review_desks, review_outcomes, review_settled
from db.review_desks import Share
from db.review_items import Queue, get_queue
from tests.db.review_builders import LABEL, UNSURE, items_of, later, queue_of, say


def queue_with(session: Session, n: int, n_opinions: int = 2) -> tuple[Queue, list[int]]:
    queue_id = queue_of(session, n, n_opinions=n_opinions)
    return get_queue(session, queue_id), items_of(session, queue_id, n)


def share(session: Session, queue: Queue, reviewer: str, at: datetime | None = None) -> Share:
    return review_desks.share_of(session, queue, reviewer=reviewer, at=at or later(60))


def test_a_share_counts_what_is_judged_held_and_free(writer: Session) -> None:
    queue, items = queue_with(writer, 5)
    say(writer, items[0], ada=LABEL, bob=LABEL)  # settled
    say(writer, items[1], ada=LABEL, bob=UNSURE)  # disputed
    say(writer, items[2], ada=LABEL)
    assert share(writer, queue, "ada") == Share(3, 2)
    assert share(writer, queue, "bob") == Share(2, 3)
    assert share(writer, queue, "cy") == Share(0, 3)


def test_what_others_hold_is_not_left_until_their_claims_end(writer: Session) -> None:
    queue, _ = queue_with(writer, 3, n_opinions=1)
    review_claims.claim(writer, queue.id, reviewer="ada", n=2, at=later(0))
    assert share(writer, queue, "ada", later(1)) == Share(0, 3)
    assert share(writer, queue, "bob", later(1)) == Share(0, 1)
    assert share(writer, queue, "bob", later(11)) == Share(0, 3)


def test_the_newest_opinions_come_oldest_first(writer: Session) -> None:
    queue, items = queue_with(writer, 4)
    for at, verdict in enumerate((LABEL, UNSURE, LABEL)):
        say(writer, items[at], at=10 * at, ada=verdict)
    say(writer, items[3], bob=LABEL)
    found = review_desks.newest_opinions(writer, queue, 2, reviewer="ada")
    assert [(item.id, verdict) for item, verdict in found] == [
        (items[1], UNSURE),
        (items[2], LABEL),
    ]


def test_adjudications_are_told_of_the_one_who_made_them(writer: Session) -> None:
    queue, items = queue_with(writer, 3)
    for item in items:
        say(writer, item, ada=LABEL, bob=UNSURE)
    for item in items[:2]:
        adjudications.adjudicate(writer, item, UNSURE, actor="cy")
    found = review_desks.newest_adjudications(writer, queue, 5, actor="cy")
    assert [(item.id, verdict) for item, verdict in found] == [
        (items[0], UNSURE),
        (items[1], UNSURE),
    ]
    assert review_desks.count_adjudications(writer, queue, actor="cy") == 2
    assert review_desks.count_adjudications(writer, queue, actor="ada") == 0


def test_settled_items_are_listed_by_verdict(writer: Session) -> None:
    queue, items = queue_with(writer, 3)
    say(writer, items[0], ada=LABEL, bob=LABEL)
    say(writer, items[2], ada=LABEL, bob=LABEL)
    say(writer, items[1], ada=UNSURE, bob=UNSURE)

    def listed(verdict: ReviewVerdict, n: int) -> list[int]:
        return [item.id for item in review_settled.settled_items(writer, queue, verdict, n)]

    assert listed(LABEL, 9) == [items[0], items[2]]
    assert listed(LABEL, 1) == [items[0]]
    assert listed(UNSURE, 9) == [items[1]]


def test_who_applied_is_told_until_it_is_taken_back(writer: Session) -> None:
    queue, items = queue_with(writer, 1)
    assert review_settled.applied_by(writer, queue.id) is None
    say(writer, items[0], ada=LABEL, bob=LABEL)
    review_outcomes.apply_verdicts(writer, queue.id, actor="cy")
    assert review_settled.applied_by(writer, queue.id) == "cy"
    review_outcomes.undo_apply(writer, queue.id, actor="bob")
    assert review_settled.applied_by(writer, queue.id) is None
