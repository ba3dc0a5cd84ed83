"""What a page waits for: judging an image that is not kept, in a worker that stays warm."""

import asyncio
import os
import signal
import threading
import time
from collections import deque

from dbos import DBOS

from dashboard.jobs import bench, trying
from dashboard.jobs.context import context
from dashboard.jobs.workflows.reporter import Arguments
from dashboard.tried import STALE_S, clear_stale

_used = deque[float](maxlen=1)
"""When this process was last asked for something."""

_ENDED = ["SUCCESS", "ERROR", "CANCELLED"]
_NAMES = ["try", "warm"]


@DBOS.workflow(name="warm")
async def warm(arguments: Arguments) -> None:
    """Load a run's detector."""
    await load_detector(int(arguments["run_id"]))


@DBOS.workflow(name="try")
async def try_image(arguments: Arguments) -> None:
    """Judge a picture that a page has handed over."""
    await judge_image(arguments)


@DBOS.step()
async def load_detector(run_id: int) -> None:
    """Bring the worker's memory to where it need not wait."""
    await asyncio.to_thread(bench.open_bench, context(), run_id)
    _later()


@DBOS.step(preemptible=True)
async def judge_image(arguments: Arguments) -> None:
    """Leave the answer for the page; the job itself holds none of it."""
    await asyncio.to_thread(trying.answer, context(), arguments)
    _later()


def _later() -> None:
    """Tidy in a while, and give the memory back if nothing else is asked for long enough."""
    _used.append(time.monotonic())
    for wait_s, do in ((STALE_S, _tidy), (context().settings.score_idle_s, _end_if_idle)):
        timer = threading.Timer(wait_s, do)
        timer.daemon = True
        timer.start()


def _end_if_idle() -> None:
    """End this process, which holds a gigabyte or two, where a supervisor starts an empty one."""
    is_idle = time.monotonic() - _used[-1] >= context().settings.score_idle_s
    if is_idle and "SUPERVISOR_ENABLED" in os.environ:
        os.kill(os.getpid(), signal.SIGTERM)


def _tidy() -> None:
    """Delete answers that nobody fetched, and the rows of what was asked."""
    clear_stale(context().settings)
    ended = DBOS.list_workflows(name=_NAMES, status=_ENDED, load_input=False)
    DBOS.delete_workflows([each.workflow_id for each in ended])
