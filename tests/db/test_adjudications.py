import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.review.verdicts import ItemStatus
from db import events, people, reviews
from db.adjudications import adjudicate, disputed_items, disputes_for, undo_adjudication
from db.review_comments import add_comment, comments_of
from tests.db.review_builders import DETECTOR, LABEL, NOTHING, UNSURE, items_of, queue_of, say


@pytest.fixture
def queue_id(writer: Session) -> int:
    return queue_of(writer, 3)


@pytest.fixture
def item(writer: Session, queue_id: int) -> int:
    """A disputed one."""
    (first, *_) = items_of(writer, queue_id, 3)
    say(writer, first, bob=LABEL, cy=DETECTOR)
    return first


def may_adjudicate(session: Session, queue_id: int, item_id: int, actor: str) -> bool:
    found = {each.item.id: each.is_theirs for each in disputes_for(session, queue_id, actor)}
    return found[item_id]


def test_a_third_person_settles_a_dispute(writer: Session, queue_id: int, item: int) -> None:
    assert [each.id for each in disputed_items(writer, queue_id)] == [item]
    adjudicate(writer, item, DETECTOR, actor="dee", note="lips are sharp")
    known = reviews.opinions_of(writer, item, viewer="x")
    assert (known.status, known.verdict, known.settled_by) == (ItemStatus.SETTLED, DETECTOR, "dee")
    assert [comment.text for comment in known.comments] == ["lips are sharp"]
    assert disputed_items(writer, queue_id) == []
    (event,) = events.standing(writer, "adjudicate", "review item", item)
    assert event.after == {"verdict": DETECTOR, "note": "lips are sharp", "took_side": False}


def test_a_verdict_that_nobody_gave_may_be_the_last_word(writer: Session, item: int) -> None:
    adjudicate(writer, item, UNSURE, actor="dee")
    assert reviews.opinions_of(writer, item, viewer="x").verdict is UNSURE


def test_who_took_a_side_may_not_while_others_are_there(
    writer: Session, queue_id: int, item: int
) -> None:
    people.remember(writer, "eve")
    for actor in ("bob", " BOB "):
        assert not may_adjudicate(writer, queue_id, item, actor)
        with pytest.raises(Conflict, match=r"such as ada, eve\. Received"):
            adjudicate(writer, item, LABEL, actor=actor)
    assert may_adjudicate(writer, queue_id, item, "eve")
    told = {actor: disputes_for(writer, queue_id, actor)[0].others for actor in ("bob", "eve")}
    assert told == {"bob": ["ada", "eve"], "eve": None}


def test_who_took_a_side_may_where_all_did_and_it_is_told(writer: Session) -> None:
    queue_id = queue_of(writer, 1)
    (item,) = items_of(writer, queue_id, 1)
    say(writer, item, ada=LABEL, bob=DETECTOR)  # ada made the queue: nobody else is known
    assert may_adjudicate(writer, queue_id, item, "bob")
    adjudicate(writer, item, LABEL, actor="bob")
    (event,) = events.standing(writer, "adjudicate", "review item", item)
    assert event.after["took_side"]


def test_only_a_dispute_is_adjudicated(writer: Session, queue_id: int, item: int) -> None:
    waiting, agreed = items_of(writer, queue_id, 3)  # the disputed one is not handed out
    say(writer, waiting, bob=LABEL)
    say(writer, agreed, bob=LABEL, cy=LABEL)
    with pytest.raises(Conflict, match="still waiting for opinions"):
        adjudicate(writer, waiting, LABEL, actor="dee")
    with pytest.raises(Conflict, match="settled as 'label wrong'"):
        adjudicate(writer, agreed, LABEL, actor="dee")
    with pytest.raises(InvalidInput, match="Expected a verdict among"):
        adjudicate(writer, item, NOTHING, actor="dee")
    with pytest.raises(InvalidInput, match="Expected a note"):
        adjudicate(writer, item, LABEL, actor="dee", note="x" * 1001)
    with pytest.raises(NotFound):
        adjudicate(writer, 99, LABEL, actor="dee")


def test_undo_takes_its_reason_back_and_no_other_comment(
    writer: Session, queue_id: int, item: int
) -> None:
    add_comment(writer, item, "lips are sharp", author="eve")
    add_comment(writer, item, "look at the ear", author="dee")
    adjudicate(writer, item, LABEL, actor="dee", note="lips are sharp")
    undo_adjudication(writer, queue_id, actor="dee")
    left = [(each.author, each.text) for each in comments_of(writer, item)]
    assert left == [("eve", "lips are sharp"), ("dee", "look at the ear")]


def test_undo_makes_it_disputed_again(writer: Session, queue_id: int, item: int) -> None:
    adjudicate(writer, item, LABEL, actor="dee")
    with pytest.raises(NotFound, match="no adjudication of yours"):
        undo_adjudication(writer, queue_id, actor="eve")
    assert undo_adjudication(writer, queue_id, actor="dee") == item
    assert [each.id for each in disputed_items(writer, queue_id)] == [item]
    assert events.standing(writer, "adjudicate", "review item", item) == []
    with pytest.raises(NotFound, match="no adjudication of yours"):
        undo_adjudication(writer, queue_id, actor="dee")
