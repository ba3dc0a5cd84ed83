"""`python -m benchmarks NAME [--folder F] [--json]`: measure, and print what README quotes."""

import json
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
    grid_queries,
    identities,
    import_pass,
    import_stages,
    import_workers,
    near_duplicates,
)
from benchmarks.rows import Row

BENCHMARKS: dict[str, Callable[[Path], list[Row]]] = {
    "identities": identities.measure,
    "import_pass": import_pass.measure,
    "import_stages": import_stages.measure,
    "import_workers": import_workers.measure,
    "detector": detector.measure,
    "faces": faces.measure,
    "cancel": cancel.measure,
    "grid_queries": grid_queries.measure,
    "near_duplicates": near_duplicates.measure,
}
FACES = Path(__file__).parents[1] / "examples" / "faces"


def main(
    name: Annotated[str, typer.Argument(help=", ".join(BENCHMARKS))],
    folder: Annotated[Path, typer.Option(help="Images to measure on.")] = FACES,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Run one benchmark."""
    if name not in BENCHMARKS:
        raise typer.BadParameter(f"Expected one of {', '.join(BENCHMARKS)}. Received {name!r}.")
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
