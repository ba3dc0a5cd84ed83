import pytest
from sqlalchemy.orm import Session

from core.curation.identity_suggestions import Kind, Suggestion
from core.errors import Conflict, NotFound
from db import identities, statuses, suggestions
from db.suggestions import OpenSuggestion
from tests.db.builders import add

FIGURES = {"own": 0.1, "other": 0.7}


@pytest.fixture
def ids(writer: Session) -> list[int]:
    names = ["Ada", "Ada", "Ada L.", "Grace", None, None]
    return [add(writer, f"{at}", identity=name) for at, name in enumerate(names)]


def rename(index: int = 1, after: str | None = "Grace", score: float = 0.6) -> Suggestion:
    return Suggestion(Kind.RENAME, "Ada", after, score, (index,), FIGURES)


MERGE = Suggestion(
    Kind.MERGE, "Ada L.", "Ada", 0.8, (), {"cosine": 0.8, "n_before": 1, "n_after": 2}
)
SPLIT = Suggestion(Kind.SPLIT, "Ada", "Ada (2)", 0.9, (1,), {"cosine": 0.1})
NEW = Suggestion(Kind.NEW, None, "Person 1", 2, (4, 5), {"cosine": 0.7, "n": 2})


def offer(session: Session, ids: list[int], *found: Suggestion) -> list[OpenSuggestion]:
    suggestions.store_suggestions(session, found[0].kind, found, ids)
    return suggestions.open_suggestions(session, found[0].kind)


def test_the_surest_comes_first_with_its_pictures_and_figures(
    writer: Session, ids: list[int]
) -> None:
    first, second = offer(writer, ids, rename(0, score=0.2), rename(1, score=0.6))
    assert [image.id for image in first.images] == [ids[1]]
    assert [image.id for image in first.likely] == [ids[3]]
    assert (first.before, first.after, first.n_images) == ("Ada", "Grace", 1)
    assert first.evidence["other"] == 0.7
    assert [image.id for image in second.images] == [ids[0]]


def test_accepted_is_done_and_undone_as_one(writer: Session, ids: list[int]) -> None:
    (found,) = offer(writer, ids, rename())
    assert suggestions.accept(writer, found.id, actor="ada") == 1
    assert identities.names_of(writer, ids[1:2]) == ["Grace"]
    assert suggestions.open_suggestions(writer, Kind.RENAME) == []
    with pytest.raises(Conflict, match="that ada accepted"):
        suggestions.accept(writer, found.id, actor="bob")
    identities.undo_identity(writer, actor="ada")
    assert identities.names_of(writer, ids[1:2]) == ["Ada"]
    assert [each.id for each in suggestions.open_suggestions(writer, Kind.RENAME)] == [found.id]


def test_declined_is_never_made_again_unless_undone(writer: Session, ids: list[int]) -> None:
    (found,) = offer(writer, ids, rename())
    suggestions.decline(writer, found.id, actor="ada")
    assert offer(writer, ids, rename(score=0.9)) == []
    identities.undo_identity(writer, actor="ada")
    assert len(suggestions.open_suggestions(writer, Kind.RENAME)) == 1


def test_a_declined_merge_is_not_made_the_other_way_round(writer: Session, ids: list[int]) -> None:
    (found,) = offer(writer, ids, MERGE)
    suggestions.decline(writer, found.id, actor="ada")
    turned = Suggestion(Kind.MERGE, "Ada", "Ada L.", 0.9, (), MERGE.evidence)
    assert offer(writer, ids, turned) == []


def test_what_is_no_longer_found_is_no_longer_offered(writer: Session, ids: list[int]) -> None:
    offer(writer, ids, rename(0), rename(1))
    assert [found.images[0].id for found in offer(writer, ids, rename(0))] == [ids[0]]
    assert suggestions.store_suggestions(writer, Kind.RENAME, [], ids) == 0


def test_what_others_settled_since_is_not_offered(writer: Session, ids: list[int]) -> None:
    (found,) = offer(writer, ids, rename())
    identities.assign(writer, ids[1:2], "Berta", actor="bob")
    assert suggestions.open_suggestions(writer, Kind.RENAME) == []
    assert suggestions.count_open(writer, Kind.RENAME) == 0
    with pytest.raises(Conflict, match="named since"):
        suggestions.accept(writer, found.id, actor="ada")


def test_an_image_that_was_left_out_since_is_not_asked_about(
    writer: Session, ids: list[int]
) -> None:
    (found,) = offer(writer, ids, rename())
    statuses.exclude(writer, [found.images[0].id], "blurred", actor="bob")
    assert suggestions.open_suggestions(writer, Kind.RENAME) == []
    statuses.include(writer, [found.images[0].id], actor="bob")
    assert suggestions.count_open(writer, Kind.RENAME) == 1


def test_a_merge_shows_both_people_and_makes_them_one(writer: Session, ids: list[int]) -> None:
    (found,) = offer(writer, ids, MERGE)
    assert [image.id for image in found.images] == [ids[2]]
    assert [image.id for image in found.likely] == ids[:2]
    assert suggestions.accept(writer, found.id, actor="ada") == 1
    assert identities.count_identities(writer) == 2
    identities.undo_identity(writer, actor="ada")
    assert identities.count_identities(writer) == 3


def test_a_split_parts_the_images_and_may_be_named(writer: Session, ids: list[int]) -> None:
    (found,) = offer(writer, ids, SPLIT)
    assert [image.id for image in found.images] == [ids[1]]
    assert [image.id for image in found.likely] == [ids[0]]
    suggestions.accept(writer, found.id, actor="ada", name="Anna")
    assert identities.names_of(writer, ids[:2]) == ["Ada", "Anna"]


def test_a_person_nobody_named_is_named(writer: Session, ids: list[int]) -> None:
    (found,) = offer(writer, ids, NEW)
    assert (found.n_images, found.likely) == (2, [])
    assert suggestions.accept(writer, found.id, actor="ada") == 2
    assert identities.names_of(writer, ids[4:]) == ["Person 1", "Person 1"]


def test_a_stranger_loses_the_name(writer: Session, ids: list[int]) -> None:
    (found,) = offer(writer, ids, rename(after=None))
    suggestions.accept(writer, found.id, actor="ada")
    assert identities.names_of(writer, ids[1:2]) == [None]


def test_a_suggestion_must_exist(writer: Session) -> None:
    with pytest.raises(NotFound, match="Received 7"):
        suggestions.decline(writer, 7, actor="ada")
