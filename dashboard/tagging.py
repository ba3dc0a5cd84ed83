"""Tags on the screen: the field in which one image's tags are put and taken off."""

from collections.abc import Callable, Sequence

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import resources
from dashboard.acting import Act, tag_act, untag_act
from dashboard.auth import actor
from db import tags

_MENU, _BULK = "tag-menu", "bulk-tag"


def tag_field(image_id: int, current: Sequence[str]) -> None:
    """Draw an image's tags; what is typed is put on it, what is crossed out is taken off."""
    key = f"tags-{image_id}"
    st.session_state[key] = list(current)
    st.multiselect(
        "Tags",
        sorted({*_tags_in_use(), *current}),
        key=key,
        accept_new_options=True,
        placeholder="Add a tag",
        on_change=_change,
        args=(image_id, current, key),
    )


def bulk_tags(request: Callable[[Act], None], *, is_off: bool) -> None:
    """Draw the menu that puts a tag on many images or takes it off them.

    Args:
        request: Does the act; called from a callback.
        is_off: Whether nothing is selected.
    """
    with st.popover(
        "Tag", key=_MENU, icon=":material/sell:", disabled=is_off, help="Tag (T)", on_change="rerun"
    ):
        st.selectbox(
            "Tag",
            _tags_in_use(),
            index=None,
            key=_BULK,
            accept_new_options=True,
            placeholder="Pick one or type a new one",
        )
        with st.container(horizontal=True):
            st.button("Put it on", key="put-tag", type="primary", on_click=_put, args=(request,))
            st.button("Take it off", key="take-tag", on_click=_take, args=(request,))


def _put(request: Callable[[Act], None]) -> None:
    st.session_state[_MENU] = False
    request(tag_act(st.session_state[_BULK] or ""))


def _take(request: Callable[[Act], None]) -> None:
    st.session_state[_MENU] = False
    request(untag_act(st.session_state[_BULK] or ""))


def _tags_in_use() -> list[str]:
    """Return all tags in use."""
    with resources.session() as session:
        return resources.catalogue().members(session, "tag")


def _change(image_id: int, before: Sequence[str], key: str) -> None:
    resources.act(_store, image_id, before, st.session_state[key])


def _store(session: Session, image_id: int, before: Sequence[str], after: Sequence[str]) -> None:
    for tag in set(after) - set(before):
        tags.add_tag(session, [image_id], tag, actor=actor())
    for tag in set(before) - set(after):
        tags.remove_tag(session, [image_id], tag, actor=actor())
