import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from db import events, views

BLURRED = {"measure": "blur", "high": 40.5, "label": "fake", "down": True}


def saved(session: Session) -> dict[str, tuple[object, str]]:
    return {view.name: (view.query, view.author) for view in views.list_views(session)}


def test_views_are_kept_by_name_for_everybody(writer: Session) -> None:
    views.save(writer, "  Soft   fakes ", BLURRED, author="ada")
    views.save(writer, "All", {}, author="bob")
    assert [view.name for view in views.list_views(writer)] == ["All", "Soft fakes"]
    assert saved(writer)["Soft fakes"] == (BLURRED, "ada")


def test_one_s_own_is_replaced_and_the_history_knows_the_former(writer: Session) -> None:
    first = views.save(writer, "mine", {"label": "fake"}, author="ada")
    second = views.save(writer, "mine", {"label": "genuine"}, author="ada")
    assert first.id == second.id
    assert saved(writer) == {"mine": ({"label": "genuine"}, "ada")}
    newest, _ = events.history(writer, "view", first.id)
    assert newest.before["query"] == {"label": "fake"}


def test_another_s_is_replaced_only_on_purpose(writer: Session) -> None:
    views.save(writer, "ours", BLURRED, author="ada")
    with pytest.raises(Conflict, match="ada keeps a view"):
        views.save(writer, "ours", {}, author="bob")
    assert saved(writer) == {"ours": (BLURRED, "ada")}
    views.save(writer, "ours", {}, author="bob", replace=True)
    assert saved(writer) == {"ours": ({}, "bob")}


@pytest.mark.parametrize("name", ["", "  \t", "x" * 121, "a\x00b", "a\u202eb"])
def test_a_name_must_be_short_and_printable(writer: Session, name: str) -> None:
    with pytest.raises(InvalidInput, match="Expected a name"):
        views.save(writer, name, {}, author="ada")


def test_a_deleted_view_comes_back(writer: Session) -> None:
    view = views.save(writer, "mine", BLURRED, author="ada")
    assert views.delete(writer, view.id, actor="bob") == "mine"
    assert saved(writer) == {}
    assert [views.can_undo_delete(writer, actor=name) for name in ("ada", "bob")] == [False, True]
    with pytest.raises(NotFound, match="no deleted view of yours"):
        views.undo_delete(writer, actor="ada")
    assert views.undo_delete(writer, actor="bob") == "mine"
    assert saved(writer) == {"mine": (BLURRED, "ada")}
    with pytest.raises(NotFound):
        views.undo_delete(writer, actor="bob")


def test_a_view_is_not_brought_back_over_a_new_one(writer: Session) -> None:
    view = views.save(writer, "mine", BLURRED, author="ada")
    views.delete(writer, view.id, actor="ada")
    views.save(writer, "mine", {}, author="bob")
    with pytest.raises(Conflict, match="saved since"):
        views.undo_delete(writer, actor="ada")
    assert saved(writer) == {"mine": ({}, "bob")}


def test_a_view_that_is_not_there(writer: Session) -> None:
    with pytest.raises(NotFound, match="Received 9"):
        views.delete(writer, 9, actor="ada")
