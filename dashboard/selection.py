"""What can be done with images that a person has selected: label, tag, open in Browse."""

from collections.abc import Sequence

import streamlit as st
from sqlalchemy.orm import Session

from core.types import Label
from dashboard import browsing, resources
from dashboard.auth import actor
from dashboard.text import count
from db import images, tags

_ASKED = "asked-browse"


def selection_acts(ids: Sequence[int], *, key: str, title: str) -> None:
    """Draw the buttons that label, tag or open these images, and the one that takes it back.

    Args:
        ids: Numbers of images; without any the buttons are off.
        key: Of the buttons in the session.
        title: What Browse says they are, after their number: "chosen on the map".
    """
    is_off = not ids
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-acts"):
        for label in Label:
            st.button(
                label.capitalize(),
                key=f"{key}-{label}",
                help=f"Label {label}",
                disabled=is_off,
                on_click=resources.act,
                args=(_relabel, ids, label),
            )
        with st.popover("Tag", icon=":material/sell:", disabled=is_off):
            tag = st.text_input("Tag", key=f"{key}-tag", max_chars=tags.MAX_TAG_LENGTH)
            st.button(
                f"Tag {count(len(ids), 'image')}",
                key=f"{key}-put-tag",
                type="primary",
                disabled=not tag,
                on_click=resources.act,
                args=(_tag, ids, tag),
            )
        browsing.undo_button()
        st.button(
            "Open in Browse",
            key=f"{key}-browse",
            icon=":material/grid_view:",
            disabled=is_off,
            on_click=_ask_browse,
            args=(ids, title),
        )


def _ask_browse(ids: Sequence[int], title: str) -> None:
    browsing.show_only(ids, title)
    st.session_state[_ASKED] = True


def open_asked_browse() -> None:
    """Go to Browse if a button asked for it; before a page draws widgets that the URL holds."""
    if st.session_state.pop(_ASKED, False):
        st.switch_page("../pages/browse.py", query_params={})


def _relabel(session: Session, ids: Sequence[int], label: Label) -> None:
    n_changed = images.relabel(session, ids, label, actor=actor())
    resources.notify(f"{count(n_changed, 'image')} relabelled as {label}.", icon=":material/label:")


def _tag(session: Session, ids: Sequence[int], tag: str) -> None:
    n_changed = tags.add_tag(session, ids, tag, actor=actor())
    resources.notify(f"{count(n_changed, 'image')} tagged {tag}.", icon=":material/sell:")
