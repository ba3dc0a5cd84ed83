import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from core.errors import InvalidInput, NotFound
from core.types import Label
from db import events, images, tags
from db.engine import reading, writing
from db.tables import ImageRow, TagChangeRow
from tests.db.builders import add


def test_a_tag_is_put_once_and_counted(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    assert tags.add_tag(writer, [a, b], "  blurred  twin ", actor="ada") == 2
    assert tags.add_tag(writer, [a], "blurred twin", actor="ada") == 0
    assert tags.list_tags(writer) == {"blurred twin": 2}
    assert tags.tags_of(writer, a) == ["blurred twin"]


def test_undo_takes_the_newest_act_back_whole(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    tags.add_tag(writer, [a], "first", actor="ada")
    tags.add_tag(writer, [a, b], "second", actor="ada")
    tags.remove_tag(writer, [a], "first", actor="ada")
    assert tags.undo_tag(writer, actor="ada") == 1
    assert tags.tags_of(writer, a) == ["first", "second"]
    assert tags.undo_tag(writer, actor="ada") == 2
    assert tags.list_tags(writer) == {"first": 1}
    assert tags.undo_tag(writer, actor="ada") == 1
    with pytest.raises(NotFound, match="no tagging of yours"):
        tags.undo_tag(writer, actor="ada")


def test_another_person_s_act_is_not_undone(writer: Session) -> None:
    tags.add_tag(writer, [add(writer, "a")], "mine", actor="ada")
    with pytest.raises(NotFound):
        tags.undo_tag(writer, actor="bob")


def test_undo_leaves_the_tag_that_another_put_on_since(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    tags.add_tag(writer, [a, b], "small", actor="ada")
    tags.remove_tag(writer, [a], "small", actor="bob")
    tags.add_tag(writer, [a], "small", actor="bob")
    tags.add_tag(writer, [b], "other", actor="bob")  # says nothing of this tag
    assert tags.undo_tag(writer, actor="ada") == 1
    assert tags.list_tags(writer) == {"other": 1, "small": 1}
    assert tags.tags_of(writer, a) == ["small"]


@pytest.mark.parametrize("tag", ["", " \t", "x" * 65, "a\x00b"])
def test_a_tag_must_be_a_short_word(writer: Session, tag: str) -> None:
    with pytest.raises(InvalidInput, match="Expected a tag"):
        tags.add_tag(writer, [add(writer, "a")], tag, actor="ada")


def test_many_images_are_one_act_whose_revision_is_above_all_others(database: Engine) -> None:
    with writing(database) as session:
        ids = [add(session, n) for n in range(30)]
    with reading(database) as session:
        before = session.scalars(select(ImageRow.revision)).all()
    with writing(database) as session:
        tags.add_tag(session, ids, "all", actor="ada")
    with reading(database) as session:
        assert len(events.last_act(session, "ada", "tag")) == 30
        assert session.scalars(select(ImageRow.revision)).all() == before
        first = session.scalars(select(TagChangeRow.revision)).all()
    assert len(first) == 30 and min(first) > max(before)
    with writing(database) as session:
        tags.remove_tag(session, ids, "all", actor="ada")
    with reading(database) as session:
        second = session.scalars(select(TagChangeRow.revision)).all()
    assert min(second) > max(first)
    with writing(database) as session:
        images.relabel(session, ids[:1], Label.FAKE, actor="ada")
        tags.add_tag(session, ids[:2], "some", actor="ada")
    with reading(database) as session:
        relabelled = session.scalars(select(func.max(ImageRow.revision))).one()
        third = session.scalars(select(TagChangeRow.revision).order_by(TagChangeRow.image_id)).all()
    assert max(second) < relabelled < min(third[:2]) and third[2:] == second[2:]
