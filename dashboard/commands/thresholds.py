"""Commands about operating thresholds: propose, approve, decline, take back, list."""

import dataclasses
from collections.abc import Callable
from typing import Annotated, Any

import typer

from core.errors import InvalidInput
from core.evaluation.operating_points import Costs
from core.types import Split, Threshold
from dashboard import console
from dashboard.commands.options import AsJson, app
from dashboard.settings import settings

thresholds = typer.Typer(no_args_is_help=True)
app.add_typer(
    thresholds,
    name="threshold",
    help="Operating thresholds: proposed by one person, approved by a second (VERITY_USER).",
)

Number = Annotated[int, typer.Argument(help="Number of a threshold, as `threshold list` tells it.")]
Note = Annotated[str, typer.Option(help="Why, in a few words.")]
RunNumber = Annotated[int, typer.Option("--run")]


@thresholds.command("list")
def list_(run_id: RunNumber, as_json: AsJson = False) -> None:
    """Print the thresholds of a run, newest first, and which one is in force."""
    from dashboard.home import open_database
    from dashboard.proposing import state_of
    from db import runs
    from db import thresholds as stored
    from db.engine import reading

    with reading(open_database(settings())) as session:
        runs.get_run(session, run_id)
        in_force = stored.in_force(session, run_id)
        found = stored.thresholds(session, run_id)
    rows = [_row(each, state_of(each, in_force), as_json) for each in found]
    console.print_rows(rows, as_json=as_json)


def _row(each: Threshold, state: str, is_whole: bool) -> dict[str, Any]:
    told = {"id": each.id, "state": state, "value": each.value, "author": each.author}
    return told | (dataclasses.asdict(each) if is_whole else {"reason": each.reason})


@thresholds.command()
def propose(
    run_id: RunNumber,
    reason: Annotated[str, typer.Option(help="For those who approve it.")],
    rule: Annotated[
        str | None, typer.Option(help="fpr-1, fpr-5, minimum-cost, eer or youden.")
    ] = None,
    value: Annotated[float | None, typer.Option(help="A threshold instead of a rule.")] = None,
    low: Annotated[float | None, typer.Option(help="Uncertain from here ...")] = None,
    high: Annotated[float | None, typer.Option(help="... to below here.")] = None,
    cost_genuine: Annotated[
        float, typer.Option(help="Of a genuine image called fake.")
    ] = Costs.genuine_called_fake,
    cost_missed: Annotated[float, typer.Option(help="Of a missed fake.")] = Costs.missed_fake,
    prevalence: Annotated[
        float, typer.Option(help="Share of fakes in use, 0 to 1.")
    ] = Costs.prevalence,
    as_json: AsJson = False,
) -> None:
    """Propose a threshold by a rule on validation scores, or by its value; a second approves."""
    from dashboard.home import open_database
    from dashboard.proposing import proposal
    from db import thresholds as stored
    from db.engine import writing

    if (low is None) != (high is None):
        raise InvalidInput("Expected --low and --high together. Received one of them.")
    costs = Costs(cost_genuine, cost_missed, prevalence)
    band = None if low is None or high is None else (low, high)
    with writing(open_database(settings())) as session:
        point, policy = proposal(session, run_id, rule, value, costs)
        number = stored.propose(
            session,
            run_id,
            point,
            Split.VALIDATION,
            reason,
            author=settings().user,
            band=band,
            policy=policy,
        )
    console.print_values({"threshold": number, "value": point, "state": "waits"}, as_json=as_json)


@thresholds.command()
def approve(threshold_id: Number, as_json: AsJson = False) -> None:
    """Put a threshold that somebody else proposed in force."""
    from db.thresholds import approve as change

    _act(change, threshold_id, as_json=as_json)


@thresholds.command()
def decline(threshold_id: Number, note: Note, as_json: AsJson = False) -> None:
    """Turn down a threshold that somebody else proposed."""
    from db.thresholds import decline as change

    _act(change, threshold_id, note, as_json=as_json)


@thresholds.command()
def withdraw(threshold_id: Number, as_json: AsJson = False) -> None:
    """Take your own proposal back while it waits."""
    from db.thresholds import withdraw as change

    _act(change, threshold_id, as_json=as_json)


@thresholds.command()
def revoke(threshold_id: Number, note: Note, as_json: AsJson = False) -> None:
    """Take an approval back; the one approved before it is in force again."""
    from db.thresholds import revoke as change

    _act(change, threshold_id, note, as_json=as_json)


def _act(change: Callable[..., None], threshold_id: int, *words: str, as_json: bool) -> None:
    from dashboard.home import open_database
    from db.engine import writing
    from db.thresholds import get_threshold

    with writing(open_database(settings())) as session:
        change(session, threshold_id, *words, actor=settings().user)
        decided = get_threshold(session, threshold_id)
    told = {"threshold": threshold_id, "state": decided.decision, "run": decided.run_id}
    console.print_values(told, as_json=as_json)
