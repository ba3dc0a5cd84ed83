"""Duplicates: how far the review is, undo, accepting at once, and protected folders."""

from collections.abc import Callable

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import job_view, resources
from dashboard.auth import actor
from dashboard.text import count, plain
from dashboard.widgets import empty
from db import accepting, pairs, protected, versions

MAX_BITS = 8
DEFAULT_BITS = 2
MOST_AT_ONCE = 10_000
"""Pairs that are decided while the page waits, about a second; more are a job."""

PAIRS, GROUPS = "pairs", "groups"
_FOLDER = "protect-prefix"


def heading() -> str:
    """Draw the title with the way to the other screen; return which one is shown."""
    shown = GROUPS if st.query_params.get("by") == GROUPS else PAIRS
    other = PAIRS if shown == GROUPS else GROUPS
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.title("Duplicates", anchor=False, width="content")
        st.button(
            f"Review in {other}",
            key="by",
            icon=":material/compare:" if other == PAIRS else ":material/grid_view:",
            shortcut="G",
            on_click=_show_screen,
            args=(other,),
        )
    return shown


def _show_screen(name: str) -> None:
    st.query_params["by"] = name


def bar(n_decided: int, n_pending: int, undo_last: Callable[[Session], None]) -> None:
    """Draw how many pairs are decided, the way back from the last verdict, and two panels."""
    n_pairs = n_decided + n_pending
    if not n_pairs:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(n_decided / n_pairs, text=f"{n_decided:,} of {n_pairs:,} pairs decided")
        st.button(
            "Undo last verdict",
            key="undo-verdict",
            icon=":material/undo:",
            shortcut="Z",
            on_click=resources.act,
            args=(undo_last,),
        )
        accept_panel()
        protected_panel()
    _follow_accepting()


def undo(session: Session) -> int:
    """Take the last act of verdicts back, whole; return the number of its first pair."""
    act = pairs.undo_decision(session, actor=actor())
    if len(act) > 1:
        resources.notify(f"Took {len(act):,} verdicts back.", icon=":material/undo:")
    return act[0].subject_id


def nearest_pair() -> None:
    """Make Duplicates show the nearest pair that waits."""
    st.query_params.pop("pair", None)


def nothing_left(n_decided: int) -> None:
    """Draw what to do next where no pair waits."""
    if n_decided:
        empty(
            "Every pair is decided.",
            "../pages/dataset.py",
            "Freeze the next dataset version",
            ":material/inventory_2:",
        )
    else:
        empty(
            "No look-alike images were found. Every import looks for them.",
            "../pages/import_files.py",
            "Import images",
            ":material/upload:",
        )


def _follow_accepting() -> None:
    """Draw the accepting of very many suggestions while it runs."""
    job_id = st.session_state.get("accept-job")
    if job_id and job_view.find_current(job_view.list_jobs("accept")):
        job_view.follow(job_id)


def accept_panel() -> None:
    """Draw the popover that accepts all suggestions up to a distance."""
    with st.popover("Accept suggestions", icon=":material/done_all:", key="accept-panel"):
        bits = st.slider("Up to this many bits apart", 0, MAX_BITS, DEFAULT_BITS, key="accept-bits")
        with resources.session() as session:
            n_pairs = pairs.count_pending(session, bits)
        st.caption(
            "Pairs that differ in label or identity, or whose suggestion an earlier verdict rules "
            "out, are left for you. One undo takes all back."
        )
        st.button(
            f"Accept up to {count(n_pairs, 'suggestion')}",
            key="accept",
            type="primary",
            disabled=n_pairs == 0,
            on_click=_start_accepting if n_pairs > MOST_AT_ONCE else resources.act,
            args=(bits,) if n_pairs > MOST_AT_ONCE else (_accept, bits),
        )


def _start_accepting(bits: int) -> None:
    st.session_state["accept-job"] = resources.start(resources.jobs().accept, bits)
    nearest_pair()


def _accept(session: Session, max_bits: int) -> None:
    accepted = accepting.accept_suggestions(session, max_bits, actor=actor())
    resources.afterwards(nearest_pair)
    told = f"Decided {count(accepted.n_decided, 'pair')}; left {accepted.n_skipped:,} for you."
    resources.notify(told, icon=":material/done_all:")


def protected_panel() -> None:
    """Draw the popover that lists, adds and ends protected folders."""
    with resources.session() as session:
        folders = protected.protected_folders(session)
        storages = versions.sources(session)
    with st.popover("Protected folders", icon=":material/shield:", key="protected-panel"):
        st.caption("No verdict excludes an image that was found in one of these folders.")
        for folder in folders:
            st.button(
                f"{plain(folder.storage)}/{plain(folder.prefix)}",
                key=f"unprotect-{folder.id}",
                icon=":material/close:",
                help="Protect this folder no longer",
                on_click=resources.act,
                args=(_unprotect, folder.id),
            )
        with st.form("protect", border=False):
            st.selectbox("Storage", storages, key="protect-storage")
            st.text_input(
                "Folder",
                key=_FOLDER,
                placeholder="originals/2024",
                help="As in an image's location; / for the whole storage.",
            )
            st.form_submit_button(
                "Protect",
                key="protect-go",
                disabled=not storages,
                on_click=_protect,
            )


def _protect() -> None:
    resources.act(_store, st.session_state["protect-storage"], st.session_state[_FOLDER])


def _store(session: Session, storage: str, folder: str) -> None:
    protected.protect(session, storage, folder, actor())
    resources.afterwards(_clear_folder)
    resources.notify(f"{storage}/{folder.strip('/')} is protected.", icon=":material/shield:")


def _clear_folder() -> None:
    st.session_state[_FOLDER] = ""


def _unprotect(session: Session, folder_id: int) -> None:
    protected.unprotect(session, folder_id, actor())
