"""The foot of the sidebar: who works here, and choosing another name; and the sign-in screen."""

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import resources
from dashboard.auth import CHOSEN, COOKIE, actor, has_sign_in
from dashboard.text import plain
from db import people

_KNOWN = "people-known"
_CHOICE = "person-choice"
_COOKIE = st.components.v2.component(
    "verity_name_cookie", js=Path(__file__).with_name("name_cookie.js").read_text("utf-8")
)


def show() -> None:
    """Draw who works here at the foot of the sidebar."""
    name = actor()
    with (
        st.sidebar,
        st.popover(f"Working as {plain(name)}", icon=":material/person:", key="person-bar"),
    ):
        if has_sign_in():
            st.caption("You signed in: this name is written beside what you decide.")
            st.button("Sign out", icon=":material/logout:", on_click=st.logout, key="sign-out")
        else:
            _offer_names(name)
    if CHOSEN in st.session_state and not has_sign_in():
        with st.sidebar:
            _COOKIE(key="name-cookie", data={"name": COOKIE, "value": quote(name, safe="")})


def sign_in() -> None:
    """Draw the screen of somebody who has yet to sign in."""
    st.title("Sign in", anchor=False)
    st.write("What you decide here is recorded under your name.")
    if find_spec("authlib") is None:
        st.error(
            "Expected the package Authlib, which signing in needs. Install it with "
            '`pip install "streamlit[auth]"`, then start the dashboard again.',
            icon=":material/error:",
        )
        return
    if st.user.get("is_logged_in"):
        st.warning(
            "Your account tells neither a verified e-mail address nor a number of at most 64 "
            "characters. Sign out, and in with another one.",
            icon=":material/warning:",
        )
        st.button("Sign out", on_click=st.logout, key="sign-out")
        return
    st.button("Sign in", type="primary", on_click=st.login, key="sign-in")


def _offer_names(name: str) -> None:
    st.session_state[_CHOICE] = name  # what was refused does not stay in the field
    st.selectbox(
        "Who works here?",
        _known(name),
        key=_CHOICE,
        accept_new_options=True,
        placeholder="Choose or type a name",
        on_change=_choose,
    )
    st.caption(
        "This browser remembers it. Names are not verified: anybody who opens this page can take "
        "any of them. Let people sign in to verify them (README, *Who is working*)."
    )


def _known(name: str) -> list[str]:
    """Return the names to choose from, asked for once a session; the acting person's is kept."""
    if _KNOWN not in st.session_state:
        with resources.session() as session:
            st.session_state[_KNOWN] = people.names(session)
        if name not in st.session_state[_KNOWN]:
            resources.act(people.remember, name)
    return sorted({*st.session_state[_KNOWN], name}, key=lambda each: (each.casefold(), each))


def _choose() -> None:
    resources.act(_remember, st.session_state[_CHOICE])


def _remember(session: Session, name: str) -> None:
    resources.afterwards(_work_as, people.remember(session, name))


def _work_as(name: str) -> None:
    st.session_state[CHOSEN] = name
    st.session_state.pop(_KNOWN, None)
