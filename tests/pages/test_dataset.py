import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core.types import Label
from dashboard import resources
from dashboard.jobs.client import Job
from dashboard.settings import Settings
from db import images
from db.engine import writing

OpenPage = Callable[..., AppTest]
HASH = "c0" * 32
N_GENUINE = 12


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_no_images_leads_to_import(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("dataset.py")
    assert not app.exception
    assert any("There are no images yet" in each.value for each in app.markdown)
    assert "freeze-start" not in {button.key for button in app.button}


def test_next_version_is_counted(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("dataset.py")
    assert not app.exception
    assert metrics(app) == {
        "In the next version": "18",
        "Genuine in it": "12",
        "Fake in it": "6",
        "Left out": "2",
    }
    assert any("2 images not labelled, 0 images excluded" in each.value for each in app.caption)


def test_pending_pairs_warn(seeded_home: Settings, open_page: OpenPage) -> None:
    assert "3 near-duplicate pairs await review" in open_page("dataset.py").warning[0].value


def test_a_version_shows_its_hash_author_and_counts(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("dataset.py")
    assert [code.value for code in app.code] == [HASH]
    text = "\n".join(each.value for each in app.markdown)
    assert "Version 1" in text
    assert "18 images, frozen" in text and "by tester" in text
    assert "test share 30% · seed 0" in text
    assert any(HASH[:12] in caption.value for caption in app.caption)
    rules = app.expander[0].markdown[0].value
    for what in ("Identity", "Near-duplicates", "A fake and its parents"):
        assert what in rules


def test_freezing_starts_a_job_with_share_and_seed(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("dataset.py")
    app.slider(key="freeze-test-percent").set_value(20)
    app.number_input(key="freeze-seed").set_value(5)
    app.multiselect(key="freeze-sources").select("photographs")
    app.button(key="freeze-start").click().run()
    assert not app.exception
    job = newest_freeze()
    assert job.arguments == {"test_fraction": 0.2, "seed": 5, "sources": ["photographs"]}
    assert any(f"`{job.id}`" in each.value for each in app.markdown)
    app.button(key="freeze-start").click().run()
    assert any("waits or runs already" in toast.value for toast in app.toast)


def newest_freeze() -> Job:
    return next(job for job in resources.jobs().list_jobs() if job.kind == "freeze")


@pytest.fixture
def cpu_worker() -> Iterator[None]:
    command = [sys.executable, "-m", "dashboard", "worker", "--name", "cpu-1", "--queue", "cpu"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    yield
    process.terminate()
    process.wait(30)


def await_freeze() -> None:
    deadline = time.monotonic() + 60
    while newest_freeze().is_active:
        assert time.monotonic() < deadline, "the freeze did not end"
        time.sleep(0.3)


@pytest.mark.slow
def test_a_freeze_that_cannot_be_says_what_to_do(
    seeded_home: Settings, cpu_worker: None, open_page: OpenPage
) -> None:
    fakes = range(N_GENUINE + 3, N_GENUINE + 9)
    with writing(resources.database()) as session:
        assert images.relabel(session, fakes[:5], Label.UNKNOWN, actor="tester") == 5
    app = open_page("dataset.py")
    app.button(key="freeze-start").click().run()
    await_freeze()
    app.run()
    assert "Expected at least 3 groups with fake images" in app.error[0].value
    assert "Received 1" in app.error[0].value

    with writing(resources.database()) as session:
        images.relabel(session, fakes, Label.FAKE, actor="tester")
    app.button(key="freeze-start").click().run()
    await_freeze()
    app.run()
    assert not app.error
    assert "Version 2" in "\n".join(each.value for each in app.markdown)


def test_without_fakes_the_page_leads_to_where_they_are_made(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    fakes = range(N_GENUINE + 3, N_GENUINE + 9)
    with writing(resources.database()) as session:
        images.relabel(session, fakes, Label.UNKNOWN, actor="tester")
    app = open_page("dataset.py")
    assert app.button(key="freeze-start").disabled
