import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from sqlalchemy.orm import Session

from core.errors import Conflict
from dashboard import resources
from dashboard.settings import settings
from db import checks


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


def test_what_touches_the_session_waits_until_the_act_is_stored() -> None:
    def turn(page: int) -> None:
        with resources.session() as session:
            seen.append((page, checks.thresholds(session)))

    def change(session: Session) -> None:
        resources.afterwards(turn, 2)
        checks.set_threshold(session, "sharpness", 7.0, actor="ada")
        assert not seen

    seen: list[tuple[int, dict[str, float]]] = []
    resources.act(change)
    assert seen == [(2, {"sharpness": 7.0})]
    resources.afterwards(turn, 3)
    assert seen[1:] == [(3, {"sharpness": 7.0})]


def test_an_act_that_fails_tells_only_why() -> None:
    def change(session: Session) -> None:
        resources.notify("Done.", icon=":material/check:")
        resources.afterwards(resources.notify, "Gone on.", ":material/check:")
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


def test_a_run_waits_for_the_one_before_it_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resources, "_PATIENCE_S", 0.05)
    order = []

    def other() -> None:
        with resources.turn():
            order.append("other")

    with resources.turn():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(5)  # it has lost its patience
        order.append("slow")
    assert order == ["other", "slow"]
    monkeypatch.setattr(resources, "_PATIENCE_S", 5.0)
    with resources.turn():
        thread = threading.Thread(target=other)
        thread.start()
        order.append("first")
    thread.join(5)
    assert order[2:] == ["first", "other"]
