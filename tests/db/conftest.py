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
        tables = ", ".join(Base.metadata.tables)
        with writing(engine) as session:
            session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    return engine


@pytest.fixture
def writer(database: Engine) -> Iterator[Session]:
    """A writing transaction for tests that need only one."""
    with writing(database) as session:
        yield session
