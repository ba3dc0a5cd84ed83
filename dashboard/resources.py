"""What every screen shares: the database, the files, the job client, and how a person acts."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import streamlit as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.errors import VerityError
from core.images.storage import Store
from dashboard.auth import actor
from dashboard.home import open_database, open_store
from dashboard.jobs.client import Jobs
from dashboard.settings import settings
from dashboard.text import plain
from db.catalogue import Catalogue
from db.engine import reading, writing

_acting = threading.local()


@st.cache_resource
def database() -> Engine:
    """Open the database once a process."""
    return open_database(settings())


@st.cache_resource
def catalogue() -> Catalogue:
    """Keep what Browse filters by in memory, once a process for all sessions."""
    return Catalogue(settings().folder("cache") / "catalogue.npz")


def store() -> Store:
    """Open the files once a process."""
    return _store(settings())


_store = cache(open_store)  # a page asks for a hundred files: st.cache_resource takes 30 us each


@st.cache_resource
def jobs() -> Jobs:
    """Connect to the job engine once a process; a job carries the name of whoever starts it."""
    return Jobs(settings(), author=actor)


@contextmanager
def session() -> Iterator[Session]:
    """Open a session that only reads, for the Load part of a page."""
    with reading(database()) as opened:
        yield opened


@contextmanager
def turn() -> Iterator[None]:
    """Let page runs follow one another, as the interpreter runs one thread at a time anyway.

    Twenty that share it all end last; one after the other, half of them end in half the time. A
    run that has waited long enough goes on beside the slow one before it.
    """
    has_turn = _turns.acquire(timeout=_PATIENCE_S)
    try:
        yield
    finally:
        if has_turn:
            _turns.release()


_turns = threading.BoundedSemaphore(1)
_PATIENCE_S = 2.0


def act(change: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Run one change in one transaction; our own errors become a message on the page.

    For `on_click`: `change` takes a session first, then these arguments. What it leaves to
    `afterwards`, and what it tells by `notify`, waits until the change is stored.
    """
    later: list[Callable[[], None]] = []
    _acting.later = later
    try:
        with writing(database()) as opened:
            change(opened, *args, **kwargs)
    except VerityError as error:
        later[:] = [partial(_keep_message, str(error), ":material/error:")]
    finally:
        _acting.later = None
    for do in later:
        do()


def afterwards(do: Callable[..., None], *args: Any) -> None:
    """Do something once the change under way is stored, if it is; at once where there is none.

    For all that touches the session's state or the URL: Streamlit may end a run that does, and a
    change that is not stored yet would be lost with it.
    """
    later = getattr(_acting, "later", None)
    if later is None:
        do(*args)
    else:
        later.append(partial(do, *args))


def start(enqueue: Callable[..., str], *args: Any, **kwargs: Any) -> str | None:
    """Start a job; return its number, or None after a message on the page."""
    try:
        job_id = enqueue(*args, **kwargs)
    except VerityError as error:
        notify(str(error), icon=":material/error:")
        return None
    notify("Started. Follow it here or under Jobs.", icon=":material/play_arrow:")
    return job_id


def notify(message: str, icon: str) -> None:
    """Keep a message for the next run of the page; callbacks run before anything is drawn."""
    afterwards(_keep_message, message, icon)


def _keep_message(message: str, icon: str) -> None:
    st.session_state.setdefault("messages", []).append((message, icon))


def show_messages() -> None:
    """Draw and forget the messages that acts have left."""
    for message, icon in st.session_state.pop("messages", []):
        st.toast(plain(message), icon=icon, duration="long")
