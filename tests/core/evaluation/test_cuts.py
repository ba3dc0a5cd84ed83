import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluation.cuts import (
    NOT_MEASURED,
    Cut,
    Facts,
    cut_by_member,
    cut_by_number,
    cut_by_word,
    cuts_of,
)


def sizes(cut: Cut) -> dict[str, int]:
    return {name: len(rows) for name, rows in zip(cut.names, cut.rows(), strict=True)}


def test_numbers_are_cut_into_quarters_with_the_unmeasured_apart() -> None:
    values = np.array([*range(10, 90), np.nan, np.nan], float)
    assert sizes(cut_by_number("size", values)) == {
        "under 29.8": 20,
        "29.8 to under 49.5": 20,
        "49.5 to under 69.2": 20,
        "69.2 and more": 20,
        NOT_MEASURED: 2,
    }


def test_equal_numbers_stay_together() -> None:
    values = np.array([95.0] * 90 + [40.0] * 10)
    assert sizes(cut_by_number("quality", values)) == {"under 95": 10, "95 and more": 90}
    assert sizes(cut_by_number("quality", np.full(5, 95.0))) == {"measured": 5}
    assert sizes(cut_by_number("quality", np.full(3, np.nan))) == {NOT_MEASURED: 3}


@given(
    st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=1, max_size=80),
    st.integers(1, 6),
)
@settings(max_examples=80, deadline=None)
def test_every_image_is_in_one_part_and_no_part_is_empty(values: list[float], n: int) -> None:
    cut = cut_by_number("x", np.array(values), n)
    assert sorted(np.concatenate(cut.rows()).tolist()) == list(range(len(values)))
    assert min(sizes(cut).values()) > 0
    assert len(set(cut.names)) == len(cut.names) <= n + 1


def test_words_and_members() -> None:
    words = np.array(["b", None, "a", "b"], object)
    assert sizes(cut_by_word("who", words)) == {"a": 1, "b": 2, "none": 1}
    members = {
        "glasses": np.array([True, True, False, False]),
        "hat": np.array([False, True, False, False]),
        "never": np.zeros(4, bool),
    }
    assert sizes(cut_by_member("tag", members)) == {"glasses": 2, "hat": 1}


def test_a_way_that_leaves_all_images_in_one_part_is_no_cut() -> None:
    facts = Facts(
        numbers={"quality": np.full(4, 95.0), "size": np.array([1.0, 2.0, 3.0, 4.0])},
        words={"generator": np.array([None] * 4, object)},
        members={"tag": {"hat": np.array([True, False, False, False])}},
    )
    assert [cut.kind for cut in cuts_of(facts)] == ["size", "tag"]
