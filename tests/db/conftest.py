"""An empty database at the current schema, on SQLite and, where its programs are, on PostgreSQL."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from db.engine import open_engine, writing
from db.schema import upgrade
from db.tables import Base

PROGRAMS = ("initdb", "pg_ctl", "postgres")
ACCOUNTS = ("postgres", "nobody")  # PostgreSQL refuses to run as root


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
    """A server of the tests' own on a Unix socket, stopped and removed at the end."""
    needed = (*PROGRAMS, "runuser") if os.geteuid() == 0 else PROGRAMS
    missing = [name for name in needed if shutil.which(name) is None]
    if missing:
        pytest.skip(f"PostgreSQL is not installed here: no {', '.join(missing)} on the PATH")
    # Not pytest's own folder: a socket's path may not be longer than 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="verity-"))
    try:
        _serve(folder)
        yield f"postgresql+psycopg://verity@/postgres?host={folder}"
    finally:
        _run(folder, ["pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop"])
        shutil.rmtree(folder)


def _serve(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, _account())
    data, options = str(folder / "data"), f"-h '' -k {folder} -c fsync=off"
    create = f"initdb -D {data} -U verity -A trust -E UTF8 --locale=C.UTF-8 --no-sync".split()
    start = ["pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start"]
    for command in (create, start):
        error = _run(folder, command)
        if error:
            pytest.skip(f"PostgreSQL does not start here: {error}")


def _run(folder: Path, command: Sequence[str]) -> str | None:
    """Run one of PostgreSQL's programs and return what it said if it failed."""
    as_other = ["runuser", "-u", _account(), "--"] if os.geteuid() == 0 else []
    program = str(shutil.which(command[0]))
    with tempfile.TemporaryFile("w+") as output:  # the server would keep a pipe open for ever
        done = subprocess.run(
            [*as_other, program, *command[1:]],
            cwd=folder,
            stdout=output,
            stderr=output,
            check=False,
        )
        output.seek(0)
        return output.read() if done.returncode else None


def _account() -> str:
    names = {user.pw_name for user in pwd.getpwall()}
    return next(name for name in ACCOUNTS if name in names)


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
