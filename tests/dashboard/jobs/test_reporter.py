import asyncio
import threading
import time

import pytest

from dashboard.jobs.workflows.reporter import in_thread


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

    asyncio.run(cancel())


def test_what_runs_in_a_thread_returns_and_raises_as_usual() -> None:
    assert asyncio.run(in_thread(divmod, 7, 2)) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_thread(divmod, 7, 0))
