"""Accepting the suggestions for near-duplicate pairs: one worker, stretch by stretch."""

import asyncio

from dbos import DBOS

from dashboard.jobs import accepting
from dashboard.jobs.context import context
from dashboard.jobs.workflows.reporter import Arguments, Reporter
from db.accepting import START


@DBOS.workflow(name="accept")
async def accept(arguments: Arguments) -> dict[str, int]:
    """Decide all pairs up to a distance as suggested."""
    author, max_bits = DBOS.authenticated_user or "", int(arguments["max_bits"])
    moment, n_pairs = await begin_accepting(max_bits)
    return await accept_pairs(author, max_bits, moment, n_pairs)


@DBOS.step()
async def begin_accepting(max_bits: int) -> tuple[str, int]:
    """Fix the moment of the act; a job that goes on after a cancel goes on with the same act."""
    return await asyncio.to_thread(accepting.begin, context(), max_bits)


@DBOS.step(preemptible=True)
async def accept_pairs(author: str, max_bits: int, moment: str, n_pairs: int) -> dict[str, int]:
    """Decide stretch by stretch, each whole; a cancel takes effect between two."""
    reporter, looked_at, n_skipped = Reporter(), 0, 0
    after = START
    while True:
        found = await asyncio.to_thread(
            accepting.accept_stretch, context(), author, max_bits, moment, after
        )
        if found.last is None:
            break
        after = found.last
        looked_at += found.n_decided + found.n_skipped
        n_skipped += found.n_skipped
        total = max(n_pairs, looked_at)
        message = f"Decided {looked_at - n_skipped} pairs"
        await reporter.tell(looked_at / total, message, done=looked_at, total=total)
    n_decided = await asyncio.to_thread(accepting.count_decided, context(), author, moment)
    return {"decided": n_decided, "left_for_you": n_skipped}
