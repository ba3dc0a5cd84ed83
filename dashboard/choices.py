"""What is chosen stands in the URL, so that a screen can be shared and come back to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import streamlit as st

from core.types import ImageRecord
from dashboard import widgets
from dashboard.text import plain

_ASKED, _BACK, _RETURN = "asked-image", "way-back-to", "returning"


class _Named(Protocol):
    @property
    def id(self) -> int | str: ...


T = TypeVar("T", bound=_Named)


def number_in_url(name: str) -> int | None:
    """Return `?name=` as a whole number, or None where there is no such thing."""
    text = st.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else None


def chosen(values: Sequence[T], name: str) -> T | None:
    """Return the one of `values` whose `id` is `?name=`, else the first; None if there is none."""
    asked = st.query_params.get(name)
    return next((each for each in values if str(each.id) == asked), next(iter(values), None))


def pick_number(
    name: str,
    label: str,
    options: Sequence[int],
    describe: Callable[[int], str],
    default: int | None = None,
) -> int:
    """Draw a select box whose choice is `?name=` in the URL, the default too: a link stays true.

    Args:
        name: In the URL.
        label: Over the box.
        options: At least one.
        describe: Says in words what an option is.
        default: Of the options; the first one without it.
    """
    key = f"pick-{name}"
    asked = number_in_url(name)
    st.session_state[key] = asked if asked in options else default or options[0]
    if name in st.query_params and asked not in options:
        _say_other(label, st.query_params[name], describe(st.session_state[key]))
    _remember(name, key)
    return st.selectbox(
        label,
        options,
        format_func=describe,
        key=key,
        on_change=_remember,
        args=(name, key),
    )


def _say_other(label: str, asked: str, shown: str) -> None:
    st.toast(
        plain(
            f"Expected a {label.lower()} that there is. Received {asked[:80]!r}. "
            f"Shown instead: {shown}."
        ),
        icon=":material/warning:",
        duration="long",
    )


def pick_word(
    name: str,
    label: str,
    options: Sequence[str],
    describe: Callable[[str], str],
    note: str | None = None,
) -> str:
    """Draw options side by side; the choice is `?name=` in the URL, the first one without it.

    Args:
        name: In the URL; a callback may write it there too.
        label: For screen readers; for all where there is a note.
        options: At least one.
        describe: Says in words what an option is.
        note: What a question mark beside the label explains.
    """
    key = f"pick-{name}"
    asked = st.query_params.get(name)
    st.session_state[key] = asked if asked in options else options[0]
    st.segmented_control(
        label,
        options,
        required=True,
        format_func=describe,
        key=key,
        help=note,
        label_visibility="visible" if note else "collapsed",
        on_change=_remember,
        args=(name, key),
    )
    return str(st.session_state[key])


def pick_option(
    name: str, label: str, options: Sequence[str], describe: Callable[[str], str]
) -> str:
    """Draw a select box whose choice is `?name=` in the URL, the first option without it."""
    key = f"pick-{name}"
    asked = st.query_params.get(name)
    st.session_state[key] = asked if asked in options else options[0]
    st.selectbox(
        label,
        options,
        format_func=describe,
        key=key,
        label_visibility="collapsed",
        width=260,
        on_change=_remember,
        args=(name, key),
    )
    return str(st.session_state[key])


def pick_page(name: str, total: int, size: int) -> int:
    """Draw the pages where there are several; return the chosen one, from 0.

    Args:
        name: In the URL, from 1; a callback may take it away to begin at the first page.
        total: How many things there are.
        size: How many fit on a page.
    """
    n_pages = max(-(-total // size), 1)
    page = min(max(number_in_url(name) or 1, 1), n_pages)
    if n_pages > 1:
        key = f"pick-{name}"
        st.session_state[key] = page
        st.pagination(n_pages, key=key, max_visible_pages=5, on_change=_remember, args=(name, key))
    return page - 1


def _remember(name: str, key: str) -> None:
    st.query_params[name] = str(st.session_state[key])


def link(page: str, text: str, /, icon: str | None = None, **query: object) -> None:
    """Draw a link to one of the pages, with what it should show."""
    params = {name: str(value) for name, value in query.items()}
    st.page_link(f"../pages/{page}.py", label=text, icon=icon, query_params=params)


def invite(text: str, page: str, label: str) -> None:
    """Draw an empty state: what is missing, and the page where to get it."""
    widgets.empty(text, f"../pages/{page}.py", label, icon=":material/arrow_forward:")


@dataclass(frozen=True)
class _WayBack:
    """The page from which an image was opened.

    Attributes:
        query: What stood in its URL.
        ids: Numbers of the images of the list it was opened from, in order.
    """

    page: str
    query: Mapping[str, str]
    ids: Sequence[int]


def remember_image(checksum: str, among: Sequence[int] = ()) -> None:
    """Ask for an image's detail, from a callback; `open_asked_image` goes there.

    Args:
        checksum: Of the image.
        among: Numbers of the images of the list that it stands in, in order.
    """
    st.session_state[_ASKED] = (checksum, among)


def opener(images: Iterable[ImageRecord], among: Sequence[int] = ()) -> Callable[[int], None]:
    """Return what asks for one of these images by its number; for a grid's `on_open`.

    Args:
        images: Those that can be opened.
        among: Numbers of all images of the list, on other pages too, in order.
    """
    checksums = {image.id: image.checksum for image in images}
    return lambda image_id: remember_image(checksums[image_id], among)


def open_asked_image(back: str | None = None) -> None:
    """Go to Browse's detail of the image that was asked for, if any.

    Args:
        back: The page that asks, "evaluate": the detail offers the way back to it as it is now.
    """
    if back:
        _come_back(back)
    if asked := st.session_state.pop(_ASKED, None):
        checksum, among = asked
        forget_way_back()
        if back:
            st.session_state[_BACK] = _WayBack(back, dict(st.query_params), among)
        st.switch_page("../pages/browse.py", query_params={"image": checksum})


def _come_back(page: str) -> None:
    """Show a page as it was left: the browser's own way back keeps the other page's query.

    Only here, as Browse's widgets are bound to names that mean something else on this page, and
    the URL cannot hold those before Browse is left.
    """
    way = st.session_state.get(_BACK)
    if way is None or way.page != page:
        return
    if _RETURN in st.session_state:
        forget_way_back()
        st.query_params.from_dict(way.query)
    elif "image" in st.query_params:
        _return(way)


def _return(way: _WayBack) -> None:
    st.session_state[_RETURN] = True
    st.switch_page(f"../pages/{way.page}.py")


def way_back() -> bool:
    """Draw the way back to the page from which an image was opened; return if there is one."""
    way = st.session_state.get(_BACK)
    if way is None:
        return False
    if st.button(
        f"Back to {way.page.capitalize()}",
        key="way-back",
        icon=":material/undo:",
        type="primary",
        shortcut="Esc",
    ):
        _return(way)
    return True


def opened_among() -> Sequence[int] | None:
    """Return the numbers of the list that an image was opened from; None if from Browse itself."""
    way = st.session_state.get(_BACK)
    return way.ids if way else None


def forget_way_back() -> None:
    """Offer no way back any more."""
    st.session_state.pop(_BACK, None)
    st.session_state.pop(_RETURN, None)
