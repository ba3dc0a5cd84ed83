import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from db.ranking import MISSING
from db.words import Words

NAMES = st.lists(st.none() | st.sampled_from(["Bo", "al", "Al", "\u00c9mile", "a_b"]), max_size=9)


def column(names: list[str | None]) -> Words:
    words = Words()
    words.grow(len(names))
    words.put(np.arange(len(names)), names)
    return words


@given(NAMES, NAMES)
@settings(max_examples=40, deadline=None)
def test_a_column_answers_as_its_words_would(
    first: list[str | None], then: list[str | None]
) -> None:
    n = min(len(first), len(then))
    words, names = column(first), then[:n] + first[n:]
    words.in_use(), words.keys(), words.containing("a")  # what is kept must not go stale
    words.put(np.arange(n), then[:n])
    said = [name for name in names if name is not None]
    assert words.in_use() == sorted(set(said))
    assert words.at(np.arange(len(names))).tolist() == names
    assert words.equal("Al").tolist() == [name == "Al" for name in names]
    assert words.containing("A").tolist() == ["a" in (name or "").lower() for name in names]
    keys = words.keys()
    assert [key == MISSING for key in keys] == [name is None for name in names]
    ranked = sorted(said)
    assert sorted(keys[keys != MISSING].tolist()) == [
        int(keys[names.index(name)]) for name in ranked
    ]


def test_a_word_asked_for_is_not_learnt() -> None:
    words = column(["Al"])
    assert not words.equal("Bo").any()
    assert words.known == ["Al"]


def test_a_column_is_made_again_from_its_words_and_codes() -> None:
    words = column(["Bo", None, "Al", "Bo"])
    again = Words(words.known, words.codes.copy())
    again.put(np.array([1]), ["Cy"])
    assert again.at(np.arange(4)).tolist() == ["Bo", "Cy", "Al", "Bo"]
    assert again.in_use() == ["Al", "Bo", "Cy"]
