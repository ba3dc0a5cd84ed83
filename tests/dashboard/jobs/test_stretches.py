from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.jobs.stretches import MAX_PARTS, part_size, stretches


@given(st.lists(st.integers(1, 10**9), unique=True, max_size=300).map(sorted), st.integers(1, 50))
def test_stretches_hold_every_number_once_in_order(ids: list[int], smallest: int) -> None:
    found = stretches(ids, smallest)
    held = [[i for i in ids if first <= i <= last] for first, last in found]
    assert [i for part in held for i in part] == ids
    assert all(len(part) == smallest for part in held[:-1])


def test_many_numbers_make_longer_stretches_not_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.jobs.stretches.MAX_PARTS", 3)
    assert stretches(range(10, 30), 2) == [(10, 16), (17, 23), (24, 29)]
    assert stretches(range(10, 15), 2) == [(10, 11), (12, 13), (14, 14)]


@given(st.integers(0, 10**8), st.integers(1, 1000))
def test_a_job_has_a_bounded_number_of_parts(n: int, smallest: int) -> None:
    size = part_size(n, smallest)
    assert size >= smallest
    assert ceil(n / size) <= MAX_PARTS
    assert size == smallest or ceil(n / (size - 1)) > MAX_PARTS
