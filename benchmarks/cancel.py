"""How long a cancelled training goes on: from the command to the end of its process."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.command import served, verity
from benchmarks.rows import Row

N_TRIES = 5
N_IDENTITIES = 12


def measure(folder: Path) -> list[Row]:
    """Train on the first identities of a folder of folders, and cancel, several times."""
    with tempfile.TemporaryDirectory() as place:
        photographs = Path(place) / "people"
        for identity in [each for each in sorted(folder.iterdir()) if each.is_dir()][:N_IDENTITIES]:
            shutil.copytree(identity, photographs / identity.name)
        environment = {**os.environ, "VERITY_HOME": str(Path(place) / "home")}
        with served(environment) as server:
            verity(environment, "import", str(photographs), "--label", "genuine", "--wait")
            verity(environment, "generate", "self-blended", "--wait")
            verity(environment, "freeze", "--wait")
            return [_cancel(environment, server) for _ in range(N_TRIES)]


def _cancel(environment: dict[str, str], server: "subprocess.Popen[bytes]") -> Row:
    job = verity(environment, "train", "--version", "1", "--set", "epochs=1000")["job"]
    while not (child := _training(server)):
        time.sleep(0.1)
    time.sleep(20)  # well into the epochs
    started = time.monotonic()
    verity(environment, "cancel", job)
    asked = time.monotonic()
    child.wait(30)
    wall_s = time.monotonic() - started
    return Row(
        "cancel a training",
        1,
        wall_s=wall_s,
        note=f"{asked - started:.1f} s of it the command's own start",
    )


def _training(server: "subprocess.Popen[bytes]") -> psutil.Process | None:
    for process in psutil.Process(server.pid).children(recursive=True):
        if "dashboard.jobs.child" in process.cmdline():
            return process
    return None
