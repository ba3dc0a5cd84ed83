"""Browse: which page of what matches, what is selected of it, and what can be done with that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st
from sqlalchemy.orm import Session

from core.types import ImageRecord, Label, Status
from dashboard import acting, resources, tagging
from dashboard.acting import Act, Scope, label_button, undo_button
from dashboard.auth import actor
from dashboard.filtering import AMONG, AMONG_TITLE, first_page, put, title_of
from dashboard.grid import known_ids
from dashboard.text import count, plain
from dashboard.widgets import empty
from db import images
from db.catalogue import Sort
from db.images import PAGE_SIZE, ImageFilter
from db.statuses import MAX_REASON_LENGTH

__all__ = ["first_page", "title_of", "undo_button"]

GRID = "images"
"""Key of the grid in the session."""

_ALL_OF, _MENU, _REASON = "all-of", "exclude-menu", "exclude-reason"


@dataclass(frozen=True)
class Found:
    """What Browse shows.

    Attributes:
        ids: The images of this page.
        total: How many match on all pages.
    """

    wanted: ImageFilter
    ids: Sequence[int]
    total: int

    @property
    def is_all_selected(self) -> bool:
        """Whether acts are about all that match, not only those on this page."""
        return bool(st.session_state.get(_ALL_OF) == self.wanted)

    def scope(self) -> Scope:
        """Return what an act is about at this moment."""
        if self.is_all_selected:
            return Scope(self.total, self.wanted)
        chosen = known_ids(st.session_state.get(GRID, {}).get("selected"), set(self.ids))
        return Scope(len(chosen), tuple(chosen))


def pager(total: int) -> int:
    """Draw how many images there are and the pages; return where the chosen page begins."""
    n_pages = max(-(-total // PAGE_SIZE), 1)
    if (st.session_state.get("page") or 1) > n_pages:  # a key was pressed on the last one
        st.session_state["page"] = n_pages
    page = st.pagination(n_pages, key="page", bind="query-params", max_visible_pages=5)
    st.markdown(f"**{count(total, 'image')}**", width="content")
    return (min(page, n_pages) - 1) * PAGE_SIZE


def load_page(session: Session, wanted: ImageFilter, sort: Sort, offset: int) -> list[ImageRecord]:
    """Read one page of the images that match."""
    ids, _ = resources.catalogue().find(session, wanted, sort, offset=offset, limit=PAGE_SIZE)
    return images.get_images(session, ids)


def show_only(ids: Sequence[int], title: str) -> None:
    """Let Browse show these images alone; `st.switch_page("../pages/browse.py")` goes there.

    Args:
        ids: Numbers of images.
        title: What they are, after their number: "chosen on the map".
    """
    put({})
    st.session_state[AMONG] = frozenset(ids)
    st.session_state[AMONG_TITLE] = title


def chosen_elsewhere() -> None:
    """Draw that only images which another screen chose are shown, and the way out of it."""
    among = st.session_state.get(AMONG)
    if among is not None:
        st.button(
            f"Only {len(among):,} {plain(st.session_state[AMONG_TITLE])}",
            key="forget-among",
            icon=":material/close:",
            icon_position="right",
            help="Show the others too",
            on_click=_forget_among,
        )


def _forget_among() -> None:
    st.session_state.pop(AMONG, None)
    first_page()


def selection(found: Found) -> None:
    """Draw what is selected, and the way to all that match or back to this page."""
    st.space("stretch")
    n_selected = found.scope().n
    if found.is_all_selected:
        st.markdown(f":primary[**All {n_selected:,} matching selected**]", width="content")
        _link("Only this page", "only-page", only_page)
    else:
        st.markdown(
            f"{n_selected:,} selected" if n_selected else "None selected",
            help="Press ? for the keys of the grid",
            width="content",
        )
        _link(f"Select all {found.total:,}", "all-matching", _take_all, found.wanted)


def _link(label: str, key: str, on_click: Callable[..., None], *args: object) -> None:
    st.button(label, key=key, type="tertiary", on_click=on_click, args=args)


def _take_all(wanted: ImageFilter) -> None:
    st.session_state[_ALL_OF] = wanted


def only_page() -> None:
    """Let acts be about what is selected on this page again."""
    st.session_state.pop(_ALL_OF, None)


def toolbar(found: Found) -> None:
    """Draw what can be done with what is selected."""
    is_off = not found.scope().n
    with st.container(horizontal=True, vertical_alignment="center", key="acts"):
        for label in Label:
            label_button(
                label, _request, (found, acting.label_act(label)), is_off=is_off, is_in_grid=True
            )
        tagging.bulk_tags(partial(_request, found), is_off=is_off)
        _status_acts(found, is_off)
        undo_button(is_in_grid=True)
    acting.ask()


def _request(found: Found, act: Act) -> None:
    acting.request(act, found.scope())


def _status_acts(found: Found, is_off: bool) -> None:
    with st.popover(
        "Exclude",
        key=_MENU,
        on_change="rerun",
        icon=":material/do_not_disturb_on:",
        help="Leave out of the next dataset version (E)",
        disabled=is_off,
    ):
        st.text_input("Why", key=_REASON, max_chars=MAX_REASON_LENGTH, placeholder=acting.BY_HAND)
        st.button("Exclude", key="exclude", type="primary", on_click=_exclude, args=(found,))
    st.button(
        "Include",
        key="include",
        icon=":material/add_circle:",
        help="Take into the next dataset version again (E)",
        disabled=is_off,
        on_click=_request,
        args=(found, acting.include_act()),
    )


def _exclude(found: Found) -> None:
    st.session_state[_MENU] = False
    _request(found, acting.exclude_act(st.session_state[_REASON]))


def label_buttons(image_id: int, current: Label, status: Status | None = None) -> None:
    """Draw the buttons that relabel one image and, given its status, leave it out or take it in."""
    scope = Scope(1, (image_id,))
    with st.container(horizontal=True, vertical_alignment="center"):
        for label in Label:
            act = acting.label_act(label)
            label_button(label, acting.perform, (act, scope), is_off=label is current)
        if status:
            st.button(
                "Include" if status is Status.EXCLUDED else "Exclude",
                key="toggle-status",
                help="Leave it out of the next dataset version, or take it in again (E)",
                shortcut="E",
                on_click=acting.toggle_status,
                args=(scope,),
            )
        undo_button(image_id=image_id)


def on_key(
    action: str, ids: Sequence[int], argument: str | None, found: Found | None = None
) -> None:
    """Do what a key in the grid asks for; the cells themselves show a new label.

    Args:
        action: As the grid tells it.
        ids: Of the cells that it is about.
        argument: The tag, with "tag".
        found: Where the key is about all that match; without it, about `ids`.
    """
    scope = Scope(found.total, found.wanted) if found else Scope(len(ids), tuple(ids))
    if action in set(Label):
        _label_by_key(Label(action), scope)
    elif action == "tag" and argument:
        acting.request(acting.tag_act(argument), scope)
    elif action == "exclude":
        acting.toggle_status(scope)
    elif action == "undo":
        acting.undo()
    else:
        step = {"previous": -1, "next": 1}[action]
        st.session_state["page"] = max((st.session_state.get("page") or 1) + step, 1)


def _label_by_key(label: Label, scope: Scope) -> None:
    if isinstance(scope.about, ImageFilter):
        acting.request(acting.label_act(label), scope)
    else:  # without a message: the cells show it, and keys come fast
        resources.act(images.relabel, scope.about, label, actor=actor())


def nothing_found(wanted: ImageFilter) -> None:
    """Draw that there are no images, or none that match."""
    if wanted == ImageFilter():
        empty("No images yet.", "../pages/import_files.py", "Import images", ":material/upload:")
        return
    st.info("No image matches. Clear a filter above.", icon=":material/filter_list_off:")
    undo_button()
