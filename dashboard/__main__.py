"""The command line: everything that the pages can start, headless.

Exit codes: 0 done, 1 failed or refused, 2 wrong usage, 3 cancelled.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from core.errors import InvalidInput, VerityError
from dashboard import console
from dashboard.commands import (  # noqa: F401 - registers the commands
    curation,
    detection,
    jobs,
    reports,
    review,
    thresholds,
    trying,
)
from dashboard.commands.options import Supervised, app
from dashboard.processes import die_with_parent, quick
from dashboard.settings import settings


@app.command()
def run(
    page: Annotated[bool, typer.Option(help="Serve the dashboard beside the workers.")] = True,
    supervised: Supervised = False,
) -> None:
    """Start the dashboard and its workers; stop them with Ctrl-C."""
    from dashboard.supervision import supervise

    _tie(supervised)
    supervise(settings(), with_page=page)


@app.command()
def worker(
    name: Annotated[str, typer.Option(help="Unique on this home; gpu-1, cpu-1, score-1, ...")],
    queue: Annotated[list[str], typer.Option(help="cpu, gpu, score or flow; repeat for more.")],
    supervised: Supervised = False,
) -> None:
    """Run one worker process."""
    from dashboard.jobs import worker as workers

    _tie(supervised)
    workers.run(settings(), name, queue)


@app.command(hidden=True)
def page(supervised: Supervised = False) -> None:
    """Serve the dashboard alone."""
    from streamlit.web import cli

    _tie(supervised)
    chosen = settings()
    root = Path(__file__).parents[1]
    arguments = ["run", str(root / "dashboard" / "app.py")]
    arguments += [f"--server.port={chosen.port}", f"--server.address={chosen.address}"]
    sys.exit(cli.main([*arguments, "--server.headless=true"], standalone_mode=False))


@app.command()
def demo(
    faces: Annotated[
        str, typer.Option(help="rendered, or lfw where there is a network.")
    ] = "rendered",
    page: Annotated[bool, typer.Option(help="Serve the dashboard afterwards.")] = True,
    walk: Annotated[bool, typer.Option(help="Go on to fakes, a version and a detector.")] = False,
) -> None:
    """Load the embedded demo and open the dashboard."""
    from dashboard import demo as demonstration

    job_id = demonstration.load(settings(), faces)
    if job_id and not page and not walk:
        console.start(lambda _: job_id, wait=True, as_json=False)
    if walk:
        demonstration.walk(settings())
    if page:
        run(page=True)


def _tie(supervised: bool) -> None:
    if supervised:
        die_with_parent(signal.SIGTERM)


def main() -> None:
    """Run a command; our own errors are one line on standard error."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with quick():
            app()
    except VerityError as error:
        console.tell(str(error))
        sys.exit(2 if isinstance(error, InvalidInput) else 1)


if __name__ == "__main__":
    main()
