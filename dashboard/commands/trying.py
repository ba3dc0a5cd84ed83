"""The command that tries one image, keeping nothing of it."""

from pathlib import Path
from typing import Annotated

import typer

from core.errors import InvalidInput
from dashboard import console
from dashboard.commands.options import AsJson, app


@app.command(name="try")
def try_image(
    file: Path,
    run_id: Annotated[int, typer.Option("--run")],
    face: Annotated[int, typer.Option(min=1, help="1 is the largest face.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Judge one image with a run's detector in every way; nothing is kept."""
    from dashboard import trying
    from dashboard.jobs.context import context
    from dashboard.jobs.trying import try_image as look_at
    from db import runs
    from db.engine import reading

    opened = context()
    with reading(opened.database) as session:
        standard = trying.standard_of(session, runs.get_run(session, run_id))
    tried = look_at(opened, _read(file), run_id, face - 1 if face > 1 else None)
    judged = trying.judge(tried, standard)
    console.print_values(trying.summary(tried, judged, standard), as_json=as_json)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"Expected an image file. Received {str(file)!r}: {error.strerror}."
        ) from error
