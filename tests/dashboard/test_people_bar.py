from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import resources
from dashboard.auth import CHOSEN
from dashboard.settings import Settings
from db import people

MAIN = str(Path(__file__).resolve().parents[2] / "dashboard/main.py")


@pytest.fixture
def app(seeded_home: Settings) -> AppTest:
    """The dashboard on Export, a page that draws little; Ada L has worked here too."""
    resources.act(people.remember, "Ada *L*")
    app = AppTest.from_file(MAIN, default_timeout=60).run()
    app.switch_page("../pages/export.py")
    return app.run()


def choose(app: AppTest, name: str) -> AppTest:
    return app.selectbox(key="person-choice").set_value(name).run()


def bar(app: AppTest) -> str:
    return str(app.get("popover")[0].proto.popover.label)


def test_whoever_opens_the_page_is_known_from_then_on(app: AppTest) -> None:
    assert bar(app) == "Working as tester"
    with resources.session() as session:
        assert people.names(session) == ["Ada *L*", "tester"]


def test_another_name_is_chosen_and_kept_for_the_tab(app: AppTest) -> None:
    choose(app, "Ada *L*")
    assert bar(app) == r"Working as Ada \*L\*"
    assert app.session_state[CHOSEN] == "Ada *L*"
    assert app.run().selectbox(key="person-choice").value == "Ada *L*"


def test_a_job_carries_the_name_of_whoever_starts_it(app: AppTest) -> None:
    choose(app, "Ada *L*")
    app.button(key="export-start").click().run()
    assert resources.jobs().list_jobs()[0].author == "Ada *L*"


def test_who_has_yet_to_sign_in_sees_no_page(app: AppTest) -> None:
    app.user = {"is_logged_in": False}
    app.run()
    assert [title.value for title in app.title] == ["Sign in"]
    assert not app.exception
