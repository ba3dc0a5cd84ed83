"""A page of an order is what sorting everything would give."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from db.ranking import MISSING, beside, ranked, to_keys, to_values

FEW = settings(max_examples=60, deadline=None)
NUMBERS = st.lists(st.sampled_from([-1e30, -2.5, -0.0, 0.0, 1e-40, 1.0, 2.0, 3e38, math.nan]))


@given(st.lists(st.floats(width=32)))
@FEW
def test_keys_stand_in_the_order_of_their_numbers_and_give_them_back(numbers: list[float]) -> None:
    values = np.array(numbers, np.float32)
    keys = to_keys(values)
    assert keys.dtype == np.uint32
    np.testing.assert_array_equal(to_values(keys), values)
    order = np.argsort(values, kind="stable")
    np.testing.assert_array_equal(np.argsort(keys, kind="stable"), order)
    np.testing.assert_array_equal(keys == MISSING, np.isnan(values))


def walked(numbers: list[float], is_descending: bool) -> list[int]:
    known = [i for i, value in enumerate(numbers) if not math.isnan(value)]
    known.sort(key=lambda i: numbers[i])
    missing = [i for i, value in enumerate(numbers) if math.isnan(value)]
    return (known[::-1] if is_descending else known) + missing


@given(NUMBERS, st.integers(0, 12), st.integers(0, 12), st.booleans())
@example([2.0, math.nan, 1.0, 2.0], 0, 4, True)
@FEW
def test_a_stretch_is_cut_from_the_whole_order(
    numbers: list[float], start: int, length: int, is_descending: bool
) -> None:
    stop = min(start + length, len(numbers))
    keys = to_keys(np.array(numbers, np.float32))
    found = ranked(keys, start, stop, is_descending=is_descending).tolist()
    assert found == walked(numbers, is_descending)[start : max(start, stop)]


@given(NUMBERS.filter(len), st.data(), st.booleans())
@FEW
def test_what_is_beside_stands_before_and_after_in_the_order(
    numbers: list[float], data: st.DataObject, is_descending: bool
) -> None:
    own = data.draw(st.integers(0, len(numbers) - 1))
    chosen = data.draw(st.sets(st.integers(0, len(numbers) - 1)))
    keys = to_keys(np.array(numbers, np.float32))
    found = beside(keys, np.array(sorted(chosen), np.int64), own, is_descending=is_descending)
    order = walked(numbers, is_descending)
    here = order.index(own)
    before = [i for i in order[:here] if i in chosen]
    after = [i for i in order[here + 1 :] if i in chosen]
    assert found == (before[-1] if before else None, after[0] if after else None)


@pytest.mark.parametrize("spread", ["even", "skewed", "two heaps", "equal", "outlier"])
@pytest.mark.parametrize("is_descending", [False, True])
def test_narrowing_down_to_a_page_of_many_finds_the_same(spread: str, is_descending: bool) -> None:
    draw = np.random.default_rng(3)
    n = 50_000
    values = {
        "even": draw.random(n) * 100,
        "skewed": draw.lognormal(0, 3, n),
        "two heaps": np.where(draw.random(n) < 0.5, draw.random(n), 1e30 + draw.random(n) * 1e29),
        "equal": np.ones(n),
        "outlier": np.concatenate([draw.random(n - 1) * 1e-3, [3e38]]),
    }[spread].astype(np.float32)
    values[draw.random(n) < 0.01] = np.nan
    keys = to_keys(values)
    order = walked(values.tolist(), is_descending)
    for start in (0, 100, n // 2, n - 450, n - 40):
        stop = min(start + 100, n)
        found = ranked(keys, start, stop, is_descending=is_descending)
        assert found.tolist() == order[start:stop]
