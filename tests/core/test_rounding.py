import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rounding import fraction, percent


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0.0%"),
        (1.0, "100.0%"),
        (0.1234, "12.3%"),
        (0.9996, "99.96%"),
        (0.99949, "99.9%"),
        (0.0004, "0.04%"),
        (0.00002, "0.002%"),
        (1 - 1e-16, "100.0%"),  # an interval's end, but for rounding
        (1e-18, "0.0%"),
        (-0.0004, "-0.04%"),  # a difference
        (-1e-18, "0.0%"),
        (0.0625, "6.3%"),  # one of 16, half way
        (0.1875, "18.8%"),
    ],
)
def test_a_share_is_none_or_all_only_where_it_is(value: float, shown: str) -> None:
    assert percent(value) == shown


def test_decimals_are_as_few_as_asked_for() -> None:
    assert (percent(0.77, 0), percent(0.997, 0), percent(0.0, 0)) == ("77%", "99.7%", "0%")
    assert (fraction(0.5), fraction(0.99996), fraction(1.0)) == ("0.500", "0.99996", "1.000")


@given(st.floats(1e-8, 1 - 1e-8))
def test_what_is_short_of_an_end_is_never_shown_there(value: float) -> None:
    assert 0 < float(percent(value)[:-1]) < 100
    assert 0 < float(fraction(value)) < 1
