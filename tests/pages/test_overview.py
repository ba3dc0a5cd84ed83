from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.review.queues import RANDOM_AUDIT, QueueRequest
from core.types import Split
from dashboard.home import open_database
from dashboard.settings import Settings
from db import review_queues
from db.engine import writing

OpenPage = Callable[..., AppTest]


def test_a_new_installation_says_what_verity_is_and_where_to_begin(
    empty_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("overview.py")
    assert not app.exception
    assert any("keeps track of every face image" in text.value for text in app.markdown)
    assert not app.metric


def test_cards_count_what_waits_for_a_person(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("overview.py")
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Look-alike pairs"] == "3"
    assert shown["Images without a label"] == "2"
    assert shown["Image without a face"] == "1"
    assert shown["Run without a threshold"] == "1"


def test_images_left_to_judge_wait_for_whom_the_queue_asks(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    with writing(open_database(seeded_home)) as session:
        for name, reviewers in (("Mine", ["tester"]), ("Theirs", ["Ada"])):
            request = QueueRequest(
                RANDOM_AUDIT,
                name=name,
                run_id=1,
                split=Split.TEST,
                threshold=0.5,
                n_opinions=1,
                reviewers=reviewers,
            )
            review_queues.create_queue(session, request, author="tester")
    shown = {metric.label: metric.value for metric in open_page("overview.py").metric}
    assert shown["Images to judge · Mine"] == "6"
    assert not any("Theirs" in label for label in shown)


def test_figures_are_those_of_the_installation(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("overview.py")
    shown = {metric.label: metric.value for metric in reversed(app.metric)}
    assert shown["Images"] == "20"
    assert shown["Genuine"] == "12"
    assert shown["Fake"] == "6"
    assert shown["Unlabelled"] == "2"
    assert shown["People"] == "4"
    assert shown["On version"] == "1"
    assert [shown[name] for name in ("Train", "Validation", "Test")] == ["6", "6", "6"]
    assert shown["Best validation AUC"] == "0.900"


def test_a_waiting_job_is_shown(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("overview.py")
    assert "Under way" in [header.value for header in app.subheader]
    assert any("**Import**" in text.value for text in app.markdown)
