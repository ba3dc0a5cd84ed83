"""What can be done with images that a person has selected: label, tag, open in Browse."""

from collections.abc import Sequence

import streamlit as st

from core.types import Label
from dashboard import acting, browsing
from dashboard.text import count
from db import tags

_ASKED = "asked-browse"


def selection_acts(ids: Sequence[int], *, key: str, title: str) -> None:
    """Draw the buttons that label, tag or open these images, and the one that takes it back.

    Args:
        ids: Numbers of images; without any the buttons are off.
        key: Of the buttons in the session.
        title: What Browse says they are, after their number: "chosen on the map".
    """
    is_off, scope = not ids, acting.Scope(len(ids), tuple(ids))
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-acts"):
        for label in Label:
            st.button(
                label.capitalize(),
                key=f"{key}-{label}",
                help=f"Label {label}",
                disabled=is_off,
                on_click=acting.request,
                args=(acting.label_act(label), scope),
            )
        with st.popover("Tag", icon=":material/sell:", disabled=is_off):
            tag = st.text_input("Tag", key=f"{key}-tag", max_chars=tags.MAX_TAG_LENGTH)
            st.button(
                f"Tag {count(len(ids), 'image')}",
                key=f"{key}-put-tag",
                type="primary",
                disabled=not tag,
                on_click=acting.request,
                args=(acting.tag_act(tag or ""), scope),
            )
        acting.undo_button()
        st.button(
            "Open in Browse",
            key=f"{key}-browse",
            icon=":material/grid_view:",
            disabled=is_off,
            on_click=ask_browse,
            args=(ids, title),
        )
    acting.ask()


def ask_browse(ids: Sequence[int], title: str) -> None:
    """Ask for these images in Browse, from a callback; `open_asked_browse` goes there."""
    browsing.show_only(ids, title)
    st.session_state[_ASKED] = True


def open_asked_browse() -> None:
    """Go to Browse if a button asked for it; before a page draws widgets that the URL holds."""
    if st.session_state.pop(_ASKED, False):
        st.switch_page("../pages/browse.py", query_params={})
