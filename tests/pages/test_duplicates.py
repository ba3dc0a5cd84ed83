from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.types import Status, Verdict
from dashboard import resources
from dashboard.settings import Settings
from db import images, pairs

OpenPage = Callable[..., AppTest]


def status(number: int) -> Status:
    with resources.session() as session:
        return images.get_image(session, number).status


def shown_pair(app: AppTest) -> int:
    (key,) = [button.key for button in app.button if str(button.key).endswith("keep both")]
    return int(str(key).split("-")[0])


def test_nearest_pair_comes_first_with_progress_and_suggestion(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("duplicates.py")
    assert not app.exception
    assert shown_pair(app) == 2
    captions = [caption.value for caption in app.caption]
    assert any("Keep the" in caption for caption in captions)
    assert list(app.table[0].value.loc["Format"]) == ["**TIFF**", "**PNG**"]


@pytest.mark.parametrize(
    ("verdict", "left", "right"),
    [
        (Verdict.KEEP_LEFT, Status.ACTIVE, Status.EXCLUDED),
        (Verdict.KEEP_RIGHT, Status.EXCLUDED, Status.ACTIVE),
        (Verdict.KEEP_BOTH, Status.ACTIVE, Status.ACTIVE),
        (Verdict.NOT_DUPLICATE, Status.ACTIVE, Status.ACTIVE),
    ],
)
def test_verdict_is_stored_and_the_next_pair_comes(
    verdict: Verdict, left: Status, right: Status, seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("duplicates.py")
    app.button(key=f"2-{verdict}").click().run()
    assert not app.exception
    assert (status(3), status(7)) == (left, right)
    assert shown_pair(app) == 1
    with resources.session() as session:
        decided = pairs.get_pair(session, 2)
    assert (decided.verdict, decided.decided_by) == (verdict, "tester")


def test_undo_brings_the_pair_back(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("duplicates.py")
    app.button(key="2-keep left").click().run()
    app.button(key="1-keep both").click().run()
    app.button(key="undo-verdict").click().run()
    assert shown_pair(app) == 1
    app.button(key="undo-verdict").click().run()
    assert shown_pair(app) == 2
    assert status(7) is Status.ACTIVE


def test_a_key_pressed_twice_cannot_decide_a_pair_not_yet_seen(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("duplicates.py")
    first = {button.key for button in app.button if str(button.key)[0].isdigit()}
    app.button(key="2-keep left").click().run()
    second = {button.key for button in app.button if str(button.key)[0].isdigit()}
    assert first.isdisjoint(second)


def test_pair_in_the_url_is_shown_with_its_warning(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("duplicates.py", pair="3")
    assert shown_pair(app) == 3
    badges = " ".join(text.value for text in app.markdown)
    assert "leakage if split apart" in badges
    assert "labels (genuine and fake)" in badges
    assert "mirrored" in badges


def test_difference_view_says_how_much(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("duplicates.py")
    app.segmented_control(key="view").set_value("Difference").run()
    assert not app.exception
    assert any("of 255 levels on average" in caption.value for caption in app.caption)


def test_all_decided_leads_to_the_dataset(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("duplicates.py")
    for number in (2, 1, 3):
        app.button(key=f"{number}-keep both").click().run()
    assert not app.exception
    assert "Every pair is decided." in [text.value for text in app.markdown]


def test_no_pairs_at_all(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("duplicates.py")
    assert not app.exception
    assert any("No look-alike images" in text.value for text in app.markdown)


def test_suggestions_are_accepted_and_taken_back_as_one(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("duplicates.py")
    app.slider(key="accept-bits").set_value(8).run()
    app.button(key="accept").click().run()
    assert not app.exception
    assert shown_pair(app) == 3  # its labels contradict each other
    app.button(key="undo-verdict").click().run()
    assert not app.exception
    assert shown_pair(app) == 2
    with resources.session() as session:
        assert pairs.count_pairs(session)["decided"] == 0


def test_a_protected_folder_is_suggested_and_refuses(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("duplicates.py")
    with resources.session() as session:
        folder = images.locations(session, 7)[0].key.rsplit("/", 1)[0]
    app.text_input(key="protect-prefix").set_value(folder)
    app.button(key="protect-go").click().run()
    assert not app.exception
    assert any("protected folder" in caption.value for caption in app.caption)
    app.button(key="2-keep left").click().run()
    assert status(7) is Status.ACTIVE
    app.button(key="unprotect-1").click().run()
    app.button(key="2-keep left").click().run()
    assert status(7) is Status.EXCLUDED
