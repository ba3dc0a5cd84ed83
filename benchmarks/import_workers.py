"""A whole import with its workers: images a second and peak memory."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.command import served
from benchmarks.rows import Row

_SAMPLE_S = 0.2


def measure(folder: Path) -> list[Row]:
    """Import a folder into an empty home with as many workers as cores."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "VERITY_HOME": home}
        with served(environment) as server:
            return [_import(folder, environment, server)]


def _import(folder: Path, environment: dict[str, str], server: "subprocess.Popen[bytes]") -> Row:
    workers = _await_workers(psutil.Process(server.pid))
    before = _cpu_s(workers)
    started = time.monotonic()
    words = ("import", str(folder), "--label", "genuine", "--wait", "--json")
    command = [sys.executable, "-m", "dashboard", *words]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    peak_mb: dict[int, float] = {}
    while process.poll() is None:
        for worker in workers:
            mb = worker.memory_info().rss / 1e6
            peak_mb[worker.pid] = max(mb, peak_mb.get(worker.pid, 0.0))
        time.sleep(_SAMPLE_S)
    wall_s = time.monotonic() - started
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    result = json.loads(process.stdout.read())
    n_files = result["new"] + result["known"] + result["rejected"]
    note = f"{len(workers)} workers, {sum(peak_mb.values()):.0f} MB together; {result}"
    return Row(
        "import", n_files, _cpu_s(workers) - before, wall_s, max(peak_mb.values()), note=note
    )


def _await_workers(supervisor: psutil.Process) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    while len(found := list(supervisor.children())) < (os.cpu_count() or 1) + 1:
        time.sleep(_SAMPLE_S)
    time.sleep(15)  # until every worker has imported what it needs
    return found


def _cpu_s(workers: list[psutil.Process]) -> float:
    return sum(sum(worker.cpu_times()[:2]) for worker in workers)
