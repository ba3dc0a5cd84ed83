from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from dashboard.settings import Settings

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
