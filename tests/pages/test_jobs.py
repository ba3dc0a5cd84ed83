from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from dashboard import resources
from dashboard.jobs.client import JobState, Source
from dashboard.settings import Settings

OpenPage = Callable[..., AppTest]


def test_nothing_started_yet(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("jobs.py")
    assert not app.exception
    assert any("Nothing has been started yet" in each.value for each in app.markdown)
    assert not app.dataframe


def test_jobs_stand_newest_first(seeded_home: Settings, open_page: OpenPage) -> None:
    job_id = resources.jobs().train(Source(1, "imagenet"), {"epochs": 3})
    table = open_page("jobs.py").dataframe[0].value
    assert list(table["Kind"]) == ["Train", "Import"]
    assert table["Job"][0] == job_id
    assert list(table["State"][0]) == ["queued"]
    assert table["Author"][0] == "tester"


def test_states_are_filtered(seeded_home: Settings, open_page: OpenPage) -> None:
    jobs = resources.jobs()
    cancelled = jobs.freeze()
    jobs.cancel(cancelled)
    app = open_page("jobs.py", state="Cancelled")
    assert list(app.dataframe[0].value["Job"]) == [cancelled]
    app.segmented_control(key="state").set_value("failed").run()
    assert not app.dataframe
    assert app.info[0].value == "No job is in this state."


def test_the_job_in_the_url_is_followed_and_cancelled(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    job_id = resources.jobs().freeze(seed=41)
    app = open_page("jobs.py", job=job_id)
    assert any("seed 41" in caption.value for caption in app.caption)
    app.button(key=f"cancel-{job_id}").click().run()
    assert not app.exception
    assert resources.jobs().get_job(job_id).state is JobState.CANCELLED


def test_an_unknown_job_is_a_message(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("jobs.py", job="gone")
    assert not app.exception
    assert "Expected the id of a job" in app.error[0].value
    assert len(app.dataframe[0].value) == 1
