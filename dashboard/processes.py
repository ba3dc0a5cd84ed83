"""Processes that belong together die together."""

import ctypes
import os
import signal
import sys
from pathlib import Path

from filelock import FileLock, Timeout

_PR_SET_PDEATHSIG = 1
LOCK_WAIT_S = 2
"""How long to try for a lock of one's own: `is_held` takes locks for an instant."""


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
