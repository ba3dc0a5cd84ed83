"""A worker process: it takes jobs from its queues until it is told to stop."""

import signal
import threading
from collections.abc import Sequence

from dbos import DBOS
from filelock import FileLock, Timeout

from core.errors import Conflict
from dashboard.home import clear_dead_scratch
from dashboard.jobs import engine
from dashboard.processes import LOCK_WAIT_S
from dashboard.settings import Settings

_POLL_S = {engine.SCORE: 0.1}
_POLL_ELSE_S = 0.2


def run(settings: Settings, name: str, queues: Sequence[str]) -> None:
    """Serve queues under a name of its own until SIGTERM or SIGINT.

    Raises:
        Conflict: If a worker of that name runs already: two of one name would do the same job.
    """
    try:
        with FileLock(settings.folder("workers") / f"{name}.lock", timeout=LOCK_WAIT_S):
            _serve(settings, name, queues)
    except Timeout as error:
        raise Conflict(
            f"Expected a name that no running worker has. Received {name!r}, which runs already. "
            "Give this one another with --name."
        ) from error


def _serve(settings: Settings, name: str, queues: Sequence[str]) -> None:
    import cv2

    from dashboard.jobs import workflows  # noqa: F401 - registers the workflows

    cv2.setNumThreads(1)  # a worker a core: threads of their own only wait for one another
    clear_dead_scratch(settings)
    engine.prepare(settings)
    DBOS(config=engine.config(settings, name))
    DBOS.listen_queues(list(queues))
    DBOS.launch()
    for queue in queues:
        DBOS.register_queue(
            queue,
            worker_concurrency=None if queue == engine.FLOW else 1,
            polling_interval_sec=_POLL_S.get(queue, _POLL_ELSE_S),
            on_conflict="always_update",
        )
    print(f"Worker {name} serves {', '.join(queues)}.", flush=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    DBOS.destroy()
