"""What every screen shares: the database, the files, the job client, and how a person acts."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import streamlit as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.errors import VerityError
from core.images.storage import Store
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
    """Connect to the job engine once a process."""
    return Jobs(settings())


@contextmanager
def session() -> Iterator[Session]:
    """Open a session that only reads, for the Load part of a page."""
    with reading(database()) as opened:
        yield opened


def act(change: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Run one change in one transaction; our own errors become a message on the page.

    For `on_click`: `change` takes a session first, then these arguments. What it tells by
    `notify` is kept until the change is stored: Streamlit may end a run that touches the
    session's state, and the change would be lost with it.
    """
    told: list[tuple[str, str]] = []
    _acting.told = told
    try:
        with writing(database()) as opened:
            change(opened, *args, **kwargs)
    except VerityError as error:
        told[:] = [(str(error), ":material/error:")]
    finally:
        _acting.told = None
    for message, icon in told:
        notify(message, icon)


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
    told = getattr(_acting, "told", None)
    kept = st.session_state.setdefault("messages", []) if told is None else told
    kept.append((message, icon))


def show_messages() -> None:
    """Draw and forget the messages that acts have left."""
    for message, icon in st.session_state.pop("messages", []):
        st.toast(plain(message), icon=icon, duration="long")
