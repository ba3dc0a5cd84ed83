"""An empty database at the current schema, on SQLite and, where its programs are, on PostgreSQL."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from benchmarks.postgresql import Unavailable, server
from db.engine import open_engine, writing
from db.schema import upgrade
from db.tables import Base


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file at the current schema that each test gets a copy of."""
    path = tmp_path_factory.mktemp("schema") / "empty.sqlite"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A server of the tests' own, stopped and removed at the end."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(server(is_durable=False))
        except Unavailable as error:
            pytest.skip(str(error))
        yield url


@pytest.fixture(scope="session")
def postgresql(postgresql_url: str) -> Iterator[Engine]:
    engine = open_engine(postgresql_url)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite(empty_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    path = shutil.copy(empty_sqlite, tmp_path / "verity.sqlite")
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Engine:
    """An empty database at the current schema."""
    engine: Engine = request.getfixturevalue(request.param)
    if request.param == "postgresql":
        _clear(engine)
    return engine


def _clear(engine: Engine) -> None:
    """Delete all rows and count from 1 again; TRUNCATE of 29 tables takes ten times as long."""
    touched = text("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL")
    with engine.begin() as connection:
        clear = [f"DELETE FROM {table}" for table in reversed(Base.metadata.sorted_tables)]  # noqa: S608
        clear += [f"ALTER SEQUENCE {name} RESTART" for name in connection.scalars(touched)]
        connection.exec_driver_sql("; ".join(clear))


@pytest.fixture
def writer(database: Engine) -> Iterator[Session]:
    """A writing transaction for tests that need only one."""
    with writing(database) as session:
        yield session
