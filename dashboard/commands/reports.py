"""Commands that tell people about a detector."""

from pathlib import Path
from typing import Annotated

import typer

from core.errors import InvalidInput
from dashboard import console
from dashboard.commands.options import app
from dashboard.settings import settings


@app.command()
def report(
    run_id: Annotated[int, typer.Option("--run", help="Number of a scored run.")],
    out: Annotated[Path, typer.Option(help="A file that ends in .html, .pdf or .json.")],
    prevalence: Annotated[
        float | None,
        typer.Option(
            help="Share of fakes among the images in use, such as 0.01; by default what the "
            "threshold was approved for, else 0.1."
        ),
    ] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Show photographs too; by default nobody is shown.")
    ] = False,
) -> None:
    """Write the story of a run with its model card into one file."""
    from dashboard.home import open_database, open_store
    from dashboard.report.files import pictures_of, write
    from dashboard.story_facts import gather
    from db.catalogue import Catalogue
    from db.engine import reading

    catalogue = Catalogue(settings().folder("cache") / "catalogue.npz")
    with reading(open_database(settings())) as session:
        facts = gather(session, catalogue, run_id, prevalence)
    shown = pictures_of(facts, open_store(settings())) if pictures else {}
    save(write(facts, out.suffix.lower().removeprefix("."), shown), out)
    console.tell(f"Wrote {out}")


def save(data: bytes, out: Path) -> None:
    """Write a file that a person named, or raise `InvalidInput` where that cannot be."""
    try:
        out.write_bytes(data)
    except OSError as error:
        raise InvalidInput(
            f"Expected a file that may be written. Received {str(out)!r}: {error.strerror}."
        ) from error
