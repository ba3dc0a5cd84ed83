"""A job's work in a process of its own: killed with its worker, and giving its memory back.

Speaks to the worker by lines of JSON on standard output: {"progress": ...} while it works, then
one {"result": ...} or {"error": ...}. Everything else that is printed goes to the log.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol, TextIO

from filelock import FileLock

from core.errors import VerityError
from dashboard.jobs.context import Context, context
from dashboard.processes import die_with_parent, quick


class Report(Protocol):
    """Tells the worker how far the job is."""

    def __call__(self, fraction: float, message: str, /, done: int = 0, total: int = 0) -> None:
        """Tell the fraction done, 0 to 1, one line, and things done of a total."""


Work = Callable[[Context, str, str, Mapping[str, Any], Report], dict[str, Any]]


def _works() -> dict[str, Work]:
    from dashboard.jobs import exporting, generating, mapping, training

    return {
        "generate": generating.generate,
        "train": training.train,
        "tune": training.search,
        "evaluate": training.evaluate,
        "export": exporting.export_version,
        "map": mapping.draw_map,
    }


def main(kind: str, job_id: str, author: str) -> int:
    """Do one job; its arguments come as JSON on standard input."""
    die_with_parent()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries print; their words are log lines
    arguments = json.load(sys.stdin)

    def report(fraction: float, message: str, /, done: int = 0, total: int = 0) -> None:
        _say(out, progress={"fraction": fraction, "message": message, "done": done, "total": total})

    opened = context()
    try:
        with _device(opened, kind):
            _say(out, result=_works()[kind](opened, job_id, author, arguments, report))
    except VerityError as error:
        _say(out, error=str(error))
        return 1
    return 0


def _device(opened: Context, kind: str) -> AbstractContextManager[object]:
    """Keep the GPU to one job at a time; exports and maps do not use it."""
    if kind in ("export", "map"):
        return nullcontext()
    return FileLock(opened.settings.folder("workers") / "gpu.lock")


def _say(out: TextIO, **line: Any) -> None:
    print(json.dumps(line), file=out, flush=True)


if __name__ == "__main__":
    with quick():
        sys.exit(main(*sys.argv[1:4]))
