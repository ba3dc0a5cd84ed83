"""A PostgreSQL server of one's own on a Unix socket, from the programs on the PATH."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_PROGRAMS = ("initdb", "pg_ctl", "postgres")
_ACCOUNTS = ("postgres", "nobody")  # PostgreSQL refuses to run as root


class Unavailable(Exception):
    """PostgreSQL is not installed or does not start; the message says which."""


@contextmanager
def server(*, is_durable: bool = True) -> Iterator[str]:
    """Start a server with an empty database, give its URL, and remove both at the end.

    Args:
        is_durable: Whether it waits for the disk, as servers do; tests need not.

    Raises:
        Unavailable: If there is none to start.
    """
    needed = (*_PROGRAMS, "runuser") if os.geteuid() == 0 else _PROGRAMS
    missing = [name for name in needed if shutil.which(name) is None]
    if missing:
        raise Unavailable(f"PostgreSQL is not installed here: no {', '.join(missing)} on the PATH")
    # Straight in the temporary folder: a socket's path may not be longer than 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="verity-"))
    try:
        _start(folder, is_durable)
        yield f"postgresql+psycopg://verity@/postgres?host={folder}"
    finally:
        _run(folder, ["pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop"])
        shutil.rmtree(folder)


def _start(folder: Path, is_durable: bool) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, _account())
    data = str(folder / "data")
    options = f"-h '' -k {folder} -c fsync={'on' if is_durable else 'off'}"
    create = f"initdb -D {data} -U verity -A trust -E UTF8 --locale=C.UTF-8 --no-sync".split()
    start = ["pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start"]
    for command in (create, start):
        error = _run(folder, command)
        if error:
            raise Unavailable(f"PostgreSQL does not start here: {error}")


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
    return next(name for name in _ACCOUNTS if name in names)
