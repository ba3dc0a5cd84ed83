"""Commands of the curation half."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer
from upath import UPath

from core.curation.exports.base import Copies
from core.errors import InvalidInput
from core.types import NormaliseRule
from dashboard import console
from dashboard.commands.options import AsJson, Seed, Wait, app
from dashboard.settings import settings


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
def survey(
    path: Annotated[Path, typer.Argument(help="A folder.")],
    csv: Annotated[Path | None, typer.Option(help="Write a line a file here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print what a folder holds before it is imported: copies, refused files, weak images."""
    from core.curation.survey import summarise
    from dashboard.surveying import look, write_table

    looked = list(look(UPath(path)))
    if csv:
        write_table(looked, csv)
    console.print_values(dataclasses.asdict(summarise(looked)), as_json=as_json)


@app.command()
def faces(wait: Wait = False, as_json: AsJson = False) -> None:
    """Find and measure the faces of the images that wait for it; safe to run again."""
    console.start(lambda jobs: jobs.find_faces(), wait=wait, as_json=as_json)


@app.command()
def measure(wait: Wait = False, as_json: AsJson = False) -> None:
    """Measure the images again that an older version measured; safe to run again."""
    console.start(lambda jobs: jobs.measure_again(), wait=wait, as_json=as_json)


@app.command()
def identities(wait: Wait = False, as_json: AsJson = False) -> None:
    """Look for names and faces that disagree; the page Identities shows what was found."""
    console.start(lambda jobs: jobs.identify(), wait=wait, as_json=as_json)


@app.command()
def pairs(as_json: AsJson = False) -> None:
    """Print the near-duplicate pairs that the page offers."""
    from dashboard.listing import list_pairs

    console.print_rows(list_pairs(settings()), as_json=as_json)


@app.command()
def duplicates(
    accept_up_to: Annotated[
        int, typer.Option(min=0, max=8, help="Bits apart up to which suggestions are accepted.")
    ],
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Decide near-duplicate pairs as suggested; the page's undo takes all of it back."""
    console.start(lambda jobs: jobs.accept(accept_up_to), wait=wait, as_json=as_json)


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
    hard_examples: Annotated[
        bool, typer.Option("--hard-examples", help="Put hard examples into training.")
    ] = False,
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
            test_fraction=test,
            seed=seed,
            sources=source,
            rule=chosen,
            folds=folds or 5,
            hard_examples=hard_examples,
        ),
        wait=wait,
        as_json=as_json,
    )


@app.command()
def diff(before: int, after: int, as_json: AsJson = False) -> None:
    """Print what came, went and changed from one dataset version to another."""
    from dashboard.listing import list_differences

    found = list_differences(settings(), before, after, in_full=as_json)
    console.print_values(found, as_json=as_json)


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
def mislabelled(
    run: Annotated[int, typer.Option(help="Number of a run that scored its images.")],
    join: Annotated[
        bool, typer.Option(help="Take the scores of like runs on the other folds too.")
    ] = True,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Look for labels that a detector's scores contradict; the page Labels shows them."""
    console.start(
        lambda jobs: jobs.find_label_mistakes(run, join_folds=join), wait=wait, as_json=as_json
    )


@app.command("map")
def map_(
    anew: Annotated[
        bool, typer.Option("--anew", help="Draw all of it again: images move.")
    ] = False,
    seed: Seed = 0,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Put the described faces on the map that are not on it yet; the page Map shows it."""
    console.start(lambda jobs: jobs.draw_map(anew=anew, seed=seed), wait=wait, as_json=as_json)
