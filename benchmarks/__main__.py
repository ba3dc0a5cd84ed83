"""`python -m benchmarks NAME [--folder F] [--json]`: measure, and print what README quotes."""

import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import psutil
import typer

from benchmarks import (
    cancel,
    detector,
    faces,
    figures,
    grid_pages,
    grid_queries,
    identities,
    import_pass,
    import_stages,
    import_workers,
    near_duplicates,
    review_sessions,
    similar,
    threshold_step,
    try_it,
)
from benchmarks.rows import Row

BENCHMARKS: dict[str, Callable[[Path], list[Row]]] = {
    "identities": identities.measure,
    "import_pass": import_pass.measure,
    "import_stages": import_stages.measure,
    "import_workers": import_workers.measure,
    "detector": detector.measure,
    "faces": faces.measure,
    "figures": figures.measure,
    "cancel": cancel.measure,
    "grid_queries": grid_queries.measure,
    "grid_pages": grid_pages.measure,
    "near_duplicates": near_duplicates.measure,
    "review_sessions": review_sessions.measure,
    "similar": similar.measure,
    "try_it": try_it.measure,
    "threshold_step": threshold_step.measure,
}
GRIDS = {"grid_queries": grid_queries.measure, "grid_pages": grid_pages.measure}
"""Those that fill databases of their own."""

FACES = Path(__file__).parents[1] / "examples" / "faces"


def main(
    name: Annotated[str, typer.Argument(help=", ".join(BENCHMARKS))],
    folder: Annotated[Path, typer.Option(help="Images to measure on.")] = FACES,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    sizes: Annotated[str, typer.Option(help="Images in the database, for the grid's.")] = ",".join(
        map(str, grid_queries.SIZES)
    ),
    database: Annotated[
        str, typer.Option(help=f"{' or '.join(grid_queries.DATABASES)}, for the grid's.")
    ] = grid_queries.DATABASES[0],
    peers_python: Annotated[
        Path | None,
        typer.Option(envvar=import_pass.PEERS_PYTHON, help="Python that has the peers installed."),
    ] = None,
) -> None:
    """Run one benchmark."""
    if name not in BENCHMARKS:
        raise typer.BadParameter(f"Expected one of {', '.join(BENCHMARKS)}. Received {name!r}.")
    if peers_python:
        os.environ[import_pass.PEERS_PYTHON] = str(peers_python)
    if database not in grid_queries.DATABASES:
        known = " or ".join(grid_queries.DATABASES)
        raise typer.BadParameter(f"Expected {known}. Received {database!r}.")
    if name in GRIDS:
        rows = GRIDS[name](folder, [int(n) for n in sizes.split(",")], database)
    else:
        rows = BENCHMARKS[name](folder)
    if as_json:
        shown = [
            {key: value for key, value in asdict(row).items() if value is not None} for row in rows
        ]
        print(json.dumps({"machine": _machine(), "rows": shown}, indent=1))
        return
    print(_machine())
    for row in rows:
        print(row)


def _machine() -> str:
    memory_gb = psutil.virtual_memory().total / 1e9
    cores, python = psutil.cpu_count(), platform.python_version()
    return f"{platform.machine()}, {cores} cores, {memory_gb:.0f} GB, Python {python}"


if __name__ == "__main__":
    typer.run(main)
