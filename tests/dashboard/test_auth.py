"""Who acts: signed in before chosen before the installation's user; a hostile word is nobody."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from streamlit.runtime.context import StreamlitCookies
from streamlit.testing.v1 import AppTest

from core.errors import InvalidInput
from dashboard import auth
from dashboard.settings import Settings
from db import people

Ask = Callable[..., str]
ROBIN = {"is_logged_in": True, "email": "robin@example.org", "sub": "17", "name": "Ada"}


def _script() -> None:
    import streamlit as st

    from dashboard import auth

    st.text(f"{auth.must_sign_in()} {auth.actor()}" if not auth.must_sign_in() else "sign in")


@pytest.fixture
def ask(seeded_home: Settings, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask a page who acts, of a browser with this cookie, name chosen in the tab and account."""

    def run(cookie: str = "", chosen: str = "", user: dict[str, object] | None = None) -> str:
        cookies = StreamlitCookies({auth.COOKIE: cookie} if cookie else {})
        monkeypatch.setattr(type(st.context), "cookies", cookies)
        app = AppTest.from_function(_script)
        if chosen:
            app.session_state[auth.CHOSEN] = chosen
        if user:
            app.user = user
        app.run()
        assert not app.exception
        return app.text[0].value.removeprefix("False ")

    return run


def test_without_a_screen_it_is_the_installation_s_user(seeded_home: Settings) -> None:
    assert auth.actor() == "tester"


def test_a_name_chosen_in_the_tab_comes_before_the_cookie_s(ask: Ask) -> None:
    assert ask() == "tester"
    assert ask(cookie="Ada%20%C5%81.") == "Ada Ł."
    assert ask(cookie="Ada", chosen="Ben") == "Ben"


def test_who_signed_in_comes_first_and_is_named_by_what_nobody_can_choose(ask: Ask) -> None:
    assert ask(cookie="Ada", chosen="Ben", user=ROBIN) == "robin@example.org"
    assert ask(user=ROBIN | {"email_verified": False}) == "17"


@pytest.mark.parametrize(
    "account", [{"is_logged_in": False}, {"is_logged_in": True}, ROBIN | {"email": "", "sub": 17}]
)
def test_a_chosen_name_does_not_open_what_asks_to_sign_in(
    ask: Ask, account: dict[str, object]
) -> None:
    assert ask(cookie="Ada", chosen="Ben", user=account) == "sign in"


@pytest.mark.parametrize("cookie", ["%ff", "%00", "%20", "x" * 65, "%E2%80%AEadA", "a%0Ab%1B[31m"])
def test_a_hostile_cookie_is_nobody(ask: Ask, cookie: str) -> None:
    assert ask(cookie=cookie) == "tester"


@given(some.text(max_size=80))
def test_a_cookie_gives_back_every_name_and_nothing_else(text: str) -> None:
    try:
        name = people.checked_name(text)
    except InvalidInput:
        name = None
    told = quote(text, safe="", errors="replace")
    assert auth.read_cookie(told) == name


@given(some.text() | some.binary() | some.none())
def test_any_cookie_is_a_name_or_nobody(told: object) -> None:
    name = auth.read_cookie(told)
    assert name is None or people.checked_name(name) == name
