from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import story_words as words
from dashboard.story_types import Measure, Share
from tests.dashboard.story_record import TEST


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "undefined"),
        (0.0, "0 %"),
        (0.01, "1 %"),
        (0.0707, "7.1 %"),
        (0.03, "3 %"),
        (0.0303, "3.0 %"),
        (0.00034, "0.03 %"),
        (1.0, "100 %"),
        (0.999, "99.9 %"),
        (0.9996, "99.96 %"),
    ],
)
def test_shares(value: float | None, shown: str) -> None:
    assert words.percent(value) == shown


@given(st.floats(0.0001, 1))
def test_a_share_above_nothing_is_never_shown_as_nothing(value: float) -> None:
    assert words.percent(value) != "0 %"
    assert not words.percent(value).startswith("0.0 ")


@pytest.mark.parametrize(
    ("n", "shown"),
    [
        (0, "0"),
        (2.8e-14, "0"),  # an interval's end, but for rounding
        (0.00002, "0.00002"),
        (0.02, "0.02"),
        (0.123, "0.1"),
        (9.94, "9.9"),
        (9.96, "10"),
        (1234.4, "1,234"),
    ],
)
def test_an_expected_number_is_nothing_only_where_it_is(n: float, shown: str) -> None:
    assert words.amount(n) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(0, "0"), (0.004, "0.4"), (0.914, "91"), (0.9962, "99.6"), (1, "100")]
)
def test_of_hundred_none_and_all_only_where_it_is_so(share: float, shown: str) -> None:
    assert words.of_hundred(share) == shown


@pytest.mark.parametrize(
    ("n", "told"),
    [
        (0, "None of 99 genuine images was called fake"),
        (1, "1 of 99 genuine images was called fake"),
        (7, "7 of 99 genuine images were called fake"),
    ],
)
def test_none_one_and_many(n: int, told: str) -> None:
    assert words.calls(Share(n, 99, None)) == f"{told}."
    assert words.calls(Share(n, 99, (0.0, 0.037))) == f"{told}; in truth it may be 0 % to 3.7 %."


def test_one_image_in_all() -> None:
    assert words.calls(Share(1, 1, None)) == "1 of 1 genuine image was called fake."


def test_without_genuine_images_nothing_is_claimed() -> None:
    assert "nothing is known" in words.calls(Share(0, 0, None))


@pytest.mark.parametrize(
    ("interval", "claim"),
    [
        ((0.51, 0.7), "better than guessing."),
        ((0.5, 0.7), "that may be no better than guessing."),
        ((0.3, 0.7), "that may be no better than guessing."),
        ((0.3, 0.49), "worse than guessing."),
        (None, "how far that may be off, these images cannot tell."),
    ],
)
def test_no_claim_goes_beyond_the_interval(
    interval: tuple[float, float] | None, claim: str
) -> None:
    told = words.tells_apart(Measure(0.6, interval))
    assert told.endswith(claim)
    assert "about 60 right" in told


def test_an_auc_that_is_undefined_says_why() -> None:
    assert "one of the labels is missing" in words.tells_apart(Measure(None, None))


def test_many_parts_are_cut_short() -> None:
    assert words.few([]) == "none"
    assert words.few(["a"]) == "a"
    assert words.few(["a", "b", "c"]) == "a, b and c"
    assert words.few(list("abcdef")) == "a, b, c, d and 2 more"


def test_a_slice_is_named_only_beyond_chance_and_for_the_worse() -> None:
    assert "Source: street (25 %)" in words.slices(TEST)[0]
    (part,) = TEST.slices
    for other in (replace(part, is_beyond_chance=False), replace(part, is_worse=False)):
        told = words.slices(replace(TEST, slices=(other,)))
        assert told == (
            "Of 9 parts of the genuine images, none was found to do worse than the rest beyond "
            "chance.",
        )
    assert words.slices(replace(TEST, slices=(), n_slices=0)) == ()


def test_parts_beyond_a_few_are_counted() -> None:
    (part,) = TEST.slices
    many = tuple(replace(part, name=f"Source: {n}") for n in range(6))
    assert words.slices(replace(TEST, slices=many))[0].endswith("Source: 3 (25 %) and 2 more.")


def test_too_few_images_are_indicative_only() -> None:
    assert words.tested_on(TEST).startswith("Indicative only. Tested on 99 genuine images and 98")
    assert not words.tested_on(replace(TEST, is_indicative=False)).startswith("Indicative")
