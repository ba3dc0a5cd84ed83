import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from db import events, images
from db.protected import protect, protected_among, protected_folders, unprotect
from tests.db.builders import STORAGE, checksum, facts, import_file


def found_at(session: Session, *keys: str) -> list[int]:
    for key in keys:
        import_file(session, f"job {key}", key, facts(key))
    return [images.get_by_checksum(session, checksum(key)).id for key in keys]


def test_a_folder_holds_all_below_it_and_nothing_beside_it(writer: Session) -> None:
    deep, case, sibling = found_at(writer, "go_d/x/1.jpg", "GO_D/1.jpg", "go_d2/1.jpg")
    like, other = found_at(writer, "goxd/1.jpg", "rest/1.jpg")
    number = protect(writer, STORAGE, " /go_d/ ", "ada")
    assert protected_among(writer, [deep, case, sibling, like, other]) == {deep}
    assert protected_among(writer, [other]) == frozenset()
    (folder,) = protected_folders(writer)
    assert (folder.id, folder.storage, folder.prefix, folder.author) == (
        number,
        STORAGE,
        "go_d",
        "ada",
    )


def test_one_protected_place_is_enough(writer: Session) -> None:
    (image,) = found_at(writer, "rest/1.jpg")
    import_file(writer, "again", "gold/copy.jpg", facts("rest/1.jpg"))
    protect(writer, STORAGE, "gold", "ada")
    assert protected_among(writer, [image]) == {image}


def test_the_empty_prefix_is_the_whole_storage(writer: Session) -> None:
    ids = found_at(writer, "1.jpg", "a/2.jpg")
    with pytest.raises(InvalidInput, match="/ for the whole storage"):
        protect(writer, STORAGE, " ", "ada")
    protect(writer, STORAGE, "/", "ada")
    assert protected_among(writer, ids) == set(ids)


def test_protection_ends_and_is_in_the_history(writer: Session) -> None:
    ids = found_at(writer, "gold/1.jpg")
    number = protect(writer, STORAGE, "gold", "ada")
    unprotect(writer, number, "bob")
    assert protected_folders(writer) == []
    assert protected_among(writer, ids) == frozenset()
    told = events.history(writer, "folder", number)
    assert [(event.action, event.actor) for event in told] == [
        ("unprotect", "bob"),
        ("protect", "ada"),
    ]


def test_what_cannot_be_protected_is_said(writer: Session) -> None:
    found_at(writer, "gold/1.jpg")
    with pytest.raises(NotFound, match="golden"):
        protect(writer, STORAGE, "golden", "ada")
    with pytest.raises(NotFound, match="elsewhere"):
        protect(writer, "elsewhere", "gold", "ada")
    protect(writer, STORAGE, "gold", "ada")
    with pytest.raises(Conflict, match="already"):
        protect(writer, STORAGE, "gold/", "ada")
    with pytest.raises(NotFound, match="99"):
        unprotect(writer, 99, "ada")
