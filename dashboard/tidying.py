"""Duplicates: accepting many suggestions at once, and the folders that no verdict may touch."""

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import resources
from dashboard.auth import actor
from dashboard.text import count, plain
from db import pairs, protected, versions

MAX_BITS = 8
DEFAULT_BITS = 2


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
            on_click=resources.act,
            args=(_accept, bits),
        )


def _accept(session: Session, max_bits: int) -> None:
    accepted = pairs.accept_suggestions(session, max_bits, actor=actor())
    st.query_params.pop("pair", None)
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
        with st.form("protect", border=False, clear_on_submit=True):
            st.selectbox("Storage", storages, key="protect-storage")
            st.text_input(
                "Folder",
                key="protect-prefix",
                placeholder="originals/2024",
                help="As in an image's location; empty for the whole storage.",
            )
            st.form_submit_button(
                "Protect",
                key="protect-go",
                disabled=not storages,
                on_click=resources.act,
                args=(_protect,),
            )


def _protect(session: Session) -> None:
    typed = st.session_state["protect-storage"], st.session_state["protect-prefix"]
    protected.protect(session, *typed, actor())


def _unprotect(session: Session, folder_id: int) -> None:
    protected.unprotect(session, folder_id, actor())
