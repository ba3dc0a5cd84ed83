"""A queue's verdicts as a CSV file that a spreadsheet opens without running anything."""

import csv
import io
from typing import Any

from sqlalchemy.orm import Session

from db import review_results

_RUNS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula


def verdicts_csv(session: Session, queue_id: int) -> str:
    """Return a line an opinion, of those items of a queue that have all their opinions.

    Raises:
        NotFound: If there is no such queue.
    """
    file = io.StringIO()
    writer = csv.DictWriter(file, review_results.COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in review_results.table(session, queue_id):
        writer.writerow({name: _harmless(value) for name, value in row.items()})
    return file.getvalue()


def _harmless(value: Any) -> Any:
    """Put an apostrophe before what would be a formula; numbers stay numbers."""
    is_formula = isinstance(value, str) and value.startswith(_RUNS)
    return f"'{value}" if is_formula else value
