from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from core.types import Claim, Label
from dashboard.home import open_database
from dashboard.jobs import packed
from dashboard.jobs.packed import compared_hashes
from dashboard.settings import Settings
from db import hashes, imports
from db.engine import reading, writing
from db.tables import HashRow, ImageRow
from tests.db.builders import add, checksum, facts

ALGORITHMS = ("phash", "phash-mirrored")


class Home:
    """A home of which one can ask what the file says and how often the database was read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = open_database(Settings(home=folder))

    def read(self) -> list[int]:
        with reading(self.database) as session:
            ids, values = compared_hashes(session, self.folder, ALGORITHMS, "v1")
            wanted, stored = hashes.paired_hashes(session, ALGORITHMS, "v1", 0, 10**9)
        assert np.array_equal(ids, wanted)
        assert np.array_equal(values, stored)
        return [int(i) for i in ids]

    def compare(self, *contents: object) -> list[int]:
        with writing(self.database) as session:
            ids = [add(session, content) for content in contents]
            hashes.mark_paired(session, ids)
        return ids

    @property
    def file(self) -> Path:
        (path,) = self.folder.glob("hashes-*.npz")
        return path


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.database.dispose()


@pytest.fixture
def stretches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Where each reading of rows began: 0 is a file written anew."""
    seen: list[int] = []
    real = packed._prolonged

    def watched(session: object, kept: packed.Packed, *rest: object) -> packed.Packed:
        seen.append(kept.up_to)
        return real(session, kept, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(packed, "_prolonged", watched)
    return seen


def test_only_what_is_new_is_read_from_the_database(home: Home, stretches: list[int]) -> None:
    assert home.read() == []
    first = home.compare("a", "b")
    assert home.read() == home.read() == first
    second = home.compare("c")
    assert home.read() == first + second
    assert stretches == [0, first[-1]]


@pytest.mark.parametrize("damage", ["gone", "empty", "torn", "altered", "of other things"])
def test_a_file_that_is_not_whole_is_written_anew(
    home: Home, stretches: list[int], damage: str
) -> None:
    ids = home.compare(*range(50))
    home.read()
    whole = home.file.read_bytes()
    if damage == "gone":
        home.file.unlink()
    elif damage == "of other things":
        np.savez(home.file, ids=np.zeros(3))
    else:
        at = whole.index(int(checksum(7)[:16], 16).to_bytes(8, "little"))
        altered = whole[:at] + b"\0" * 8 + whole[at + 8 :]
        home.file.write_bytes({"empty": b"", "torn": whole[:900]}.get(damage, altered))
    assert home.read() == ids
    assert stretches == [0, 0]


def test_a_file_of_another_database_is_written_anew(home: Home, stretches: list[int]) -> None:
    ids = home.compare("a", "b")
    home.read()
    with writing(home.database) as session:
        session.execute(update(HashRow).where(HashRow.image_id == ids[0]).values(value="0" * 16))
    assert home.read() == ids
    assert stretches == [0, 0]


def test_what_counts_as_compared_no_longer_leaves_the_file(home: Home) -> None:
    a, b = home.compare("a", "b")
    home.read()
    with writing(home.database) as session:
        session.execute(update(ImageRow).where(ImageRow.id == a).values(is_paired=False))
    assert home.read() == [b]


def test_a_file_without_hashes_of_its_version_does_not_come_to_agree(home: Home) -> None:
    """An import after an upgrade writes it; then all images are measured and compared again."""
    with writing(home.database) as session:
        a = add(session, "a", hash_version="v0")
        hashes.mark_paired(session, [a])
    assert home.read() == []
    with writing(home.database) as session:
        values = {"algorithm": ALGORITHMS[0], "version": "v1", "value": "0" * 16}
        both = [values, values | {"algorithm": ALGORITHMS[1]}]
        session.add_all(HashRow(image_id=a, **each) for each in both)
        session.execute(update(ImageRow).values(is_paired=False))
    assert home.read() == []
    with writing(home.database) as session:
        hashes.mark_paired(session, [a])
    assert home.read() == [a]


def test_generated_fakes_are_counted_but_not_compared(home: Home, stretches: list[int]) -> None:
    (a,) = home.compare("a")
    with writing(home.database) as session:
        imports.add_fake(session, facts("f"), Claim(Label.FAKE), [a], {})
    assert home.read() == home.read() == [a]
    later = home.compare("b")
    assert home.read() == [a, *later]
    assert len(stretches) == 2
