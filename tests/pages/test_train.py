from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.detectors.params import TrainParams
from core.types import Run
from dashboard import resources
from dashboard.jobs.client import Job, JobState, Source
from dashboard.settings import Settings
from dashboard.text import plain
from dashboard.training_view import state_of
from db import runs
from db.engine import writing

OpenPage = Callable[..., AppTest]


def newest_training() -> Job:
    return next(job for job in resources.jobs().list_jobs() if job.kind == "train")


def add_run(job_id: str) -> int:
    with writing(resources.database()) as session:
        return runs.start_run(
            session,
            job_id=job_id,
            dataset_version=1,
            params={"epochs": 9},
            seed=4,
            weights="imagenet",
            author="Robin",
        )


def the_run(run_id: int) -> Run:
    with resources.session() as session:
        return runs.get_run(session, run_id)


def test_no_version_leads_to_dataset(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("train.py")
    assert not app.exception
    assert any("needs a frozen dataset version" in each.value for each in app.markdown)
    assert "train-start" not in {button.key for button in app.button}


def test_the_form_starts_with_the_defaults(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("train.py")
    assert not app.exception
    app.button(key="train-start").click().run()
    assert not app.exception
    assert newest_training().arguments == {
        "dataset_version": 1,
        "params": TrainParams().as_mapping(),
        "weights": "HED-BSDS500",
        "crop": "face",
        "seed": 0,
    }
    assert any(f"`{newest_training().id}`" in each.value for each in app.markdown)


def test_what_is_chosen_is_trained(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("train.py")
    app.selectbox(key="train-weights").set_value("imagenet")
    app.segmented_control(key="train-crop").set_value("normalised")
    app.number_input(key="train-seed").set_value(3)
    app.number_input(key="train-epochs").set_value(7)
    app.number_input(key="train-learning_rate").set_value(0.0005)
    app.selectbox(key="train-pooling").set_value("flatten")
    app.button(key="train-start").click().run()
    arguments = newest_training().arguments
    assert (arguments["weights"], arguments["crop"], arguments["seed"]) == (
        "imagenet",
        "normalised",
        3,
    )
    expected = TrainParams(epochs=7, learning_rate=0.0005, pooling="flatten")
    assert TrainParams.from_mapping(arguments["params"]) == expected


def test_the_url_fills_the_form(seeded_home: Settings, open_page: OpenPage) -> None:
    query = {"weights": "imagenet", "crop": "normalised", "dropout": "0.271", "hidden_units": "64"}
    app = open_page("train.py", fill="1", version="1", pooling="flatten", **query)
    assert app.number_input(key="train-dropout").value == pytest.approx(0.271)
    assert app.number_input(key="train-hidden_units").value == 64
    assert app.selectbox(key="train-pooling").value == "flatten"
    assert app.selectbox(key="train-weights").value == "imagenet"
    assert app.segmented_control(key="train-crop").value == "normalised"


@pytest.mark.parametrize("text", ["many", "-3", "1e9", "nan"])
def test_nonsense_in_the_url_leaves_the_default(
    seeded_home: Settings, open_page: OpenPage, text: str
) -> None:
    app = open_page("train.py", epochs=text, dropout=text, version=text, crop=text, pooling=text)
    assert not app.exception
    assert app.number_input(key="train-epochs").value == TrainParams().epochs
    assert app.number_input(key="train-dropout").value == TrainParams().dropout
    assert app.selectbox(key="train-version").value == 1


def test_runs_are_listed_and_the_newest_is_shown(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("train.py")
    row = app.dataframe[0].value.iloc[0]
    assert (row["Run"], row["Version"], row["State"], row["Author"]) == (1, 1, "Scored", "tester")
    assert row["Best validation AUC"] == pytest.approx(0.9)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Best validation AUC"] == "0.9000"
    assert shown["Best epoch"] == "3"
    assert len(app.get("plotly_chart")) == 2


def test_a_run_is_chosen_by_the_url(seeded_home: Settings, open_page: OpenPage) -> None:
    add_run("run-2")
    assert any("Run 2" in each.value for each in open_page("train.py").subheader)
    app = open_page("train.py", run="1")
    assert any("Run 1" in each.value for each in app.subheader)
    assert list(app.dataframe[0].value["Run"]) == [2, 1]


@pytest.mark.parametrize("asked", ["999", "abc", "*1*"])
def test_a_run_that_is_not_there_is_told(
    seeded_home: Settings, open_page: OpenPage, asked: str
) -> None:
    assert not open_page("train.py", run="1").warning
    app = open_page("train.py", run=asked)
    told = app.warning[0].value
    assert "There is no run of that number" in told
    assert plain(repr(asked)) in told
    assert any("Run 1" in each.value for each in app.subheader)


def test_a_run_tells_what_it_was_trained_with(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("train.py", run=str(add_run("run-2")))
    params = app.dataframe[1].value
    values = dict(zip(params["Name"], params["Value"], strict=True))
    assert values == {"epochs": "9", "seed": "4", "weights": "imagenet"}
    assert any("by Robin" in caption.value for caption in app.caption)


def test_states_of_runs(seeded_home: Settings) -> None:
    cut_off = the_run(add_run("run-2"))
    assert state_of(the_run(1), {}) == "Scored"
    assert state_of(cut_off, {"run-2": JobState.RUNNING}) == "Running"
    assert state_of(cut_off, {}) == "Not scored"


def test_curves_of_a_running_job_are_followed(seeded_home: Settings, open_page: OpenPage) -> None:
    job_id = resources.jobs().train(Source(1, "imagenet"), {})
    run_id = add_run(job_id)
    with writing(resources.database()) as session:
        for metrics in runs.epochs(session, 1)[:2]:
            runs.record_epoch(session, run_id, metrics)
    app = open_page("train.py")
    assert not app.exception
    assert f"**Run {run_id}**, epoch 2 of 9" in [each.value for each in app.markdown]
    assert len(app.get("plotly_chart")) == 2
