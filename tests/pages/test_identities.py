from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.curation.identity_suggestions import Kind, Suggestion
from dashboard import resources
from dashboard.settings import Settings
from db import identities, images, suggestions
from db.engine import writing

OpenPage = Callable[..., AppTest]


def offer(*found: Suggestion) -> None:
    with writing(resources.database()) as session:
        suggestions.store_suggestions(session, found[0].kind, found, range(1, 21))


def rename() -> Suggestion:
    figures = {"own": 0.05, "other": 0.71}
    return Suggestion(Kind.RENAME, "Ada_Lovelace", "Mary_*Jackson*", 0.6, (0,), figures)


def name_of(number: int) -> str | None:
    with resources.session() as session:
        return images.get_image(session, number).identity


def words(app: AppTest) -> str:
    return " ".join(each.value for each in [*app.markdown, *app.caption])


def open_cards(app: AppTest) -> list[str]:
    return [str(button.key) for button in app.button if str(button.key).startswith("accept-")]


def test_without_images_the_way_leads_to_import(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("identities.py")
    assert not app.exception
    assert "once there are images" in words(app)


def test_without_faces_a_button_starts_to_measure_them(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("identities.py")
    assert "once the faces are measured" in words(app)
    app.button(key="start-faces").click().run()
    assert not app.exception
    assert resources.jobs().list_jobs()[0].kind == "faces"


def test_a_suggestion_says_why_in_words_and_names_stay_text(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    offer(rename())
    app = open_page("identities.py")
    assert not app.exception
    assert r"Is this Mary\_\*Jackson\* rather than Ada\_Lovelace?" in words(app)
    assert "0.05" in words(app)
    assert "0.71" in words(app)


def test_accept_and_undo(seeded_home: Settings, open_page: OpenPage) -> None:
    offer(rename())
    app = open_page("identities.py")
    (key,) = open_cards(app)
    app.button(key=key).click().run()
    assert not app.exception
    assert name_of(1) == "Mary_*Jackson*"
    assert open_cards(app) == []
    app.button(key="undo-identity").click().run()
    assert name_of(1) == "Ada_Lovelace"
    assert open_cards(app) == [key]


def test_decline_leaves_the_name(seeded_home: Settings, open_page: OpenPage) -> None:
    offer(rename())
    app = open_page("identities.py")
    app.button(key=open_cards(app)[0].replace("accept", "decline")).click().run()
    assert not app.exception
    assert name_of(1) == "Ada_Lovelace"
    assert open_cards(app) == []


def test_new_people_get_the_name_that_was_typed(seeded_home: Settings, open_page: OpenPage) -> None:
    offer(Suggestion(Kind.NEW, None, "Person 1", 2, (12, 13), {"cosine": 0.7, "n": 2}))
    app = open_page("identities.py")
    (key,) = open_cards(app)
    app.text_input(key=key.replace("accept", "name")).set_value("Rosalind").run()
    app.button(key=key).click().run()
    assert not app.exception
    assert (name_of(13), name_of(14)) == ("Rosalind", "Rosalind")


def test_kinds_are_chosen_by_button_and_by_url(seeded_home: Settings, open_page: OpenPage) -> None:
    offer(rename())
    merge = {"cosine": 0.8, "n_before": 4, "n_after": 5}
    offer(Suggestion(Kind.MERGE, "Alan_Turing", "Grace_Hopper", 0.8, (), merge))
    app = open_page("identities.py", kind="merge")
    assert "one person?" in words(app)
    app.button(key="kind-rename").click().run()
    assert "rather than" in words(app)


def test_people_are_listed_and_searched(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("identities.py", view="People")
    assert not app.exception
    assert "4 people" in words(app)
    app.text_input(key="q").set_value("hopper").run()
    assert "1 person" in words(app)


def test_a_person_is_renamed_and_merged(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("identities.py", person="Ada_Lovelace")
    app.text_input(key="new-name-Ada_Lovelace").set_value("Ada").run()
    app.button(key="rename").click().run()
    assert not app.exception
    assert name_of(1) == "Ada"
    assert app.query_params["person"] == "Ada"
    app.selectbox(key="merge-into-Ada").set_value("Grace_Hopper").run()
    app.button(key="merge").click().run()
    assert not app.exception
    assert name_of(1) == "Grace_Hopper"
    with resources.session() as session:
        assert identities.count_identities(session) == 3


def test_a_split_without_images_says_what_to_do(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("identities.py", person="Ada_Lovelace")
    app.text_input(key="split-name").set_value("Somebody").run()
    app.button(key="split").click().run()
    assert not app.exception
    assert any("select them" in toast.value for toast in app.toast)


def test_a_person_nobody_has_is_no_error(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("identities.py", person="<b>Nobody</b>")
    assert not app.exception
    assert app.info[0].value == "No image has this name now."
