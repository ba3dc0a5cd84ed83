from collections.abc import Callable, Mapping
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.curation.label_mistakes import LabelMistake
from core.types import Label
from dashboard import resources
from dashboard.settings import Settings
from db import images, label_suggestions
from db.engine import writing

OpenPage = Callable[..., AppTest]

SUMMARY: dict[str, Any] = {
    "runs": [1],
    "judged": 12,
    "by_validation": 6,
    "generated": 4,
    "trained_on": 6,
    "unscored": 0,
    "unlabelled": 2,
    "auc": 0.95,
    "auc_interval": [0.91, 0.98],
    "mean_scores": [0.15, 0.86],
    "histogram": [[4, 2], [1, 5]],
}


def offer(summary: Mapping[str, Any] = SUMMARY) -> None:
    """Doubt the labels of images 2 and 3."""
    found = [
        LabelMistake(0, Label.GENUINE, Label.FAKE, 0.97, 0.97),
        LabelMistake(1, Label.GENUINE, Label.FAKE, 0.91, 0.91),
    ]
    with writing(resources.database()) as session:
        label_suggestions.store_look(session, 1, found, [2, 3], summary=summary, author="<b>ada")


def label_of(number: int) -> Label:
    with resources.session() as session:
        return images.get_image(session, number).label


def words(app: AppTest) -> str:
    return " ".join(each.value for each in [*app.subheader, *app.markdown, *app.caption])


def press(app: AppTest, beginning: str) -> AppTest:
    (key,) = [str(each.key) for each in app.button if str(each.key).startswith(f"{beginning}-")]
    app.button(key=key).click().run()
    assert not app.exception
    return app


def test_without_a_detector_the_way_leads_to_train(
    empty_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("labels.py")
    assert not app.exception
    assert "trained detector" in words(app)
    assert app.button[0].label == "Train one"


def test_a_look_is_started_with_the_run(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("labels.py")
    assert not app.exception
    app.button(key="start-look").click().run()
    assert not app.exception
    job = resources.jobs().list_jobs()[0]
    assert (job.kind, job.arguments) == ("mislabelled", {"run_id": 1, "join_folds": True})


def test_what_was_judged_and_what_not_is_said(seeded_home: Settings, open_page: OpenPage) -> None:
    offer()
    said = words(open_page("labels.py"))
    assert "AUC 0.95" in said
    assert "0.91 to 0.98" in said
    assert "judged 12 active images" in said
    assert "6 that it was trained on, 2 without a label" in said
    assert "4 are fakes made here" in said
    assert "6 of them by validation scores" in said
    assert r"by \<b\>ada" in said


@pytest.mark.parametrize(
    "summary", [{"auc": 0.52, "auc_interval": None}, {"auc_interval": [0.4, 1]}]
)
def test_a_detector_near_chance_is_said_to_mean_little(
    seeded_home: Settings, open_page: OpenPage, summary: dict[str, Any]
) -> None:
    offer({**SUMMARY, **summary})
    app = open_page("labels.py")
    assert not app.exception
    assert "mean little" in app.warning[0].value


def test_a_middling_detector_is_said_to_err_more_than_the_labels(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    offer({**SUMMARY, "auc": 0.8, "auc_interval": [0.7, 0.9]})
    assert "more of the detector's mistakes" in words(open_page("labels.py"))


def test_one_image_is_asked_about_with_its_score_and_origin(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    offer()
    app = open_page("labels.py")
    assert not app.exception
    assert "Labelled genuine. Is it fake?" in words(app)
    assert "Its score is 0.97" in words(app)
    assert "0 answered (0 relabelled), 2 left" in app.get("progress")[0].proto.text
    table = app.table[0].value.to_string()
    assert "source photographs says genuine" in table


def test_accept_goes_on_and_undo_comes_back(seeded_home: Settings, open_page: OpenPage) -> None:
    offer()
    app = press(open_page("labels.py"), "accept")
    assert label_of(2) is Label.FAKE
    assert "Its score is 0.91" in words(app)
    app = press(app, "accept")
    assert label_of(3) is Label.FAKE
    assert "No label waits" in words(app)
    app.button(key="undo-answer").click().run()
    assert not app.exception
    assert label_of(3) is Label.GENUINE
    assert "Its score is 0.91" in words(app)
    app.button(key="undo-answer").click().run()
    assert label_of(2) is Label.GENUINE
    assert "Its score is 0.97" in words(app)


def test_keep_is_remembered(seeded_home: Settings, open_page: OpenPage) -> None:
    offer()
    app = press(open_page("labels.py"), "keep")
    assert label_of(2) is Label.GENUINE
    offer()
    app.run()
    assert "Its score is 0.91" in words(app)
    assert "1 answered (0 relabelled), 1 left" in app.get("progress")[0].proto.text


def test_skip_leaves_it_for_later(seeded_home: Settings, open_page: OpenPage) -> None:
    offer()
    app = press(open_page("labels.py"), "skip")
    assert "Its score is 0.91" in words(app)
    assert "Its score is 0.97" in words(press(app, "skip"))
    assert label_of(2) is Label.GENUINE


def test_the_last_person_to_label_is_named(seeded_home: Settings, open_page: OpenPage) -> None:
    with writing(resources.database()) as session:
        images.relabel(session, [2], Label.FAKE, actor="*ada*")
        images.relabel(session, [2], Label.GENUINE, actor="*ada*")
    offer()
    app = open_page("labels.py")
    assert not app.exception
    assert "ada" in app.table[0].value.to_string()
    assert "source photographs" not in app.table[0].value.to_string()


@pytest.mark.parametrize("asked", ["999999", "-1", "x", "<b>"])
def test_a_suggestion_that_is_none_shows_the_first(
    seeded_home: Settings, open_page: OpenPage, asked: str
) -> None:
    offer()
    app = open_page("labels.py", suggestion=asked)
    assert not app.exception
    assert "Its score is 0.97" in words(app)


def test_an_image_opens_in_browse(seeded_home: Settings, open_page: OpenPage) -> None:
    offer()
    app = open_page("labels.py")
    app.button(key="open-image").click().run()
    assert not app.exception
    assert app.title[0].value == "Browse"


def test_a_look_that_found_nothing_says_so(seeded_home: Settings, open_page: OpenPage) -> None:
    with writing(resources.database()) as session:
        label_suggestions.store_look(session, 1, [], [], summary=SUMMARY, author="ada")
    app = open_page("labels.py")
    assert not app.exception
    assert app.get("progress")[0].proto.text == "The detector doubts no label."
    assert app.button(key="undo-answer").disabled
