"""Accepting many suggestions: stretch by stretch, as one act."""

from datetime import datetime

from dashboard.jobs.context import Context
from db import accepting, pairs
from db.accepting import Accepted, Place
from db.engine import reading, writing
from db.tables import now

BATCH_PAIRS = 1000


def begin(context: Context, max_bits: int) -> tuple[str, int]:
    """Return the moment that makes the stretches one act, and how many pairs wait."""
    with reading(context.database) as session:
        return now().isoformat(), pairs.count_pending(session, max_bits)


def accept_stretch(
    context: Context, author: str, max_bits: int, moment: str, after: Place
) -> Accepted:
    """Decide the next pairs after a place, in one transaction."""
    with writing(context.database) as session:
        return accepting.accept_suggestions(
            session,
            max_bits,
            actor=author,
            at=datetime.fromisoformat(moment),
            after=after,
            limit=BATCH_PAIRS,
        )


def count_decided(context: Context, author: str, moment: str) -> int:
    """Count the verdicts of the act, those of before a cancel too."""
    with reading(context.database) as session:
        return accepting.count_act(session, author, datetime.fromisoformat(moment))
