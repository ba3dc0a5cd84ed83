"""One command starts everything: the dashboard and its workers under one supervisor."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from configparser import RawConfigParser
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from supervisor import supervisord

from core.errors import Conflict, Unavailable
from dashboard.processes import LOCK_WAIT_S, is_held, running_workers
from dashboard.settings import Settings

_START_S = 60


def supervise(settings: Settings, *, with_page: bool = True) -> None:
    """Run the dashboard and its workers until interrupted; whatever dies is started again.

    Raises:
        Conflict: If this home is served already.
    """
    try:
        with FileLock(_lock(settings), timeout=LOCK_WAIT_S):
            if with_page:
                print(f"Verity at http://{settings.address}:{settings.port}", flush=True)
            config = _write_config(settings, with_page=with_page)
            supervisord.main(["-n", "-c", str(config)])
    except Timeout as error:
        raise Conflict(
            f"Expected a home that nobody serves yet. Received {settings.root}, which is served "
            "already. Stop that one first, or choose another VERITY_HOME."
        ) from error


def _lock(settings: Settings) -> Path:
    return settings.folder("run") / "supervisor.lock"


@contextmanager
def workers(settings: Settings) -> Iterator[None]:
    """Make sure that workers run: those that do, or some for as long as this lasts."""
    if is_held(_lock(settings)) or _job_workers(settings):
        yield
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "run", "--no-page", "--supervised"],
        stdout=subprocess.DEVNULL,
    )
    try:
        _await_workers(settings, process)
        yield
    finally:
        process.terminate()
        process.wait()


def _job_workers(settings: Settings) -> list[str]:
    """Return the running workers that take jobs; one that only scores for a page takes none."""
    return [name for name in running_workers(settings) if not name.startswith("score-")]


def _await_workers(settings: Settings, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_S
    wanted = settings.cpu_workers + 1
    while len(_job_workers(settings)) < wanted:
        if process.poll() is not None or time.monotonic() > deadline:
            logs = settings.root / "logs"
            raise Unavailable(f"Expected {wanted} workers to start. They did not: see {logs}.")
        time.sleep(0.2)


def _programs(settings: Settings, *, with_page: bool) -> Iterator[tuple[str, Sequence[str]]]:
    yield "gpu-1", ("worker", "--name", "gpu-1", "--queue", "gpu")
    for number in range(1, settings.cpu_workers + 1):
        flow = ("--queue", "flow") if number == 1 else ()
        yield f"cpu-{number}", ("worker", "--name", f"cpu-{number}", "--queue", "cpu", *flow)
    if with_page:  # only a page waits for a score
        yield "score-1", ("worker", "--name", "score-1", "--queue", "score")
        yield "page", ("page",)


def _write_config(settings: Settings, *, with_page: bool) -> Path:
    run, logs = settings.folder("run"), settings.folder("logs")
    config = RawConfigParser()
    config["supervisord"] = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": _quoted(logs / "supervisor.log"),
        "pidfile": _quoted(run / "supervisor.pid"),
        "childlogdir": _quoted(logs),
    }
    for name, words in _programs(settings, with_page=with_page):
        config[f"program:{name}"] = {
            "command": " ".join(
                [f'"{_quoted(sys.executable)}"', "-m", "dashboard", *words, "--supervised"]
            ),
            "directory": _quoted(Path.cwd()),
            "autorestart": "true",
            "startsecs": "1",
            "startretries": "1000000",
            "stopwaitsecs": "10",
            "stdout_logfile": _quoted(logs / f"{name}.log"),
            "redirect_stderr": "true",
        }
    path = run / "supervisord.conf"
    with path.open("w") as file:
        config.write(file)
    return path


def _quoted(value: Path | str) -> str:
    """Escape for supervisor, which expands `%(name)s` in its configuration."""
    return str(value).replace("%", "%%")
