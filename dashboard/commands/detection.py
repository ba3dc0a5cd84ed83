"""Commands that make fakes and detect them."""

from pathlib import Path
from typing import Annotated

import typer

from core.errors import InvalidInput
from dashboard import console
from dashboard.commands.options import AsJson, CropName, Seed, Set, Wait, Weights, app
from dashboard.settings import settings


@app.command()
def generate(
    generator: Annotated[str, typer.Argument(help="self-blended or masked-gan.")],
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many parents.")] = None,
    seed: Seed = 0,
    parameters: Set = [],  # noqa: B006 - typer copies it
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Make fakes from the active genuine images."""
    from core.fakes.base import complete
    from core.fakes.registry import GENERATORS

    if generator not in GENERATORS:
        names = ", ".join(GENERATORS)
        raise InvalidInput(f"Expected a generator among {names}. Received {generator!r}.")
    chosen = console.read_parameters(parameters)
    complete(chosen, GENERATORS[generator].params)
    console.start(
        lambda jobs: jobs.generate(generator, chosen, seed=seed, limit=limit),
        wait=wait,
        as_json=as_json,
    )


@app.command()
def train(
    version: Annotated[int, typer.Option(help="Number of a frozen version.")],
    weights: Weights = "HED-BSDS500",
    crop: CropName = "face",
    seed: Seed = 0,
    parameters: Set = [],  # noqa: B006
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Train a detector on a version and score the version with it."""
    from core.detectors.params import TrainParams
    from dashboard.jobs.client import Source

    chosen = console.read_parameters(parameters)
    TrainParams.from_mapping(chosen)
    console.check_version(version)
    console.start(
        lambda jobs: jobs.train(Source(version, weights, crop, seed), chosen),
        wait=wait,
        as_json=as_json,
    )


@app.command()
def tune(
    version: Annotated[int, typer.Option(help="Number of a frozen version.")],
    trials: Annotated[int, typer.Option(min=1)] = 10,
    epochs: Annotated[int, typer.Option(min=1)] = 15,
    weights: Weights = "HED-BSDS500",
    crop: CropName = "face",
    seed: Seed = 0,
    parameters: Set = [],  # noqa: B006
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Search hyper-parameters on cached features."""
    from dashboard.jobs.client import Source

    chosen = {**console.read_parameters(parameters), "trials": trials, "epochs": epochs}
    console.check_version(version)
    console.start(
        lambda jobs: jobs.tune(Source(version, weights, crop, seed), chosen),
        wait=wait,
        as_json=as_json,
    )


@app.command()
def evaluate(run_id: Annotated[int, typer.Option("--run")], as_json: AsJson = False) -> None:
    """Print a run's test figures, scoring its version first where that was never done."""
    from dashboard import reporting
    from dashboard.home import open_database
    from db.engine import reading

    database = open_database(settings())
    with reading(database) as session:
        is_scored = reporting.is_scored(session, run_id)
    if not is_scored:
        console.start(lambda jobs: jobs.evaluate(run_id), wait=True, as_json=as_json, quiet=True)
    with reading(database) as session:
        found = reporting.report(session, run_id)
    console.print_values(found if as_json else reporting.brief(found), as_json=as_json)


@app.command()
def score(
    files: list[Path],
    run_id: Annotated[int, typer.Option("--run")],
    csv: Annotated[Path, typer.Option(help="Where to write; standard output without it.")] = Path(
        "/dev/stdout"
    ),
) -> None:
    """Score files with a run's detector; nothing is imported."""
    from dashboard.jobs.context import context
    from dashboard.jobs.scoring import score_files

    n_scored, n_failed = score_files(context(), run_id, files, csv)
    console.tell(f"{n_scored} scored, {n_failed} not")
    raise typer.Exit(1 if n_failed else 0)
