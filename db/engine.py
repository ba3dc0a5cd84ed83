"""Engines and sessions: reading ones that never block, writing ones that never deadlock."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

_SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "busy_timeout=60000",
)
_KEPT, _MORE = 20, 40  # connections of a process: a page holds one or two while it is drawn
_WRITER_LOCK = 0x7665726974  # any number that nothing else in the database locks


def open_engine(url: str) -> Engine:
    """Open a database.

    SQLite runs in write-ahead mode, and a writing transaction takes the write lock when it begins
    (a transaction that upgrades from reading fails at once instead of waiting). On PostgreSQL too
    writers take turns: two that meet the same images in another order would deadlock.
    """
    engine = create_engine(url, pool_size=_KEPT, max_overflow=_MORE)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _lower(text: str | None) -> str | None:
    """Fold all letters; SQLite's own folds only A to Z."""
    return text.lower() if text else text


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Open a session that only reads."""
    with Session(engine) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Open one transaction: committed at the end, rolled back if anything is raised."""
    with Session(engine.execution_options(writes=True)) as session, session.begin():
        yield session


def is_writing(session: Session) -> bool:
    """Say whether a session is one that may write."""
    return bool(session.get_bind().get_execution_options().get("writes", False))
