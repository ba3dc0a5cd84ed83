"""Who is acting: whoever signed in, else the name this browser has chosen, else the installation's.

A chosen name is not verified. Where `[auth]` stands in Streamlit's secrets, people sign in by
OpenID Connect and chosen names count no longer.
"""

from urllib.parse import unquote

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import InvalidInput, Unavailable
from dashboard.settings import settings
from db import people

CHOSEN = "person"
"""Where the session's state holds the name that was chosen in this tab."""
COOKIE = "verity_name"
"""Where the browser keeps it, percent-encoded."""
_CLAIMS = ("email", "sub")  # a person may change the claim "name" into a colleague's


def actor() -> str:
    """Return the name that is written beside a decision.

    It may be asked inside a transaction: unlike a look into the session's state, it never ends
    the run.

    Raises:
        Unavailable: If people sign in here and nobody has.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return settings().user
    if not has_sign_in():
        return _chosen() or settings().user
    if name := _signed_in():
        return name
    raise Unavailable("Expected somebody who signed in. Received nobody: sign in and try again.")


def has_sign_in() -> bool:
    """Return whether people sign in here, so that names are verified."""
    return "is_logged_in" in st.user


def must_sign_in() -> bool:
    """Return whether the person at the screen has yet to sign in."""
    return has_sign_in() and _signed_in() is None


def read_name(told: object) -> str | None:
    """Return a name that the browser or an account tells, or None for anything that is none."""
    try:
        return people.checked_name(told) if isinstance(told, str) else None
    except InvalidInput:
        return None


def read_cookie(told: object) -> str | None:
    """Return the name that stands percent-encoded in a cookie, or None for anything else."""
    try:
        return read_name(unquote(told, errors="strict")) if isinstance(told, str) else None
    except UnicodeDecodeError:
        return None


def _signed_in() -> str | None:
    if not st.user.get("is_logged_in"):
        return None
    claims = [st.user.get(each) for each in _CLAIMS]
    if st.user.get("email_verified") is False:
        claims[0] = None
    return next(filter(None, map(read_name, claims)), None)


def _chosen() -> str | None:
    # to_dict(), because any other look into the state may end the run and the act with it.
    return st.session_state.to_dict().get(CHOSEN) or read_cookie(st.context.cookies.get(COOKIE))
