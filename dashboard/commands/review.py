"""Commands of the team's review: queues, agreement, verdicts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.types import Split
from dashboard import console, text
from dashboard.commands.options import AsJson, Seed, app
from dashboard.settings import settings
from dashboard.text import duration

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from db.review_items import Queue
    from db.review_outcomes import Applied

review = typer.Typer(no_args_is_help=True, help="Queues of images that people judge.")
app.add_typer(review, name="review")

QueueId = Annotated[int, typer.Argument(help="Number of a queue, as `review list` prints it.")]


@contextmanager
def _session(*, writes: bool = False) -> "Iterator[Session]":
    """Open a session on this home's database."""
    from dashboard.home import open_database
    from db.engine import reading, writing

    opened = (writing if writes else reading)(open_database(settings()))
    with opened as session:
        yield session


@review.command("create")
def create(
    run: Annotated[int, typer.Option(help="Number of a scored run.")],
    kind: Annotated[
        str, typer.Option(help="false positives, misses, uncertain band, disagreements, ...")
    ] = "false positives",
    name: Annotated[str, typer.Option(help="What people see; made up without it.")] = "",
    split: Split = Split.TEST,
    threshold: Annotated[
        float | None, typer.Option(help="The one in force, or suggested, without it.")
    ] = None,
    opinions: Annotated[int, typer.Option(help="How many people judge each image.")] = 2,
    reviewer: Annotated[
        list[str], typer.Option(help="Who may judge; repeat for more. Anybody without it.")
    ] = [],  # noqa: B006 - typer copies it
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many images.")] = None,
    low: Annotated[float | None, typer.Option(help="Of an uncertain band.")] = None,
    high: Annotated[float | None, typer.Option(help="Of an uncertain band.")] = None,
    nearest: Annotated[int | None, typer.Option(min=1, help="Instead of a band.")] = None,
    other_run: Annotated[int | None, typer.Option(help="For disagreements.")] = None,
    seed: Seed = 0,
    again: Annotated[
        bool | None,
        typer.Option(help="Also images settled before; without it only in a random audit."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a queue of a run's images and print its number."""
    from core.review.queues import DISAGREEMENTS, QueueRequest
    from db import review_queues

    figures = {"low": low, "high": high, "nearest": nearest, "seed": seed}
    with _session(writes=True) as session:
        line = threshold if threshold is not None else _line(session, run)
        if kind == DISAGREEMENTS and other_run is not None:
            figures |= {"other_run": other_run, "other_threshold": _line(session, other_run)}
        request = QueueRequest(
            kind=kind,
            name=name or f"{kind.capitalize()} of run {run}",
            run_id=run,
            split=split,
            threshold=line,
            n_opinions=opinions,
            reviewers=reviewer,
            limit=limit,
            params={name: value for name, value in figures.items() if value is not None},
            again=again,
        )
        queue_id = review_queues.create_queue(session, request, author=settings().user)
        n_items = review_queues.progress(session, queue_id).n_items
    shown = line if as_json else text.threshold(line)
    told = {"queue": queue_id, "images": n_items, "threshold": shown}
    console.print_values(told, as_json=as_json)


def _line(session: "Session", run_id: int) -> float:
    """Return the threshold that a run's images are judged at where nobody names one."""
    from dashboard.scores import operating_threshold
    from db import runs

    runs.get_run(session, run_id)
    return operating_threshold(session, run_id).value


@review.command("list")
def list_(as_json: AsJson = False) -> None:
    """Print all queues with their progress, open ones first."""
    from db import review_items

    with _session() as session:
        rows = [_row(session, queue) for queue in review_items.list_queues(session)]
    if as_json:
        console.print_rows(rows, as_json=True)
    else:
        console.print_table([_readable(row) for row in rows], "There is no queue yet.")


def _row(session: "Session", queue: "Queue") -> dict[str, Any]:
    from db import review_queues

    at = review_queues.progress(session, queue.id)
    return {
        "queue": queue.id,
        "name": queue.name,
        "kind": queue.kind,
        "run": queue.run_id,
        "state": "open" if queue.is_open else "closed",
        "images": at.n_items,
        "opinions": at.n_opinions,
        "disputed": at.n_disputed,
        "settled": {verdict.value: n for verdict, n in at.settled.items()},
        "seconds_per_opinion": at.seconds,
    }


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    settled = [f"{n:,} {verdict}" for verdict, n in row["settled"].items() if n]
    seconds = row.pop("seconds_per_opinion")
    each = duration(seconds) if seconds is not None else None
    return row | {"settled": ", ".join(settled) or None, "an_opinion_takes": each}


@review.command("agreement")
def agreement(queue: QueueId, as_json: AsJson = False) -> None:
    """Print how far the reviewers of a queue agree, with 95 % intervals."""
    from dashboard import review_figures

    with _session() as session:
        found = review_figures.agreement_of(session, queue)
    told = asdict(found) if as_json else review_figures.agreement_words(found)
    console.print_values(told, as_json=as_json)


@review.command("figures")
def figures(queue: QueueId, as_json: AsJson = False) -> None:
    """Print a run's figures before and after a queue's verdicts, with 95 % intervals."""
    from dashboard import review_figures

    with _session() as session:
        found = review_figures.figures_of_queue(session, queue)
        audit = review_figures.audit_of(session, queue)
    told: dict[str, Any] = {"images": found.n_images, "reviewed": found.n_reviewed}
    turned = review_figures.turned_words(found.n_turned) or "none"
    told["turned"] = found.n_turned if as_json else turned
    for name, change in found.changes.items():
        told[name] = asdict(change) if as_json else review_figures.change_words(change)
    told["caution"] = review_figures.CAUTION
    if audit:
        told["audit"] = review_figures.audit_words(audit)
    console.print_values(told, as_json=as_json)


@review.command("export")
def export(
    queue: QueueId,
    csv: Annotated[Path, typer.Option(help="Where to write; standard output without it.")] = Path(
        "/dev/stdout"
    ),
) -> None:
    """Write the opinions and verdicts of a queue as CSV, a line an opinion."""
    from dashboard.commands.reports import save
    from dashboard.review_table import verdicts_csv

    with _session() as session:
        told = verdicts_csv(session, queue)
    save(told.encode("utf-8"), csv)


@review.command("apply")
def apply(
    queue: QueueId,
    undo: Annotated[bool, typer.Option("--undo", help="Take the applied verdicts back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let a queue's settled verdicts change labels, statuses and tags, as one act."""
    from db import review_outcomes

    actor = settings().user
    with _session(writes=True) as session:
        if undo:
            n_back = review_outcomes.undo_apply(session, queue, actor=actor)
            told = {"images_changed_back": n_back}
        else:
            told = _told(review_outcomes.apply_verdicts(session, queue, actor=actor))
    console.print_values(told, as_json=as_json)


def _told(done: "Applied") -> dict[str, int]:
    return {
        "relabelled": len(done.relabelled),
        "excluded": len(done.excluded),
        "hard_examples": len(done.hard_examples),
        "generated_fakes_left": done.n_generated,
        "changed_since_left": done.n_changed,
        "without_effect": done.n_kept,
    }
