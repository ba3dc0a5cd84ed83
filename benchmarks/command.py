"""Verity's own command line, on a home of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


def verity(environment: Mapping[str, str], *words: str) -> Any:
    """Run a command to its end and return the JSON it prints."""
    command = [sys.executable, "-m", "dashboard", *words, "--json"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


@contextmanager
def served(environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the workers for as long as this lasts."""
    command = [sys.executable, "-m", "dashboard", "run", "--no-page"]
    server = subprocess.Popen(command, env=environment)
    try:
        yield server
    finally:
        server.terminate()
        server.wait()
