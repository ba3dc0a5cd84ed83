"""Tags on the screen: the field in which one image's tags are put and taken off."""

from collections.abc import Sequence

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import resources
from dashboard.auth import actor
from db import tags


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
