import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from db import events, identities, images
from db.tables import ImageRow
from tests.db.builders import add


def people(session: Session) -> list[int]:
    names = ["Ada", "Ada", "Ada L.", "Grace", None]
    return [add(session, f"{at}", identity=name) for at, name in enumerate(names)]


def named(session: Session, ids: list[int]) -> list[str | None]:
    session.expire_all()
    return identities.names_of(session, ids)


def test_people_are_listed_by_name_with_counts_and_a_face(writer: Session) -> None:
    ids = people(writer)
    found = identities.list_identities(writer)
    assert [(each.name, each.n_images, each.sample.id) for each in found] == [
        ("Ada", 2, ids[0]),
        ("Ada L.", 1, ids[2]),
        ("Grace", 1, ids[3]),
    ]
    assert [each.name for each in identities.list_identities(writer, "ada", offset=1)] == ["Ada L."]
    assert identities.list_identities(writer, "%") == []
    assert (identities.count_identities(writer), identities.count_identities(writer, "gr")) == (
        3,
        1,
    )


def test_images_of_a_person_are_the_first_ones(writer: Session) -> None:
    ids = people(writer)
    assert [image.id for image in identities.images_of(writer, "Ada", limit=1)] == ids[:1]
    assert identities.images_of(writer, "Nobody") == []


def test_a_name_is_stored_as_decided_in_one_act_and_undone_whole(writer: Session) -> None:
    ids = people(writer)
    before = writer.get_one(ImageRow, ids[0]).revision
    assert identities.assign(writer, ids, " Grace  H. ", actor="ada") == 5
    assert named(writer, ids) == ["Grace H."] * 5
    row = writer.get_one(ImageRow, ids[0])
    assert row.is_identity_decided
    assert row.revision > before
    assert len(events.last_act(writer, "ada", "identify")) == 5
    assert identities.undo_identity(writer, actor="ada") == 5
    assert named(writer, ids) == ["Ada", "Ada", "Ada L.", "Grace", None]
    assert not writer.get_one(ImageRow, ids[0]).is_identity_decided


def test_a_name_taken_away_is_decided_too(writer: Session) -> None:
    ids = people(writer)
    assert identities.assign(writer, ids, None, actor="ada") == 4
    assert named(writer, ids) == [None] * 5
    assert writer.get_one(ImageRow, ids[0]).is_identity_decided


def test_merge_rename_and_split_are_undone_in_turn(writer: Session) -> None:
    ids = people(writer)
    assert identities.merge(writer, "Ada L.", "Ada", actor="ada") == 1
    assert identities.rename(writer, "Ada", "Ada Lovelace", actor="ada") == 3
    assert identities.split(writer, ids[:1], "Anna", actor="ada") == 1
    assert named(writer, ids[:3]) == ["Anna", "Ada Lovelace", "Ada Lovelace"]
    for expected in (["Ada Lovelace"] * 3, ["Ada"] * 3, ["Ada", "Ada", "Ada L."]):
        identities.undo_identity(writer, actor="ada")
        assert named(writer, ids[:3]) == expected
    with pytest.raises(NotFound, match="left to undo"):
        identities.undo_identity(writer, actor="ada")


def test_what_somebody_named_since_is_not_undone(writer: Session) -> None:
    ids = people(writer)
    identities.assign(writer, ids[:2], "Anna", actor="ada")
    identities.assign(writer, ids[1:2], "Berta", actor="bob")
    with pytest.raises(Conflict, match="'Berta' by bob"):
        identities.undo_identity(writer, actor="ada")
    identities.undo_identity(writer, actor="bob")
    assert identities.undo_identity(writer, actor="ada") == 2
    assert named(writer, ids[:2]) == ["Ada", "Ada"]


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "x" * 256])
def test_a_name_must_be_one(writer: Session, name: str) -> None:
    with pytest.raises(InvalidInput, match="Expected a name"):
        identities.assign(writer, people(writer), name, actor="ada")


def test_names_in_use_and_names_unknown_are_refused(writer: Session) -> None:
    ids = people(writer)
    with pytest.raises(Conflict, match="merge"):
        identities.rename(writer, "Ada", "Grace", actor="ada")
    with pytest.raises(Conflict, match="nobody has"):
        identities.split(writer, ids[:1], " Grace", actor="ada")
    with pytest.raises(InvalidInput, match="Received none"):
        identities.split(writer, [], "New", actor="ada")
    with pytest.raises(NotFound, match="'Nobody'"):
        identities.merge(writer, "Ada", "Nobody", actor="ada")
    with pytest.raises(InvalidInput, match="twice"):
        identities.merge(writer, "Ada", "Ada", actor="ada")


def test_many_images_are_one_act(writer: Session) -> None:
    ids = [add(writer, f"many {at}", identity="Ada") for at in range(30)]
    assert identities.merge(writer, "Ada", add_named(writer, "Grace"), actor="ada") == 30
    assert identities.undo_identity(writer, actor="ada") == 30
    assert named(writer, ids) == ["Ada"] * 30
    assert images.get_image(writer, ids[0]).identity == "Ada"


def add_named(session: Session, name: str) -> str:
    add(session, name, identity=name)
    return name
