import numpy as np
import pytest
from numpy.typing import NDArray

from core.curation.identity_suggestions import (
    Kind,
    suggest_merges,
    suggest_mislabelled,
    suggest_names,
    suggest_people,
    suggest_splits,
)
from core.errors import InvalidInput

PEOPLE = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]
NAMES: list[str | None] = [*["Ada"] * 4, *["Grace"] * 4, *["Mary"] * 4]
ALL = (suggest_mislabelled, suggest_names, suggest_merges, suggest_splits, suggest_people)


def faces(people: list[int]) -> NDArray[np.float32]:
    """Make unit vectors at a cosine of 0.8 within a person and 0 between people."""
    vectors = np.zeros((len(people), 128), np.float32)
    for row, person in enumerate(people):
        vectors[row, person], vectors[row, 20 + row] = np.sqrt(0.8), np.sqrt(0.2)
    return vectors


def renamed(**changes: str | None) -> list[str | None]:
    return [changes.get(f"i{at}", name) for at, name in enumerate(NAMES)]


@pytest.mark.parametrize("suggest", ALL)
def test_right_names_leave_nothing_to_suggest(suggest: object) -> None:
    assert callable(suggest)
    assert suggest(faces(PEOPLE), NAMES) == []


@pytest.mark.parametrize("suggest", ALL)
def test_nothing_in_gives_nothing_out(suggest: object) -> None:
    assert callable(suggest)
    assert suggest(np.empty((0, 128), np.float32), []) == []


def test_an_image_under_another_name_is_found_with_its_cosines() -> None:
    (found,) = suggest_mislabelled(faces(PEOPLE), renamed(i0="Mary"))
    assert (found.kind, found.indices) == (Kind.RENAME, (0,))
    assert (found.before, found.after) == ("Mary", "Ada")
    assert found.evidence == {"own": 0.0, "other": pytest.approx(0.8, abs=1e-3)}
    assert found.score == pytest.approx(0.8, abs=1e-3)


def test_a_stranger_among_ones_images_is_found_without_a_name_for_him() -> None:
    (found,) = suggest_mislabelled(faces([*PEOPLE, 3]), [*NAMES, "Ada"])
    assert (found.indices, found.before, found.after) == ((12,), "Ada", None)


def test_the_only_image_of_a_name_is_not_doubted() -> None:
    assert suggest_mislabelled(faces([*PEOPLE, 0]), [*NAMES, "Ida"]) == []


def test_an_image_without_a_name_gets_that_of_the_nearest_person() -> None:
    (found,) = suggest_names(faces(PEOPLE), renamed(i5=None))
    assert (found.kind, found.indices, found.after) == (Kind.NAME, (5,), "Grace")
    assert found.evidence == {"other": pytest.approx(0.8, abs=1e-3), "next": 0.0}


def test_an_image_that_fits_two_names_gets_neither() -> None:
    assert suggest_names(faces(PEOPLE), renamed(i4="Grace H.", i5="Grace H.", i6=None)) == []


def test_two_spellings_are_one_person_and_the_rarer_gives_way() -> None:
    (found,) = suggest_merges(faces(PEOPLE), renamed(i3="Ada L."))
    assert (found.kind, found.before, found.after) == (Kind.MERGE, "Ada L.", "Ada")
    assert found.evidence == {"cosine": pytest.approx(0.8, abs=1e-3), "n_before": 1, "n_after": 3}


def test_two_people_under_one_name_are_parted_under_a_free_name() -> None:
    names = [name if name != "Grace" else "Ada" for name in NAMES[:-1]]
    (found,) = suggest_splits(faces(PEOPLE), [*names, "Ada (2)"])
    assert (found.kind, found.before, found.after) == (Kind.SPLIT, "Ada", "Ada (3)")
    assert found.indices in {(0, 1, 2, 3), (4, 5, 6, 7)}
    assert (found.evidence["n_keep"], found.evidence["n_leave"]) == (4, 4)


def test_people_whom_nobody_named_are_found_largest_first() -> None:
    names = [None if name in ("Ada", "Grace") else "Person 1" for name in NAMES]
    found = suggest_people(faces([*PEOPLE, 0, 5]), [*names, None, None])
    assert [each.indices for each in found] == [(0, 1, 2, 3, 12), (4, 5, 6, 7)]
    assert [each.after for each in found] == ["Person 2", "Person 3"]
    assert found[0].evidence == {"cosine": pytest.approx(0.8, abs=1e-3), "n": 5}


@pytest.mark.parametrize("suggest", ALL)
def test_names_must_go_with_the_embeddings(suggest: object) -> None:
    assert callable(suggest)
    with pytest.raises(InvalidInput, match="Expected a name or None for each"):
        suggest(faces([0, 1]), ["Ada"])
