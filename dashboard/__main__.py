"""The command line: everything that the pages can start, headless.

Exit codes: 0 done, 1 failed or refused, 2 wrong usage, 3 cancelled.
"""

import dataclasses
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from upath import UPath

from core.curation.exports.base import Copies
from core.errors import InvalidInput, VerityError
from core.types import NormaliseRule
from dashboard import console
from dashboard.processes import die_with_parent
from dashboard.settings import settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Wait = Annotated[bool, typer.Option("--wait", help="Follow the job to its end.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Supervised = Annotated[bool, typer.Option("--supervised", hidden=True)]
Weights = Annotated[str, typer.Option(help="HED-BSDS500, imagenet, or a weights file.")]
CropName = Annotated[str, typer.Option("--crop", help="What a detector sees: face or normalised.")]
Seed = Annotated[int, typer.Option(min=0)]
Set = Annotated[
    list[str], typer.Option("--set", metavar="NAME=VALUE", help="A parameter; repeat for more.")
]


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
    name: Annotated[str, typer.Option(help="Unique on this home; gpu-1, cpu-1, ...")],
    queue: Annotated[list[str], typer.Option(help="cpu, gpu or flow; repeat for more.")],
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

    demonstration.load(settings(), faces)
    if walk:
        demonstration.walk(settings())
    if page:
        run(page=True)


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A folder, or a manifest CSV in one.")],
    identity_from: Annotated[
        str, typer.Option(metavar="folder|MANIFEST.csv", help="Where identities come from.")
    ] = "folder",
    label: Annotated[str, typer.Option(help="genuine (or real), fake or unknown.")] = "unknown",
    normalise: Annotated[
        NormaliseRule | None, typer.Option(help="Only with the first import of a home.")
    ] = None,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Import a folder of images; safe to run again at any time."""
    from dashboard.sources import start_import

    manifest = None if identity_from == "folder" else Path(identity_from)
    if path.suffix.lower() == ".csv":
        path, manifest = path.parent, path
    claimed = console.read_label(label)
    console.start(
        lambda jobs: start_import(
            jobs,
            settings(),
            UPath(path),
            manifest=manifest,
            label=claimed,
            rule=normalise,
        ),
        wait=wait,
        as_json=as_json,
    )


@app.command()
def faces(wait: Wait = False, as_json: AsJson = False) -> None:
    """Find and measure the faces of the images that wait for it; safe to run again."""
    console.start(lambda jobs: jobs.find_faces(), wait=wait, as_json=as_json)


@app.command()
def freeze(
    test: Annotated[float, typer.Option(help="Share of the test split, with 70/30.")] = 0.3,
    rule: Annotated[str, typer.Option(help="70/30, 60/10/10/20 or k-fold.")] = "70/30",
    folds: Annotated[
        int | None, typer.Option(min=3, help="Freeze a version a fold: the rule k-fold.")
    ] = None,
    seed: Seed = 0,
    source: Annotated[
        list[str], typer.Option(help="Only images found in this storage; repeat for more.")
    ] = [],  # noqa: B006
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Freeze the next dataset version, or one a fold."""
    from core.curation.splits import K_FOLD, SPLIT_RULES

    if rule not in SPLIT_RULES:
        raise InvalidInput(
            f"Expected --rule to be one of {', '.join(SPLIT_RULES)}. Received {rule!r}."
        )
    chosen = K_FOLD if folds else rule
    console.start(
        lambda jobs: jobs.freeze(
            test_fraction=test, seed=seed, sources=source, rule=chosen, folds=folds or 5
        ),
        wait=wait,
        as_json=as_json,
    )


@app.command()
def diff(before: int, after: int, as_json: AsJson = False) -> None:
    """Print what came, went and changed from one dataset version to another."""
    from dashboard.listing import list_differences

    found = list_differences(settings(), before, after)
    shown = found if as_json else {what: len(images) for what, images in found.items()}
    console.print_values(shown, as_json=as_json)


@app.command()
def restore(
    number: Annotated[int, typer.Argument(help="Of a frozen version.")] = 0,
    undo: Annotated[bool, typer.Option("--undo", help="Take your newest restoring back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring labels, identities and status back to those of a dataset version."""
    from dashboard.home import open_database
    from db import restoring
    from db.engine import writing

    actor = settings().user
    with writing(open_database(settings())) as session:
        if undo:
            n_changed = restoring.undo_restore(session, actor=actor)
        else:
            n_changed = restoring.restore(session, number, actor=actor)
    console.print_values({"images_changed": n_changed}, as_json=as_json)


@app.command()
def export(
    version: Annotated[int, typer.Option(help="Number of a frozen version.")],
    format_: Annotated[str, typer.Option("--format", help="csv, coco, yolo, keras or tfrecord.")],
    copies: Annotated[
        Copies, typer.Option(help="The files as imported, or the 480 x 320 copies.")
    ] = Copies.ORIGINALS,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Write a version to exports/ of the home; `import FOLDER` reads it back."""
    from core.curation.exports.registry import EXPORTS

    if format_ not in EXPORTS:
        names = ", ".join(EXPORTS)
        raise InvalidInput(f"Expected a format among {names}. Received {format_!r}.")
    console.check_version(version)
    console.start(lambda jobs: jobs.export(version, format_, copies), wait=wait, as_json=as_json)


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
        console.print_values(reporting.report(session, run_id), as_json=as_json)


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


@app.command()
def identities(wait: Wait = False, as_json: AsJson = False) -> None:
    """Look for names and faces that disagree; the page Identities shows what was found."""
    console.start(lambda jobs: jobs.identify(), wait=wait, as_json=as_json)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Print what this home holds."""
    from dashboard.home import open_database
    from db.engine import reading
    from db.overview import counts

    with reading(open_database(settings())) as session:
        console.print_values(counts(session), as_json=as_json)


@app.command()
def pairs(as_json: AsJson = False) -> None:
    """Print the near-duplicate pairs that the page offers."""
    from dashboard.listing import list_pairs

    console.print_rows(list_pairs(settings()), as_json=as_json)


@app.command()
def jobs(as_json: AsJson = False) -> None:
    """Print the latest jobs, newest first."""
    found = [dataclasses.asdict(job) for job in console.open_jobs().list_jobs()]
    console.print_rows(found, as_json=as_json)


@app.command()
def cancel(job_id: str, as_json: AsJson = False) -> None:
    """Stop a job; what it finished stays."""
    client = console.open_jobs()
    client.cancel(job_id)
    console.print_values({"job": job_id, "state": client.get_job(job_id).state}, as_json=as_json)


@app.command()
def retry(job_id: str, wait: Wait = False, as_json: AsJson = False) -> None:
    """Go on with a cancelled job, or start a failed one anew."""
    console.start(lambda jobs: jobs.retry(job_id), wait=wait, as_json=as_json)


def _tie(supervised: bool) -> None:
    if supervised:
        die_with_parent(signal.SIGTERM)


def main() -> None:
    """Run a command; our own errors are one line on standard error."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        app()
    except VerityError as error:
        console.tell(str(error))
        sys.exit(2 if isinstance(error, InvalidInput) else 1)


if __name__ == "__main__":
    main()
