from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.types import Label
from db import events, people, review_claims, review_queues, reviews
from db.engine import reading, writing
from db.review_claims import assign, release, skip, unassign
from db.tables import OpinionRow, ReviewItemRow
from tests.db.review_builders import DETECTOR, LABEL, START, items_of, later, queue_of, say

N_REVIEWERS, N_ITEMS = 20, 60


def claimed(
    session: Session, queue_id: int, reviewer: str, at: datetime = START, n: int = 3
) -> list[int]:
    """Return the positions of what a reviewer is given."""
    held = review_claims.claim(session, queue_id, reviewer=reviewer, n=n, at=at)
    return [item.position for item in held]


@pytest.fixture
def queue_id(writer: Session) -> int:
    return queue_of(writer, 6)


def test_the_next_items_are_held_for_ten_minutes_and_renewed(
    writer: Session, queue_id: int
) -> None:
    assert claimed(writer, queue_id, "ada") == [0, 1, 2]
    assert claimed(writer, queue_id, "ada", later(9)) == [0, 1, 2]
    assert claimed(writer, queue_id, "bob", later(12)) == [0, 1, 2]  # the second seat
    assert claimed(writer, queue_id, "cy", later(18)) == [3, 4, 5]  # both seats are taken
    assert claimed(writer, queue_id, "cy", later(19.5), n=5) == [3, 4, 5, 0, 1]  # ada's ran out


def test_what_a_reviewer_sees_first_is_neither_score_nor_opinion(
    writer: Session, queue_id: int
) -> None:
    item = review_claims.claim(writer, queue_id, reviewer="ada", n=1)[0]
    assert (item.label, item.is_called_fake) == (Label.GENUINE, True)
    assert item.verdicts[:2] == (LABEL, DETECTOR)
    assert not {"score", "opinions", "comments"} & set(vars(item))


def test_nobody_gets_an_item_twice_or_one_that_has_all_its_opinions(
    writer: Session, queue_id: int
) -> None:
    items = items_of(writer, queue_id, 6)
    say(writer, items[0], ada=LABEL)
    say(writer, items[1], bob=LABEL, cy=DETECTOR)  # awaits adjudication
    say(writer, items[2], bob=LABEL, cy=LABEL)  # settled
    assert claimed(writer, queue_id, "ada", n=9) == [3, 4, 5]
    assert claimed(writer, queue_id, "dee", n=9) == [0, 3, 4, 5]


def test_a_skipped_item_comes_back_last_unless_another_takes_it(
    writer: Session, queue_id: int
) -> None:
    items = items_of(writer, queue_id, 6)
    assert claimed(writer, queue_id, "ada") == [0, 1, 2]
    for position in (0, 1):
        skip(writer, items[position], reviewer="ada", at=later(position + 1))
    assert claimed(writer, queue_id, "ada", later(3), n=6) == [2, 3, 4, 5, 0, 1]
    skip(writer, items[0], reviewer="ada", at=later(4))
    assert claimed(writer, queue_id, "ada", later(5), n=6) == [2, 3, 4, 5, 1, 0]


def test_a_skipped_seat_may_be_taken_and_is_lost_then(writer: Session) -> None:
    queue_id = queue_of(writer, 1, n_opinions=1)
    (item,) = items_of(writer, queue_id, 1)
    assert claimed(writer, queue_id, "ada") == [0]
    assert claimed(writer, queue_id, "bob") == []
    skip(writer, item, reviewer="ada", at=later(1))
    assert claimed(writer, queue_id, "bob", later(1)) == [0]
    with pytest.raises(Conflict, match="others have taken since"):
        reviews.give_opinion(writer, item, LABEL, reviewer="ada", at=later(2))


def test_what_is_assigned_has_no_end_and_comes_first(writer: Session, queue_id: int) -> None:
    assert assign(writer, queue_id, "bob", 2, actor="ada") == 2
    assert claimed(writer, queue_id, "bob") == [0, 1]
    assert claimed(writer, queue_id, "cy") == [0, 1, 2]
    assert claimed(writer, queue_id, "dee", later(900)) == [0, 1, 2]  # cy's ran out, not bob's
    assert claimed(writer, queue_id, "ed", later(900)) == [2, 3, 4]
    told = [(e.action, e.after) for e in events.history(writer, "review queue", queue_id)]
    assert told[0] == ("assign", {"reviewer": "bob", "n_items": 2})


def test_images_are_assigned_to_the_person_who_is_known_by_that_name(
    writer: Session, queue_id: int
) -> None:
    people.remember(writer, "Bob")
    assert assign(writer, queue_id, " bob ", 2, actor="ada") == 2
    assert review_queues.progress(writer, queue_id).waiting_for == {"Bob": 2}
    assert assign(writer, queue_id, "eve", 1, actor="ada") == 1
    assert "eve" in people.names(writer)


def test_what_comes_first_stays_first_until_it_is_judged(writer: Session, queue_id: int) -> None:
    items = items_of(writer, queue_id, 2)
    assign(writer, queue_id, "bob", 2, actor="ada")
    for minute in range(3):
        assert claimed(writer, queue_id, "bob", later(minute), n=3)[0] == 0
    say(writer, items[0], at=3, bob=LABEL)
    assert claimed(writer, queue_id, "bob", later(4)) == [1]
    say(writer, items[1], at=5, bob=LABEL)
    assert claimed(writer, queue_id, "bob", later(6)) == [2, 3, 4]


def test_unassigning_leaves_opinions_and_claims(writer: Session, queue_id: int) -> None:
    items = items_of(writer, queue_id, 2)
    assign(writer, queue_id, "bob", 3, actor="ada")
    say(writer, items[0], bob=LABEL)
    assert claimed(writer, queue_id, "cy", later(0), n=1) == [0]
    at = review_queues.progress(writer, queue_id, at=later(1))
    assert (at.waiting_for, at.assigned_to) == ({"bob": 2, "cy": 1}, {"bob": 2})
    review_claims.release(writer, queue_id, reviewer="cy")
    assert unassign(writer, queue_id, "bob", actor="ada") == 2
    assert claimed(writer, queue_id, "bob") == [1, 2, 3]
    assert unassign(writer, queue_id, "bob", actor="ada") == 0
    assert release(writer, queue_id, reviewer="bob") == 3
    assert review_queues.progress(writer, queue_id).opinions_of == {"bob": 1}


def test_what_a_session_took_is_let_go_unless_another_one_renewed_it(
    writer: Session, queue_id: int
) -> None:
    items = items_of(writer, queue_id, 4)
    assert claimed(writer, queue_id, "ada") == [0, 1, 2]
    say(writer, items[0], ada=LABEL)
    let_go = partial(review_claims.let_go, writer, reviewer="ada", until=later(10.1))
    assert let_go(items[:2]) == 1  # neither what has an opinion, nor what another window took
    assert let_go([]) == 0
    assert claimed(writer, queue_id, "ada", later(1), n=1) == [2]  # renewed by another window
    assert let_go(items) == 0
    assign(writer, queue_id, "ada", 1, actor="bob", at=later(1))
    assert let_go(items) == 0
    at = review_queues.progress(writer, queue_id, at=later(2))
    assert (at.waiting_for, at.assigned_to) == ({"ada": 2}, {"ada": 1})


def test_only_the_named_reviewers_judge(writer: Session) -> None:
    queue_id = queue_of(writer, 2, reviewers=["ada", "bob"])
    (item,) = items_of(writer, queue_id, 1, reviewer="bob")
    with pytest.raises(InvalidInput, match=r"ada, bob\. Received 'eve'"):
        claimed(writer, queue_id, "eve")
    with pytest.raises(InvalidInput, match="Received 'eve'"):
        assign(writer, queue_id, "eve", 1, actor="ada")
    with pytest.raises(InvalidInput, match="Received 'eve'"):
        reviews.give_opinion(writer, item, LABEL, reviewer="eve")


def test_a_closed_queue_gives_nothing(writer: Session, queue_id: int) -> None:
    review_queues.close_queue(writer, queue_id, actor="ada")
    with pytest.raises(Conflict, match="closed"):
        claimed(writer, queue_id, "ada")
    review_queues.reopen_queue(writer, queue_id, actor="ada")
    assert claimed(writer, queue_id, "ada") == [0, 1, 2]
    with pytest.raises(NotFound, match="Received 99"):
        claimed(writer, 99, "ada")
    with pytest.raises(NotFound, match="Received 99"):
        skip(writer, 99, reviewer="ada")


def test_twenty_people_at_once_lose_nothing_and_do_nothing_twice(database: Engine) -> None:
    with writing(database) as session:
        queue_id = queue_of(session, N_ITEMS)
    start = Barrier(N_REVIEWERS)

    def work(reviewer: str) -> int:
        start.wait()
        n_said = 0
        while True:
            with writing(database) as session:
                held = review_claims.claim(session, queue_id, reviewer=reviewer)
            if not held:
                return n_said
            with writing(database) as session:  # the page acts in a transaction of its own
                reviews.give_opinion(session, held[0].id, DETECTOR, reviewer=reviewer)
            n_said += 1

    with ThreadPoolExecutor(N_REVIEWERS) as pool:
        told = sum(pool.map(work, [f"reviewer {n}" for n in range(N_REVIEWERS)]))
    with reading(database) as session:
        rows = session.scalars(select(OpinionRow)).all()
        settled = session.scalars(select(ReviewItemRow.verdict)).all()
    assert told == len(rows) == 2 * N_ITEMS
    assert set(Counter(row.item_id for row in rows).values()) == {2}
    assert len({(row.item_id, row.reviewer) for row in rows}) == 2 * N_ITEMS
    assert settled == [DETECTOR] * N_ITEMS


def test_the_table_itself_refuses_two_people_in_a_seat(database: Engine) -> None:
    with writing(database) as session:
        (item,) = items_of(session, queue_of(session, 1), 1)
        session.add(OpinionRow(item_id=item, seat=0, reviewer="ada"))
    for seat, reviewer in ((0, "bob"), (1, "ada")):
        with pytest.raises(IntegrityError), writing(database) as session:
            session.add(OpinionRow(item_id=item, seat=seat, reviewer=reviewer))
