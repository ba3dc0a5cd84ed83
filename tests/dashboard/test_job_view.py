from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import job_view, resources
from dashboard.jobs.client import Job, JobState, Progress, Source
from dashboard.settings import Settings, settings

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("VERITY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VERITY_USER", "Robin_*bold*")
    settings.cache_clear()
    st.cache_resource.clear()
    yield settings()
    settings.cache_clear()
    st.cache_resource.clear()


def job(state: JobState, number: int = 0) -> Job:
    return Job(
        id=f"job-{number}",
        kind="train",
        state=state,
        author="Robin",
        arguments={},
        created_at=START + timedelta(minutes=number),
        updated_at=START + timedelta(minutes=number + 1),
        result=None,
        error=None,
    )


def progress(done: int, total: int, *, seconds: float) -> Progress:
    began = datetime.now(UTC) - timedelta(seconds=seconds)
    return Progress(done / total, "Working", began, done=done, total=total)


def followed(job_id: str) -> AppTest:
    def page(job_id: str) -> None:
        from dashboard import job_view, resources

        resources.show_messages()
        job_view.follow(job_id)

    return AppTest.from_function(page, args=(job_id,), default_timeout=20).run()


def test_progress_is_told_in_words() -> None:
    words = job_view.describe(progress(50, 200, seconds=100))
    assert words == "25% · 50 of 200 · 0.5 a second · about 5 min left"


def test_nothing_is_promised_before_there_is_a_pace() -> None:
    assert job_view.describe(progress(0, 200, seconds=3)) == "0% · 0 of 200"


def test_a_stopped_job_promises_no_time() -> None:
    assert job_view.describe(progress(50, 200, seconds=9), is_running=False) == "25% · 50 of 200"


def test_figures_are_flat_and_plain() -> None:
    values = {"dataset_version": 2, "params": {"l2": 0.000123456, "crop": None}, "path": "*a*"}
    assert job_view.figures(values) == r"dataset version 2 · l2 0\.0001235 · path \*a\*"


def test_the_job_to_look_at_is_the_one_at_work() -> None:
    queued, running = job(JobState.QUEUED, 3), job(JobState.RUNNING, 2)
    done = job(JobState.DONE, 1)
    assert job_view.find_current([queued, running, done]) == running
    assert job_view.find_current([queued, done]) == queued


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_a_job_that_broke_off_is_looked_at_until_a_newer_one_is_done(state: JobState) -> None:
    done, failed = job(JobState.DONE, 1), job(state, 0)
    assert job_view.find_current([failed, done]) == failed
    assert job_view.find_current([done, failed]) is None
    assert job_view.find_current([]) is None


def test_a_waiting_job_says_how_to_start_a_worker(home: Settings) -> None:
    job_id = resources.jobs().freeze(test_fraction=0.2, seed=7)
    app = followed(job_id)
    assert not app.exception
    assert "Queued" in app.markdown[0].value
    assert f"`{job_id}` by Robin" in app.markdown[1].value
    assert r"\*bold\*" in app.markdown[1].value
    assert [caption.value for caption in app.caption] == [
        r"test fraction 0\.2 · seed 7 · rule 70\/30 · folds 5",
        "Waits for a free worker. Nothing moves? Start one: `python -m dashboard run`.",
    ]


def test_cancel_and_go_on(home: Settings) -> None:
    job_id = resources.jobs().freeze()
    app = followed(job_id)
    app.button(key=f"cancel-{job_id}").click().run()
    assert resources.jobs().get_job(job_id).state is JobState.CANCELLED
    assert "Cancelled" in app.markdown[0].value
    app.button(key=f"go on-{job_id}").click().run()
    assert resources.jobs().get_job(job_id).state is JobState.QUEUED


def test_an_unknown_job_is_a_message(home: Settings) -> None:
    app = followed("no-such")
    assert [error.value for error in app.error] == [
        r"Expected the id of a job\, as \`jobs\` lists them\. Received \'no\-such\'\."
    ]


def test_jobs_are_listed_by_kind(home: Settings) -> None:
    freeze = resources.jobs().freeze()
    train = resources.jobs().train(Source(1, "imagenet"), {})
    assert {each.id for each in job_view.list_jobs()} == {freeze, train}
    assert [each.id for each in job_view.list_jobs("train", "evaluate")] == [train]
