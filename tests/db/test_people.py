import pytest
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from db import people


def test_names_are_kept_once_and_sorted_as_people_sort(writer: Session) -> None:
    for name in ("Robin", "  Ada   Lovelace ", "ben", "Robin"):
        people.remember(writer, name)
    assert people.names(writer) == ["Ada Lovelace", "ben", "Robin"]


def test_a_name_is_returned_as_it_is_kept(writer: Session) -> None:
    assert people.remember(writer, " Ada\u00a0 Lovelace") == "Ada Lovelace"


def test_capitals_make_no_second_person(writer: Session) -> None:
    assert people.remember(writer, "Ada Lovelace") == "Ada Lovelace"
    assert people.remember(writer, "ada lovelace") == "Ada Lovelace"
    assert people.names(writer) == ["Ada Lovelace"]


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\x00b", "\u202eadA", "a\u200bb"])
def test_what_is_no_name_is_refused(writer: Session, name: str) -> None:
    with pytest.raises(InvalidInput, match="Expected a name of 1 to 64 printable characters"):
        people.remember(writer, name)
    assert people.names(writer) == []
