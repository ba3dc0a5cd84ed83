"""Saved views and links: what Browse looks for, kept under a name or given away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st
from sqlalchemy.orm import Session

from core.types import Label, Status
from dashboard import filtering, resources
from dashboard.auth import actor
from dashboard.text import moment, plain
from db import views
from db.views import View

STARTING: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("Unlabelled", {"label": Label.UNKNOWN.value}),
    ("No face", {"faceless": True}),
    ("Several faces", {"measure": "n_faces", "low": 2.0}),
    ("Excluded", {"status": Status.EXCLUDED.value}),
)
"""Offered as long as nobody has saved a view."""

_WIDTH_PX = 320
_MENU, _NAME, _REPLACE = "views-menu", "view-name", "view-replace"


@dataclass(frozen=True)
class Saved:
    """The saved views.

    Attributes:
        can_undo: Whether this person deleted one that can come back.
    """

    views: Sequence[View]
    can_undo: bool


def load_views(session: Session) -> Saved:
    """Read the saved views, by name."""
    return Saved(views.list_views(session), views.can_undo_delete(session, actor=actor()))


def menu(saved: Saved) -> None:
    """Draw the views to pick from, and the field that saves the present one."""
    place = st.popover("Views", key=_MENU, icon=":material/bookmarks:", on_change="rerun")
    with place.container(width=_WIDTH_PX):
        for view in saved.views:
            _saved_view(view)
        if not saved.views:
            st.caption("None saved yet. To start with:")
            for name, query in STARTING:
                _pick(name, query, key=f"view-{name}")
        _save_form(saved.views)
        if saved.can_undo:
            st.button(
                "Undo delete",
                key="undo-view",
                icon=":material/undo:",
                type="tertiary",
                help="Bring back the view that you deleted last",
                on_click=resources.act,
                args=(_undo_delete,),
            )


def _saved_view(view: View) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        told = f"Saved by {plain(view.author)}, {moment(view.created_at)}"
        _pick(view.name, view.query, key=f"view-{view.id}", told=told)
        st.button(
            "",
            key=f"delete-view-{view.id}",
            icon=":material/delete:",
            type="tertiary",
            help=f"Delete {plain(view.name)}",
            on_click=resources.act,
            args=(_delete, view.id),
        )


def _pick(name: str, query: Mapping[str, Any], *, key: str, told: str | None = None) -> None:
    st.button(plain(name), key=key, width="stretch", help=told, on_click=_apply, args=(query,))


def _apply(query: Mapping[str, Any]) -> None:
    st.session_state[_MENU] = False
    filtering.put(query)


def _save_form(saved: Sequence[View]) -> None:
    name = st.text_input(
        "Save these filters as",
        key=_NAME,
        max_chars=views.MAX_NAME_LENGTH,
        placeholder="Name of the view",
    )
    others = {view.name: view.author for view in saved if view.author != actor()}
    author = others.get(" ".join((name or "").split()))
    if author:
        st.checkbox(f"Replace the view of {plain(author)}", key=_REPLACE)
    st.button("Save", key="save-view", icon=":material/bookmark_add:", on_click=_save)
    if st.session_state.get(filtering.AMONG) is not None:
        st.caption("The choice of single images is not part of a view or a link.")


def _save() -> None:
    resources.act(_store, st.session_state[_NAME] or "", bool(st.session_state.get(_REPLACE)))


def _store(session: Session, name: str, replace: bool) -> None:
    view = views.save(session, name, filtering.present(), author=actor(), replace=replace)
    resources.afterwards(_clear_name)
    resources.notify(f"View {view.name} is saved for everybody.", icon=":material/bookmark:")


def _clear_name() -> None:
    st.session_state[_NAME] = ""


def _delete(session: Session, view_id: int) -> None:
    name = views.delete(session, view_id, actor=actor())
    resources.notify(f"View {name} deleted.", icon=":material/delete:")


def _undo_delete(session: Session) -> None:
    name = views.undo_delete(session, actor=actor())
    resources.notify(f"View {name} is back.", icon=":material/undo:")


def share() -> None:
    """Draw the address of what is shown, to be copied; after the filters are drawn."""
    with st.popover("Share", key="share-menu", icon=":material/link:"):
        st.caption("Whoever opens this link sees the same filters and order.")
        st.code(link(st.context.url or "", st.query_params.to_dict()), language=None)


def link(address: str, query: Mapping[str, str]) -> str:
    """Return the address of a page with what it shows; of an address only host and path stay."""
    parts = urlsplit(address)
    page = f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.scheme in _WEB else ""
    return f"{page}?{urlencode(query)}" if query else page


_WEB = {"http", "https"}
