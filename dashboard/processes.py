"""Processes: which run, that those that belong together die together, and a quick start and end."""

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from dashboard.settings import Settings

_PR_SET_PDEATHSIG = 1
LOCK_WAIT_S = 2
"""How long to try for a lock of one's own: `is_held` takes locks for an instant."""
_GC_THRESHOLD = 10_000


@contextmanager
def quick() -> Iterator[None]:
    """Spend little time on garbage while modules load, and none when the process ends.

    A worker loads 1,500 modules, nothing of which is garbage; to search them all once more at the
    end took a quarter of the time that a command took.
    """
    gc.set_threshold(_GC_THRESHOLD)
    try:
        yield
    finally:
        gc.freeze()


def running_workers(settings: Settings) -> list[str]:
    """Return the names of the workers that run now."""
    locks = sorted(settings.folder("workers").glob("*-*.lock"))
    return [path.stem for path in locks if is_held(path)]


def is_held(path: Path) -> bool:
    """Say whether a running process holds the lock of a file."""
    if not path.exists():
        return False
    try:
        with FileLock(path, blocking=False):
            return False
    except Timeout:
        return True


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """Ask Linux to signal this process when its parent dies, however that dies."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent or parent == 1:
        sys.exit("Expected a parent process that runs. Received none: it has ended.")
