import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.types import Split
from dashboard import resources
from dashboard.settings import Settings
from dashboard.story import place_of
from db import runs, thresholds
from db.engine import writing

OpenPage = Callable[..., AppTest]


def shown(app: AppTest) -> dict[str, Any]:
    """Return what the browser is told."""
    for block in app.main:
        proto = getattr(block, "proto", None)
        if type(proto).__name__ == "BidiComponent":
            return dict(json.loads(proto.json))  # type: ignore[union-attr]
    raise AssertionError("no slides")


def slides(app: AppTest) -> dict[str, Any]:
    """Return what the slides are told, by the chapters' names."""
    return {each["key"]: each for each in shown(app)["slides"]}


def approve(value: float, prevalence: float) -> None:
    costs = {"genuine_called_fake": 20.0, "missed_fake": 1.0, "prevalence": prevalence}
    with writing(resources.database()) as session:
        number = thresholds.propose(
            session, 1, value, Split.TEST, "why", author="Ada", policy={"costs": costs}
        )
        thresholds.approve(session, number, actor="Grace <Hopper>")


def test_no_run_leads_to_train(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("story.py")
    assert not app.exception
    assert any("No detector has been trained yet" in each.value for each in app.markdown)


def test_the_story_is_told_slide_by_slide(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("story.py", run="1")
    assert not app.exception
    told = slides(app)
    assert list(told)[:3] == ["start", "data", "care"]
    assert told["data"]["figures"][0]["value"] == "12"
    assert "not for use" in told["decision"]["lead"]
    assert all(each["source"].startswith("data:image") for each in told["data"]["pictures"])


def test_another_share_of_fakes_stays_on_the_slide(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("story.py", run="1", slide="2")
    assert shown(app)["place"] == 1
    app.query_params["slide"] = "7"  # turned in the browser
    app.run()
    assert shown(app)["place"] == 1  # nothing new is sent
    for share in ("0.5", "0.1"):
        app.segmented_control(key="prevalence").set_value(share).run()
        assert shown(app)["place"] == 6


def test_a_decision_shows_at_once(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("story.py", run="1")
    assert "not for use" in slides(app)["decision"]["lead"]
    approve(0.5, 0.05)
    app.run()
    assert slides(app)["decision"]["lead"] == (
        "Ada proposed the threshold, Grace <Hopper> approved it."
    )


def test_the_share_of_fakes_is_chosen_and_stands_in_the_address(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    approve(0.5, 0.05)
    app = open_page("story.py", run="1")
    (choice,) = [each for each in app.button_group if each.key == "prevalence"]
    assert choice.options == ["0.1 %", "1 %", "5 %", "10 %", "50 %"]
    assert "Assumed: 5 %" in slides(app)["costs"]["points"][0]
    choice.set_value("0.1").run()
    assert "Assumed: 10 %" in slides(app)["costs"]["points"][0]
    assert app.query_params["prevalence"] == "0.1"
    again = open_page("story.py", run="1", prevalence="0.001")
    assert "Assumed: 0.1 %" in slides(again)["costs"]["points"][0]


@pytest.mark.parametrize("asked", ["2", "<b>"])
def test_a_share_that_is_not_offered_is_ignored(
    seeded_home: Settings, open_page: OpenPage, asked: str
) -> None:
    app = open_page("story.py", run="1", prevalence=asked)
    assert not app.exception
    assert "Assumed: 10 %" in slides(app)["costs"]["points"][0]


@pytest.mark.parametrize("slide", ["99", "x"])
def test_any_slide_may_be_asked_for(seeded_home: Settings, open_page: OpenPage, slide: str) -> None:
    assert not open_page("story.py", run="1", slide=slide).exception


def test_a_run_without_scores_can_be_scored(seeded_home: Settings, open_page: OpenPage) -> None:
    with writing(resources.database()) as session:
        run_id = runs.start_run(
            session,
            job_id="cut off",
            dataset_version=1,
            params={"epochs": 3, "crop": "face"},
            seed=0,
            weights="HED-BSDS500",
            author="tester",
        )
        runs.record_epoch(session, run_id, runs.epochs(session, 1)[0])
    app = open_page("story.py", run=str(run_id))
    assert not app.exception
    assert [each.label for each in app.button] == ["Score the kept checkpoint"]


@pytest.mark.parametrize(
    ("told", "place"),
    [(3, 3), (1, 1), (0, None), (99, None), ("3", None), (True, None), (None, None)],
)
def test_only_a_slide_that_is_there_is_believed(told: object, place: int | None) -> None:
    assert place_of(told, 9) == place
