import asyncio
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dashboard.jobs.workflows.reporter import in_thread


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run in a thread of its own: a browser test before this one leaves a loop running in ours."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def test_a_cancel_waits_for_what_runs_in_a_thread() -> None:
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        time.sleep(0.2)
        ended.set()

    async def cancel() -> None:
        running = asyncio.create_task(in_thread(work))
        await asyncio.to_thread(begun.wait)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert ended.is_set()

    run(cancel())


def test_what_runs_in_a_thread_returns_and_raises_as_usual() -> None:
    assert run(in_thread(divmod, 7, 2)) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        run(in_thread(divmod, 7, 0))
