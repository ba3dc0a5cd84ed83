from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from sqlalchemy.orm import Session

from core.errors import Conflict
from dashboard import resources
from dashboard.settings import settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VERITY_HOME", str(tmp_path))
    settings.cache_clear()
    st.cache_resource.clear()
    st.session_state.pop("messages", None)
    yield
    settings.cache_clear()
    st.cache_resource.clear()
    st.session_state.pop("messages", None)


def test_what_an_act_tells_waits_until_it_is_stored() -> None:
    """Touching the session's state may end the run, and the act with it."""

    def change(session: Session) -> None:
        resources.notify("Done.", icon=":material/check:")
        assert "messages" not in st.session_state

    resources.act(change)
    assert st.session_state["messages"] == [("Done.", ":material/check:")]


def test_an_act_that_fails_tells_only_why() -> None:
    def change(session: Session) -> None:
        resources.notify("Done.", icon=":material/check:")
        raise Conflict("Somebody was faster.")

    resources.act(change)
    assert st.session_state["messages"] == [("Somebody was faster.", ":material/error:")]


def test_an_error_that_is_not_ours_surfaces() -> None:
    def change(session: Session) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        resources.act(change)
    resources.notify("Later.", icon=":material/check:")
    assert st.session_state["messages"] == [("Later.", ":material/check:")]
