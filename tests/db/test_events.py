from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from db import events


def note(session: Session, actor: str, subject_id: int = 1, action: str = "relabel") -> int:
    return events.record(
        session,
        actor=actor,
        action=action,
        subject="image",
        subject_id=subject_id,
        before={"label": "genuine"},
        after={"label": "fake", "why": None},
    )


def test_the_history_of_a_thing_is_its_own_newest_first(writer: Session) -> None:
    first, other, second = note(writer, "ada"), note(writer, "ada", 2), note(writer, "bob")
    assert [event.id for event in events.history(writer, "image", 1)] == [second, first]
    assert [event.id for event in events.history(writer, "image", 2)] == [other]
    assert events.history(writer, "pair", 1) == []


def test_an_act_is_stored_with_who_when_and_from_what(writer: Session) -> None:
    note(writer, "ada")
    writer.expire_all()
    (event,) = events.history(writer, "image", 1)
    assert (event.actor, event.action, event.subject_id) == ("ada", "relabel", 1)
    assert event.before == {"label": "genuine"}
    assert event.after == {"label": "fake", "why": None}
    assert event.at.tzinfo is UTC
    assert abs(datetime.now(UTC) - event.at) < timedelta(minutes=1)


def test_the_last_act_is_of_this_person_and_kind(writer: Session) -> None:
    mine = note(writer, "ada")
    note(writer, "bob")
    note(writer, "ada", action="decide")
    assert [event.id for event in events.last_act(writer, "ada", "relabel")] == [mine]
    assert events.last_act(writer, "carol", "relabel") == []


def test_an_undone_act_stays_in_the_history_but_is_not_the_last(writer: Session) -> None:
    first, second = note(writer, "ada"), note(writer, "ada")
    events.mark_undone(writer, second)
    assert [event.id for event in events.last_act(writer, "ada", "relabel")] == [first]
    assert [event.id for event in events.history(writer, "image", 1)] == [second, first]
    assert events.taken_back(writer, "image", 1) == {second}


def test_an_act_that_never_was_cannot_be_undone(writer: Session) -> None:
    with pytest.raises(NoResultFound):
        events.mark_undone(writer, 7)
