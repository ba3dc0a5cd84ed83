"""Real workers on a real home: what the tests of jobs start from."""

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import pytest

from dashboard.jobs.client import Jobs
from dashboard.processes import running_workers
from dashboard.settings import Settings
from tests import homes
from tests.seeded import seed_scored_home
from tests.seeded_detector import seed_detector

ROOT = Path(__file__).parents[3]
START_S = 90


@dataclass(frozen=True)
class Home:
    """One installation in a temporary folder, driven by the command line."""

    root: Path
    n_cpu_workers: int = 1
    servers: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        given = {"VERITY_HOME": str(self.root), "VERITY_CPU_WORKERS": str(self.n_cpu_workers)}
        return {**os.environ, **given}

    def call(self, *words: str, expect: int = 0) -> str:
        """Run a command to its end and return what it prints, or complains where it should fail."""
        command = [sys.executable, "-m", "dashboard", *words]
        done = subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == expect, done.stderr
        return done.stderr if expect else done.stdout

    def run(self, *words: str, expect: int = 0) -> Any:
        """Run a command and return the JSON it prints, or its complaint where it should fail."""
        said = self.call(*words, "--json", expect=expect)
        return said if expect else json.loads(said)

    def serve(self) -> None:
        """Start the workers under their supervisor; the fixture stops them."""
        self._start("run", "--no-page")
        self._await(lambda: (self.root / "run" / "supervisor.pid").exists())

    def work(self, name: str, *queues: str) -> None:
        """Start one worker for some queues, without a supervisor: for what nobody kills."""
        words = [word for queue in queues for word in ("--queue", queue)]
        self._start("worker", "--name", name, *words)
        self._await(lambda: running_workers(Settings(home=self.root)) == [name])

    def _start(self, *words: str) -> None:
        command = [sys.executable, "-m", "dashboard", *words]
        self.servers.append(
            subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        )

    def _await(self, is_there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_S
        while not is_there():
            assert self.servers[-1].poll() is None, "what was started ended at once"
            assert time.monotonic() < deadline, f"nothing runs after {START_S} s"
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop what `serve` has started."""
        for server in self.servers:
            server.terminate()
            server.wait(30)

    def workers(self, name: str) -> list[psutil.Process]:
        """Return the running worker processes of this home whose name begins so."""
        started = [psutil.Process(server.pid) for server in self.servers if server.poll() is None]
        alone = [process for process in started if _is_called(process, name)]
        return alone + [each for process in started for each in _children(process, name)]

    def trainings(self) -> list[psutil.Process]:
        """Return the processes that train for this home now."""
        workers = self.workers("gpu-")
        return [each for worker in workers for each in _children(worker, "dashboard.jobs.child")]

    def kill(self, name: str) -> None:
        """Kill the workers whose name begins so, without warning."""
        for process in self.workers(name):
            with suppress(psutil.NoSuchProcess):
                process.kill()

    @cached_property
    def jobs(self) -> Jobs:
        """A client in this process: a command would take seconds to start."""
        return Jobs(Settings(home=self.root))

    def state(self, job_id: str) -> str:
        """Return where a job stands."""
        return self.jobs.get_job(job_id).state.value

    def await_end(self, job_id: str, *, timeout_s: float = 480) -> str:
        """Wait until a job has ended and return its state."""
        deadline = time.monotonic() + timeout_s
        while (state := self.state(job_id)) in ("queued", "running"):
            assert time.monotonic() < deadline, f"job {job_id} still {state} after {timeout_s} s"
            time.sleep(0.5)
        return state


def _make_homes(folder: Path) -> Iterator[Callable[..., Home]]:
    made: list[Home] = []

    def make(name: str, n_cpu_workers: int = 1) -> Home:
        made.append(Home(folder / name, n_cpu_workers))
        return made[-1]

    yield make
    for home in made:
        home.stop()


@pytest.fixture
def make_home(tmp_path: Path) -> Iterator[Callable[..., Home]]:
    """Make homes by name; whatever still runs on them at the end is stopped."""
    yield from _make_homes(tmp_path)


@pytest.fixture(scope="module")
def make_module_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Home]]:
    """The same for a whole module."""
    yield from _make_homes(tmp_path_factory.mktemp("homes"))


def _children(process: psutil.Process, name: str) -> list[psutil.Process]:
    """Return a process's children with a word of their command that begins so.

    Any of them may end while it is looked at.
    """
    try:
        return [each for each in process.children() if _is_called(each, name)]
    except psutil.NoSuchProcess:
        return []


def _is_called(process: psutil.Process, name: str) -> bool:
    try:
        return any(word.startswith(name) for word in process.cmdline())
    except psutil.NoSuchProcess:  # a zombie too
        return False


@pytest.fixture
def home(make_home: Callable[..., Home]) -> Home:
    """One home."""
    return make_home("home")


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of some of the demo's identities with the planted trouble."""
    return homes.copy_photographs(tmp_path_factory.mktemp("photographs") / "people", 16, 3)


@pytest.fixture(scope="module")
def judged_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose first run has a detector, the second none."""
    folder = tmp_path_factory.mktemp("judged") / "data"
    seed_scored_home(folder, n_people=10)
    seed_detector(folder, 1)
    return folder


@pytest.fixture(scope="session")
def snapshot() -> Callable[[Path], dict[str, Any]]:
    """What a home holds, for comparing two."""
    spec = importlib.util.spec_from_file_location(
        "snapshot", Path(__file__).with_name("snapshot.py")
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.snapshot  # type: ignore[no-any-return]
