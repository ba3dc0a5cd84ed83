from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier, Event

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError

from db import imports
from db.engine import open_engine, reading, writing
from db.tables import HashRow, ImageRow
from tests.db.builders import add, facts, import_file

N_WRITES = 25


def count(database: Engine) -> int:
    with reading(database) as session:
        return session.scalar(select(func.count(ImageRow.id))) or 0


def together(calls: Iterable[Callable[[], None]]) -> None:
    """Run calls in threads of their own and raise what any of them raised."""
    waiting = list(calls)
    with ThreadPoolExecutor(len(waiting)) as pool:
        for result in [pool.submit(call) for call in waiting]:
            result.result()


def test_writing_commits_at_the_end(database: Engine) -> None:
    with writing(database) as session:
        add(session, "a")
        assert count(database) == 0
    assert count(database) == 1


def test_writing_leaves_nothing_of_a_change_that_failed(database: Engine) -> None:
    with pytest.raises(RuntimeError, match="killed"), writing(database) as session:
        add(session, "a")
        raise RuntimeError("killed")
    assert count(database) == 0


def test_reading_keeps_nothing(database: Engine) -> None:
    with reading(database) as session:
        add(session, "a")
    assert count(database) == 0


def test_two_writers_take_turns(database: Engine) -> None:
    start = Barrier(2)

    def write(name: str) -> None:
        start.wait()
        for i in range(N_WRITES):
            with writing(database) as session:
                session.scalar(select(func.count(ImageRow.id)))  # a read first, as most acts do
                add(session, f"{name}{i}")

    together([lambda: write("a"), lambda: write("b")])
    assert count(database) == 2 * N_WRITES


def test_two_writers_that_meet_the_same_images_in_another_order(database: Engine) -> None:
    """Both would insert each image first, and each would wait for the other's."""
    start = Barrier(2)
    names = [f"image{i}" for i in range(N_WRITES)]

    def write(job_id: str, order: list[str]) -> None:
        start.wait()
        with writing(database) as session:
            for name in order:
                import_file(session, f"{job_id} {name}", f"{job_id}/{name}", facts(name))

    together([lambda: write("a", names), lambda: write("b", names[::-1])])
    with reading(database) as session:
        outcomes = [
            imports.outcomes(session, f"{job_id} {name}") for job_id in "ab" for name in names
        ]
    assert sum(found["new"] for found in outcomes) == N_WRITES
    assert sum(found["known"] for found in outcomes) == N_WRITES


def test_a_reader_sees_the_last_commit_and_keeps_no_writer_waiting(database: Engine) -> None:
    is_reading, is_written = Event(), Event()

    def read() -> None:
        with reading(database) as session:
            assert session.scalar(select(func.count(ImageRow.id))) == 0
            is_reading.set()
            assert is_written.wait(10), "the writer waited for the reader"

    def write() -> None:
        assert is_reading.wait(10)
        with writing(database) as session:
            add(session, "a")
            assert count(database) == 0
        is_written.set()

    together([read, write])
    assert count(database) == 1


def test_a_row_that_refers_to_no_image_is_refused(database: Engine) -> None:
    with pytest.raises(IntegrityError), writing(database) as session:
        session.add(HashRow(image_id=7, algorithm="phash", version="v1", value="0" * 16))


def test_sqlite_writes_ahead_and_waits_for_a_lock(sqlite: Engine) -> None:
    with sqlite.connect() as connection:
        told = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert told == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 60_000}


def test_what_was_written_is_there_after_the_file_is_opened_again(
    sqlite: Engine, tmp_path: Path
) -> None:
    with writing(sqlite) as session:
        add(session, "a")
    sqlite.dispose()
    again = open_engine(f"sqlite:///{tmp_path / 'verity.sqlite'}")
    assert count(again) == 1
    again.dispose()


def test_many_can_read_at_once(database: Engine) -> None:
    """A page holds a connection while it is drawn, and now and then a second one."""
    with ExitStack() as opened:
        sessions = [opened.enter_context(reading(database)) for _ in range(40)]
        assert [session.scalar(select(1)) for session in sessions] == [1] * 40
