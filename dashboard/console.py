"""What the commands share: starting jobs, reading words, printing results."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from core.errors import InvalidInput
from core.types import Label
from dashboard.processes import running_workers
from dashboard.settings import settings

if TYPE_CHECKING:
    from dashboard.jobs.client import Jobs


def open_jobs() -> "Jobs":
    """Connect to the job engine of this home."""
    from dashboard.jobs.client import Jobs

    return Jobs(settings())


def start(
    enqueue: "Callable[[Jobs], str]", *, wait: bool, as_json: bool, quiet: bool = False
) -> None:
    """Start a job and, if asked to, follow it to its end."""
    client = open_jobs()
    if not wait:
        job_id = enqueue(client)
        print(json.dumps({"job": job_id}) if as_json else job_id)
        if not running_workers(settings()):
            tell("No worker is running: `python -m dashboard run` starts them, --wait some for it.")
        return
    from dashboard.following import EXIT_CODES, follow
    from dashboard.supervision import workers as some_workers

    with some_workers(settings()):
        job = follow(client, enqueue(client))
    if job.error:
        tell(job.error)
    if not quiet:
        print_values({"job": job.id, "state": job.state, **(job.result or {})}, as_json=as_json)
    if code := EXIT_CODES[job.state]:
        raise typer.Exit(code)


def read_label(word: str) -> Label:
    """Read a label; `real` is genuine.

    Raises:
        InvalidInput: If it is none.
    """
    names = {**{label.value: label for label in Label}, "real": Label.GENUINE}
    if word.lower() not in names:
        raise InvalidInput(f"Expected --label to be one of {', '.join(names)}. Received {word!r}.")
    return names[word.lower()]


def read_parameters(words: list[str]) -> dict[str, Any]:
    """Read NAME=VALUE words; a value is JSON, or else text.

    Raises:
        InvalidInput: If a word has no equals sign.
    """
    pairs = [word.partition("=") for word in words]
    for name, equals, _ in pairs:
        if not equals:
            raise InvalidInput(f"Expected --set NAME=VALUE. Received --set {name}.")
    return {name: _value(text) for name, _, text in pairs}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def check_version(number: int) -> None:
    """Raise NotFound unless there is such a dataset version."""
    from dashboard.home import open_database
    from db import versions
    from db.engine import reading

    with reading(open_database(settings())) as session:
        versions.get_version(session, number)


def print_values(values: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one result, a line a value or as JSON."""
    if as_json:
        print(json.dumps(values, default=str))
        return
    for name, value in values.items():
        print(f"{name.replace('_', ' '):<20} {value}")


def print_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print many results, a line each or as JSON."""
    if as_json:
        print(json.dumps(rows, default=str))
        return
    for row in rows:
        print("  ".join(_word(value) for value in row.values()))


def print_table(rows: Sequence[Mapping[str, Any]], nothing: str) -> None:
    """Print many results for people, under a heading and in columns; else say there is nothing."""
    if not rows:
        tell(nothing)
        return
    lines = [[name.replace("_", " ") for name in rows[0]]]
    lines += [["-" if value is None else str(value) for value in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (word.ljust(width) for word, width in zip(line, widths, strict=True))
        print("  ".join(padded).rstrip())


def _word(value: Any) -> str:
    return json.dumps(value, default=str) if isinstance(value, Mapping) else str(value)


def tell(message: str) -> None:
    """Say something to the person, apart from the result."""
    print(message, file=sys.stderr)
