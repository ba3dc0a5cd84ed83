import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.review.verdicts import ItemStatus, ReviewVerdict
from db import adjudications, events, review_claims, review_comments, review_queues, reviews
from db.reviews import give_opinion, opinions_of, undo_opinion
from tests.db.review_builders import (
    DETECTOR,
    LABEL,
    NOTHING,
    UNSURE,
    items_of,
    later,
    queue_of,
    say,
)


@pytest.fixture
def queue_id(writer: Session) -> int:
    return queue_of(writer, 3)


@pytest.fixture
def item(writer: Session, queue_id: int) -> int:
    return items_of(writer, queue_id, 1)[0]


def told(session: Session, item_id: int, viewer: str) -> dict[str, ReviewVerdict]:
    return {
        each.reviewer: each.verdict
        for each in opinions_of(session, item_id, viewer=viewer).opinions
    }


# Giving


def test_equal_opinions_settle_an_item(writer: Session, item: int) -> None:
    assert give_opinion(writer, item, LABEL, reviewer="ada") is ItemStatus.OPEN
    assert give_opinion(writer, item, LABEL, reviewer="bob") is ItemStatus.SETTLED
    known = opinions_of(writer, item, viewer="cy")
    assert (known.status, known.verdict, known.settled_by) == (ItemStatus.SETTLED, LABEL, None)


def test_different_opinions_are_a_dispute(writer: Session, item: int) -> None:
    say(writer, item, ada=LABEL)
    assert give_opinion(writer, item, UNSURE, reviewer="bob") is ItemStatus.DISPUTED
    with pytest.raises(Conflict, match="others have taken"):
        give_opinion(writer, item, LABEL, reviewer="cy")


def test_one_opinion_is_enough_where_one_is_asked_for(writer: Session) -> None:
    (item,) = items_of(writer, queue_of(writer, 1, n_opinions=1), 1)
    assert give_opinion(writer, item, DETECTOR, reviewer="ada") is ItemStatus.SETTLED


def test_the_same_opinion_twice_is_one_and_another_is_refused(writer: Session, item: int) -> None:
    give_opinion(writer, item, LABEL, reviewer="ada")
    assert give_opinion(writer, item, LABEL, reviewer="ada") is ItemStatus.OPEN
    with pytest.raises(Conflict, match="you said 'label wrong' before"):
        give_opinion(writer, item, DETECTOR, reviewer="ada")
    assert len(events.last_act(writer, "ada", reviews.GIVE)) == 1
    assert opinions_of(writer, item, viewer="ada").n_given == 1


def test_a_claim_that_ran_out_holds_until_somebody_takes_the_seat(
    writer: Session, queue_id: int, item: int
) -> None:
    review_claims.claim(writer, queue_id, reviewer="ada", at=later(0))
    assert give_opinion(writer, item, LABEL, reviewer="ada", at=later(60)) is ItemStatus.OPEN


@pytest.mark.parametrize("verdict", [NOTHING, "<b>fake</b>"])
def test_a_verdict_has_to_fit(writer: Session, item: int, verdict: ReviewVerdict) -> None:
    with pytest.raises(InvalidInput, match="label wrong, detector wrong"):
        give_opinion(writer, item, verdict, reviewer="ada")


def test_a_closed_queue_takes_no_opinion(writer: Session, queue_id: int, item: int) -> None:
    review_queues.close_queue(writer, queue_id, actor="ada")
    with pytest.raises(Conflict, match="closed"):
        give_opinion(writer, item, LABEL, reviewer="ada")
    with pytest.raises(NotFound, match="Received 99"):
        give_opinion(writer, 99, LABEL, reviewer="ada")


# Blindness


def test_others_are_held_back_until_all_have_spoken(writer: Session, item: int) -> None:
    say(writer, item, ada=LABEL)
    review_comments.add_comment(writer, item, "the ear is pasted", author="ada")
    review_comments.add_comment(writer, item, "hm", author="bob")
    blind = opinions_of(writer, item, viewer="bob")
    assert (blind.is_blind, blind.score, blind.opinions, blind.n_given) == (True, None, (), 1)
    assert [comment.text for comment in blind.comments] == ["hm"]
    give_opinion(writer, item, DETECTOR, reviewer="bob")
    open_ = opinions_of(writer, item, viewer="bob")
    assert (open_.is_blind, open_.score) == (False, 0.99)
    assert [comment.text for comment in open_.comments] == ["the ear is pasted", "hm"]
    assert told(writer, item, "bob") == {"ada": LABEL, "bob": DETECTOR}


def test_who_has_spoken_sees_no_score_while_others_are_awaited(writer: Session) -> None:
    """Else an opinion could be changed by the score and still count as blind."""
    (item,) = items_of(writer, queue_of(writer, 1, n_opinions=3), 1)
    say(writer, item, ada=LABEL, bob=DETECTOR)
    review_comments.add_comment(writer, item, "hm", author="bob")
    known = opinions_of(writer, item, viewer="ada")
    assert (known.is_blind, known.score, known.comments) == (True, None, ())
    assert told(writer, item, "ada") == {"ada": LABEL}
    say(writer, item, at=5, cy=DETECTOR)
    known = opinions_of(writer, item, viewer="ada")
    assert (known.is_blind, known.score) == (False, 0.99)
    assert [comment.text for comment in known.comments] == ["hm"]


def test_a_bystander_sees_all_once_all_opinions_are_in(writer: Session, item: int) -> None:
    say(writer, item, ada=LABEL)
    assert told(writer, item, "cy") == {}
    assert told(writer, item, "ada") == {"ada": LABEL}
    say(writer, item, bob=DETECTOR)
    assert told(writer, item, "cy") == {"ada": LABEL, "bob": DETECTOR}


# Undo


def test_undo_takes_the_newest_opinion_back_and_shows_it_first(
    writer: Session, queue_id: int
) -> None:
    first, second, third = items_of(writer, queue_id, 3)
    say(writer, first, ada=LABEL)
    say(writer, second, at=1, ada=LABEL)
    review_claims.claim(writer, queue_id, reviewer="ada", at=later(2))
    assert undo_opinion(writer, queue_id, reviewer="ada", at=later(3)) == second
    held = review_claims.claim(writer, queue_id, reviewer="ada", at=later(3))
    assert [each.id for each in held] == [second, third]
    assert undo_opinion(writer, queue_id, reviewer="ada", at=later(4)) == first
    with pytest.raises(NotFound, match="no opinion of yours"):
        undo_opinion(writer, queue_id, reviewer="ada")


def test_undo_unsettles_what_agreed_and_leaves_the_other_s_opinion(
    writer: Session, queue_id: int, item: int
) -> None:
    say(writer, item, ada=LABEL, bob=LABEL)
    undo_opinion(writer, queue_id, reviewer="bob", at=later(3))
    known = opinions_of(writer, item, viewer="ada")
    assert (known.status, known.n_given, told(writer, item, "ada")) == (
        ItemStatus.OPEN,
        1,
        {"ada": LABEL},
    )
    assert opinions_of(writer, item, viewer="bob").is_blind
    assert give_opinion(writer, item, DETECTOR, reviewer="bob") is ItemStatus.DISPUTED


def test_an_adjudicated_opinion_stays(writer: Session, queue_id: int, item: int) -> None:
    say(writer, item, ada=LABEL, bob=DETECTOR)
    adjudications.adjudicate(writer, item, LABEL, actor="cy")
    with pytest.raises(Conflict, match="image 1, which cy adjudicated since"):
        undo_opinion(writer, queue_id, reviewer="bob")


def test_the_history_keeps_what_was_said_and_whether_others_were_seen(
    writer: Session, queue_id: int, item: int
) -> None:
    say(writer, item, ada=LABEL, bob=DETECTOR)
    undo_opinion(writer, queue_id, reviewer="bob")
    newest, *rest = events.history(writer, "review item", item)
    assert (newest.actor, newest.action) == ("bob", reviews.TAKE_BACK)
    assert (newest.before["verdict"], newest.after) == (DETECTOR, {"was_seen": True})
    assert len(events.standing(writer, reviews.GIVE, "review item", item)) == 1
    assert len(rest) == 2


# Comments


def test_a_comment_is_kept_as_it_is_and_only_its_author_removes_it(
    writer: Session, item: int
) -> None:
    hostile = "<script>alert('x')</script> ../../etc `$(rm)` [a](javascript:b)"
    number = review_comments.add_comment(writer, item, f"  {hostile}\n", author="ada")
    (comment,) = review_comments.comments_of(writer, item)
    assert (comment.text, comment.author) == (hostile, "ada")
    with pytest.raises(NotFound, match="comment of yours"):
        review_comments.remove_comment(writer, number, author="bob")
    review_comments.remove_comment(writer, number, author="ada")
    assert review_comments.comments_of(writer, item) == ()
    assert events.history(writer, "review item", item)[0].before["text"] == hostile


@pytest.mark.parametrize("text", ["", " \n", "x" * 1001, "a\x00b", "a\u202eb"])
def test_a_comment_is_a_few_words(writer: Session, item: int, text: str) -> None:
    with pytest.raises(InvalidInput, match="Expected a comment"):
        review_comments.add_comment(writer, item, text, author="ada")
