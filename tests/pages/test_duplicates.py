from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.types import Status, Verdict
from dashboard import resources
from dashboard.settings import Settings
from db import images, pairs
from db.engine import writing

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


# Groups


def shown_group(app: AppTest) -> str:
    (told,) = [text.value for text in app.markdown if text.value.startswith("**Group")]
    return told


def test_groups_come_largest_first_with_what_differs(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("duplicates.py", by="groups")
    assert not app.exception
    assert shown_group(app) == "**Group 1 of 2**"
    badges = " ".join(text.value for text in app.markdown)
    assert "3 images" in badges
    assert "labels (genuine and fake)" in badges
    captions = [caption.value for caption in app.caption]
    assert any("Keep all: some are labelled genuine and some fake" in text for text in captions)
    assert any("**fake**" in text or "**genuine**" in text for text in captions)


def test_keeping_one_decides_the_group_and_undo_brings_it_back(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("duplicates.py", by="groups")
    app.button(key="1-keep-5").click().run()
    assert not app.exception
    assert (status(1), status(5), status(16)) == (Status.EXCLUDED, Status.ACTIVE, Status.EXCLUDED)
    assert shown_group(app) == "**Group 1 of 1**"
    app.button(key="undo-verdict").click().run()
    assert not app.exception
    assert [status(i) for i in (1, 5, 16)] == [Status.ACTIVE] * 3
    assert app.query_params["group"] == "1"


def test_the_suggestion_of_a_group_is_accepted(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("duplicates.py", by="groups", group="7")
    assert shown_group(app) == "**Group 2 of 2**"
    app.button(key="3-accept").click().run()
    assert not app.exception
    assert sorted([status(3), status(7)]) == [Status.ACTIVE, Status.EXCLUDED]


def test_what_is_ticked_is_no_duplicate_and_the_rest_waits(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("duplicates.py", by="groups")
    app.button(key="1-tick-16").click().run()
    assert app.button(key="1-accept").disabled
    app.button(key="1-part").click().run()
    assert not app.exception
    with resources.session() as session:
        assert pairs.get_pair(session, 3).verdict is Verdict.NOT_DUPLICATE
        assert pairs.get_pair(session, 1).verdict is None
    assert app.query_params["group"] == "1"
    assert not app.button(key="1-accept").disabled


def test_groups_are_left_and_come_back_to(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("duplicates.py")
    app.button(key="by").click().run()
    assert shown_group(app) == "**Group 1 of 2**"
    app.button(key="group-step-1").click().run()
    assert shown_group(app) == "**Group 2 of 2**"
    for _ in range(2):
        (lead,) = {str(b.key).split("-")[0] for b in app.button if str(b.key).endswith("-accept")}
        app.button(key=f"{lead}-keep-all").click().run()
    assert not app.exception
    assert "Every pair is decided." in [text.value for text in app.markdown]


def test_a_large_group_has_pages(seeded_home: Settings, open_page: OpenPage) -> None:
    row = {"algorithm": "phash", "is_mirrored": False, "similarity": 0.97, "is_confirmed": True}
    row |= {"distance_bits": 3, "method": "correlation"}
    with writing(resources.database()) as session:
        chain = [{"left_id": i, "right_id": i + 1, **row} for i in range(1, 12)]
        pairs.add_pairs(session, chain)
    app = open_page("duplicates.py", by="groups")
    assert not app.exception
    assert any(c.value.startswith("Images 1 to 9 of 13") for c in app.caption)
    app.session_state["group-page"] = 2
    app.run()
    assert any(c.value.startswith("Images 10 to 13 of 13") for c in app.caption)


def test_more_suggestions_than_a_page_waits_for_are_a_job(
    seeded_home: Settings, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.tidying.MOST_AT_ONCE", 1)
    app = open_page("duplicates.py")
    app.slider(key="accept-bits").set_value(8).run()
    app.button(key="accept").click().run()
    assert not app.exception
    (job,) = [job for job in resources.jobs().list_jobs() if job.kind == "accept"]
    assert job.arguments == {"max_bits": 8}
    assert any(str(button.key) == f"cancel-{job.id}" for button in app.button)
