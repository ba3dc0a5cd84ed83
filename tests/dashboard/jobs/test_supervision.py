import time
from typing import Any

import pytest

from dashboard.processes import running_workers
from dashboard.settings import Settings

pytestmark = [pytest.mark.slow]


def test_a_home_is_served_once(home: Any) -> None:
    home.serve()
    assert "served already" in home.call("run", "--no-page", expect=1)


def test_a_killed_worker_is_started_again_and_stopping_leaves_nothing_behind(home: Any) -> None:
    home.serve()
    (worker,) = await_worker(home, "cpu-1")
    worker.kill()
    worker.wait(10)
    (successor,) = await_worker(home, "cpu-1")
    assert successor.pid != worker.pid
    left = home.workers("")
    home.stop()
    assert not [each for each in left if each.is_running()]


@pytest.mark.timeout(240)
def test_a_lone_worker_that_scores_keeps_no_command_waiting(home: Any) -> None:
    home.work("score-1", "score")
    assert home.run("measure", "--wait")["state"] == "done"
    assert running_workers(Settings(home=home.root)) == ["score-1"]  # the others ended with it


def await_worker(home: Any, name: str) -> list[Any]:
    deadline = time.monotonic() + 60
    while not (found := home.workers(name)):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return list(found)
