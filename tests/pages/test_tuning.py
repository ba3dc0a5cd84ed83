from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.types import Trial
from dashboard import resources
from dashboard.jobs.client import Job, Source
from dashboard.settings import Settings
from dashboard.tuning_view import settings_of
from db import runs
from db.engine import writing

OpenPage = Callable[..., AppTest]


def newest_search() -> Job:
    return next(job for job in resources.jobs().list_jobs() if job.kind == "tune")


def add_study(job_id: str) -> int:
    arguments = {"dataset_version": 1, "weights": "imagenet", "crop": "normalised"}
    with writing(resources.database()) as session:
        return runs.start_study(
            session, job_id=job_id, dataset_version=1, params=arguments, author="tester"
        )


def test_no_version_leads_to_dataset(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("tuning.py")
    assert not app.exception
    assert any("needs a frozen dataset version" in each.value for each in app.markdown)


def test_a_search_is_started_with_its_space(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("tuning.py")
    app.number_input(key="tune-trials").set_value(4)
    app.number_input(key="tune-epochs").set_value(2)
    app.slider(key="tune-dropout").set_value((0.1, 0.4))
    app.pills(key="tune-sizes").set_value([0, 128])
    app.button(key="tune-start").click().run()
    assert not app.exception
    arguments = newest_search().arguments
    assert arguments["dataset_version"] == 1
    assert arguments["params"] == {
        "trials": 4,
        "epochs": 2,
        "hidden_units": [0, 128],
        "dropout": [0.1, 0.4],
        "learning_rate": [pytest.approx(1e-5), pytest.approx(1e-2)],
    }


def test_a_search_needs_a_size(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("tuning.py")
    app.pills(key="tune-sizes").set_value([])
    app.button(key="tune-start").click().run()
    assert "Expected at least one size" in app.error[0].value
    assert "tune" not in {job.kind for job in resources.jobs().list_jobs()}


def test_trials_stand_best_first(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("tuning.py")
    assert not app.exception
    table = app.dataframe[0].value
    assert list(table["Trial"]) == ["1 · best", "0", "2"]
    assert list(table["Validation AUC"]) == ["0.8300", "0.7100", "0.6400"]
    assert "Learning rate" not in table  # the same in all
    assert app.metric[0].value == "0.8300"
    assert len(app.get("plotly_chart")) == 1
    assert any("better on validation than it is" in each.value for each in app.caption)


def test_a_study_is_chosen_by_the_url(seeded_home: Settings, open_page: OpenPage) -> None:
    number = add_study("study-2")
    assert "No trial has finished yet" in open_page("tuning.py").info[0].value
    app = open_page("tuning.py", study="1")
    assert app.selectbox(key="pick-study").value == 1
    assert app.selectbox(key="pick-study").options == [
        f"Study {number} on version 1",
        "Study 1 on version 1",
    ]
    assert app.metric[0].value == "0.8300"


def test_trials_of_a_running_search_are_followed(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    job_id = resources.jobs().tune(Source(1, "imagenet"), {"trials": 2})
    study_id = add_study(job_id)
    with writing(resources.database()) as session:
        runs.record_trial(session, study_id, Trial(1, {"dropout": 0.2}, 0.6543, 3.0))
    app = open_page("tuning.py")
    assert not app.exception
    assert [metric.value for metric in app.metric] == ["0.6543"]


def test_the_best_settings_fill_train(seeded_home: Settings, open_page: OpenPage) -> None:
    params = {"epochs": 15, "dropout": 0.25, "hidden_units": 64, "patience": 3}
    arguments = {"dataset_version": 1, "weights": "imagenet", "crop": "normalised"}
    carried = settings_of(Trial(3, params, 0.9, 1.0), arguments)
    assert "patience" not in carried
    app = open_page("train.py", **{name: str(value) for name, value in carried.items()})
    assert app.number_input(key="train-epochs").value == 15
    assert app.number_input(key="train-dropout").value == 0.25
    assert app.number_input(key="train-hidden_units").value == 64
    assert app.selectbox(key="train-weights").value == "imagenet"
    assert app.segmented_control(key="train-crop").value == "normalised"
