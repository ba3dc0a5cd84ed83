import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from db import answers, events
from db.tables import SuggestionRow, now


def row(key: str, kind: str = "some") -> dict[str, object]:
    return {"kind": kind, "key": key, "score": 0.5, "evidence": {}, "created_at": now()}


def number(session: Session, key: str) -> int:
    return session.scalars(select(SuggestionRow.id).where(SuggestionRow.key == key)).one()


def keys(session: Session) -> list[str]:
    return sorted(session.scalars(select(SuggestionRow.key)))


def answer(session: Session, key: str) -> None:
    open_row = answers.get_open(session, number(session, key))
    answers.answer(session, open_row, answers.DECLINED, actor="ada", action="judge", at=now())


def test_what_is_open_is_replaced_and_what_is_answered_stays(writer: Session) -> None:
    answers.replace_open(writer, "other", [row("o", "other")])
    answers.replace_open(writer, "some", [row("a"), row("b")])
    answer(writer, "a")
    before = number(writer, "a")
    answers.replace_open(writer, "some", [row("a"), row("c")])
    assert keys(writer) == ["a", "c", "o"]
    assert number(writer, "a") == before
    answers.replace_open(writer, "some", [])
    assert keys(writer) == ["a", "o"]


def test_an_answer_is_given_once_until_it_is_reopened(writer: Session) -> None:
    answers.replace_open(writer, "some", [row("a")])
    answer(writer, "a")
    with pytest.raises(Conflict, match="that ada declined"):
        answer(writer, "a")
    answers.reopen(writer, events.last_act(writer, "ada", "judge"))
    writer.expire_all()
    assert answers.get_open(writer, number(writer, "a")).decided_at is None
    with pytest.raises(NotFound, match="Received 99"):
        answers.get_open(writer, 99)
