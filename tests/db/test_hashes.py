import numpy as np
import pytest
from sqlalchemy.orm import Session

from core.types import Claim, Label
from db import hashes, imports
from tests.db.builders import add, add_pair, checksum, facts

BOTH = ["phash-mirrored", "phash"]


def ids(found: hashes.Hashes) -> list[int]:
    return [int(i) for i in found[0]]


def test_hashes_come_by_number_with_a_column_an_algorithm(writer: Session) -> None:
    a, b, c = (add(writer, i) for i in range(3))
    hashes.mark_paired(writer, [b])
    waiting = hashes.unpaired_hashes(writer, BOTH, "v1")
    assert ids(waiting) == [a, c]
    assert waiting[1].dtype == np.uint64
    assert waiting[1][0].tolist() == [int(checksum(0)[16:32], 16), int(checksum(0)[:16], 16)]
    assert ids(hashes.paired_hashes(writer, BOTH, "v1", 0, c)) == [b]
    assert ids(hashes.paired_hashes(writer, BOTH, "v1", b, c)) == []
    assert ids(hashes.hashes_of(writer, BOTH, "v1", [a, b])) == [b]
    assert (hashes.newest_paired(writer), hashes.count_paired(writer, a)) == (b, 0)


def test_hashes_are_read_in_many_parts(writer: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "_CHUNK", 2)
    numbers = [add(writer, i) for i in range(7)]
    found, values = hashes.unpaired_hashes(writer, ["phash"], "v1")
    assert found.tolist() == numbers
    assert values[:, 0].tolist() == [int(checksum(i)[:16], 16) for i in range(7)]


def test_hashes_of_another_version_or_algorithm_are_not_compared(writer: Session) -> None:
    old = add(writer, "old", hash_version="v0")
    add(writer, "half", hashes={"phash": "0" * 16})
    assert ids(hashes.unpaired_hashes(writer, BOTH, "v0")) == [old]
    found, values = hashes.unpaired_hashes(writer, BOTH, "v1")
    assert (len(found), values.shape) == (0, (0, 2))


def test_generated_fakes_are_not_compared(writer: Session) -> None:
    parent = add(writer, "a")
    imports.add_fake(writer, facts("f"), Claim(Label.FAKE), [parent], {})
    assert ids(hashes.unpaired_hashes(writer, ["phash"], "v1")) == [parent]
    assert ids(hashes.paired_hashes(writer, ["phash"], "v1", 0, 99)) == []
    assert hashes.generated_among(writer, [parent, parent + 1]) == {parent + 1}


def test_more_images_are_marked_than_one_statement_takes(writer: Session) -> None:
    a = add(writer, "a")
    hashes.mark_paired(writer, [*range(100, 40_100), a])
    assert ids(hashes.paired_hashes(writer, ["phash"], "v1", 0, a)) == [a]


def test_known_links_are_those_of_some_left_images(writer: Session) -> None:
    a, b, c = (add(writer, i) for i in range(3))
    add_pair(writer, a, b)
    add_pair(writer, b, c, confirmed=False)
    assert hashes.known_links(writer, [b]) == {(b, c)}
    assert hashes.known_links(writer, [a, b, c]) == {(a, b), (b, c)}
