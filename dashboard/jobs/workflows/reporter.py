"""What all workflows share: publishing progress, and waiting for the parts of a job."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Any, TypeVar

from dbos import DBOS

from dashboard.jobs import engine

FOLLOW_S, FOLLOW_MAX_S = 0.5, 5.0
"""Between two looks at the parts of a job, at least and at most."""
_REST = 20
"""How many times as long as a look took it is rested: counting a million files takes a while."""

Arguments = dict[str, Any]
_T = TypeVar("_T")


class Reporter:
    """Publishes a job's progress as an event, from inside a step.

    A phase begins when what is counted changes: the pace of one tells nothing about the next.
    """

    def __init__(self) -> None:
        self._phase: dict[str, Any] = {}
        self._total: int | None = None

    async def tell(
        self, fraction: float, message: str, done: int = 0, total: int = 0, **figures: Any
    ) -> None:
        """Publish the fraction done, one line, and things done of a total."""
        if total != self._total:
            self._total = total
            self._phase = {
                "started_at": datetime.now(UTC).isoformat(),
                "started_from": fraction,
                "started_done": done,
            }
        said = {"fraction": fraction, "message": message, "done": done, "total": total}
        await DBOS.set_event_async(engine.PROGRESS, {**said, **self._phase, **figures})


async def have_ended(parts: Sequence[str]) -> bool:
    """Whether none of these workflows waits or runs."""
    active = ["ENQUEUED", "PENDING", "DELAYED"]
    return not await DBOS.list_workflows_async(workflow_ids=list(parts), status=active)


async def in_thread(call: Callable[..., _T], *args: Any) -> _T:
    """Run something in a thread; a cancel waits for it, so that nothing goes on behind a retry."""
    running = asyncio.ensure_future(asyncio.to_thread(call, *args))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise


async def pause(began: float) -> None:
    """Wait until the next look at the parts of a job.

    Args:
        began: When the present look began, by the monotonic clock.
    """
    await asyncio.sleep(min(max(FOLLOW_S, _REST * (monotonic() - began)), FOLLOW_MAX_S))


async def follow(
    parts: Sequence[str], n_all: int, count_left: Callable[[], int], told: str, share: float = 1.0
) -> None:
    """Publish how many things are done until the parts of a job have ended; inside a step.

    Args:
        parts: Workflows.
        n_all: Things to do.
        count_left: Counts those that are not done yet.
        told: One line; the first {} is how many are done, the second how many there are.
        share: Of the job's time that this takes.
    """
    reporter = Reporter()
    while True:
        began = monotonic()
        is_over = await have_ended(parts)
        done = n_all - await asyncio.to_thread(count_left)
        fraction = share * done / n_all if n_all else share
        await reporter.tell(fraction, told.format(done, n_all), done=done, total=n_all)
        if is_over or done == n_all:
            return
        await pause(began)
