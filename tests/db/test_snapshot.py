"""A file that is whole gives back what was put in; any other is passed over."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import snapshot
from db.columns import Columns
from tests.db.builders import MODEST

MARKS = {"events": [3, "2026-01-01T00:00:00+00:00"], "locations": None}


def columns() -> Columns:
    made = Columns()
    made.put(
        [
            (4, 1, "0" * 16, '{"blur": 2.5}', "fake", "active", "Ada", None, "PNG", 10, 20, 30, 1),
            (9, 7, "f" * 16, None, "genuine", "active", None, None, "PNG", 11, 21, 31, 0),
        ]
    )
    made.put_members("tag", np.array([4, 9]), {"odd": np.array([9])})
    return made


def as_lists(made: Columns) -> dict[str, Any]:
    return {
        "ids": made.ids.tolist(),
        "revisions": made.revisions.tolist(),
        "prefixes": made.prefixes.tolist(),
        "words": {
            name: each.at(np.arange(len(made.ids))).tolist() for name, each in made.words.items()
        },
        "numbers": {name: each.tolist() for name, each in made.numbers.items()},
        "members": {key: each.tolist() for key, each in made.members.items()},
    }


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.npz"
    snapshot.save(path, columns(), MARKS)
    return path


def test_it_comes_back_as_it_was(kept: Path) -> None:
    found = snapshot.load(kept)
    assert found is not None
    assert as_lists(found[0]) == as_lists(columns())
    assert found[1] == MARKS
    assert [each.name for each in kept.parent.iterdir()] == [kept.name]


def test_a_missing_or_empty_file_is_passed_over(tmp_path: Path) -> None:
    assert snapshot.load(tmp_path / "none.npz") is None
    (tmp_path / "empty.npz").write_bytes(b"")
    assert snapshot.load(tmp_path / "empty.npz") is None
    np.save(tmp_path / "other.npy", np.arange(3))
    assert snapshot.load(tmp_path / "other.npy") is None


@given(at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@MODEST
def test_a_flipped_bit_never_changes_what_is_read(kept: Path, at: float, bit: int) -> None:
    whole = kept.read_bytes()
    broken = bytearray(whole)
    broken[int(at * len(whole))] ^= 1 << bit
    kept.write_bytes(broken)
    found = snapshot.load(kept)
    kept.write_bytes(whole)
    assert found is None or as_lists(found[0]) == as_lists(columns())


@given(share=st.floats(0, 0.999))
@MODEST
def test_a_file_cut_short_is_passed_over(kept: Path, share: float) -> None:
    whole = kept.read_bytes()
    kept.write_bytes(whole[: int(share * len(whole))])
    assert snapshot.load(kept) is None
    kept.write_bytes(whole)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ids": np.array([9, 4])},
        {"revisions": np.array([1])},
        {"members": {("tag", "odd"): np.array([2], np.int32)}},
        {"numbers": {}},
    ],
)
def test_arrays_that_do_not_fit_are_passed_over(kept: Path, wrong: dict[str, Any]) -> None:
    snapshot.save(kept, replace(columns(), **wrong), MARKS)
    assert snapshot.load(kept) is None
