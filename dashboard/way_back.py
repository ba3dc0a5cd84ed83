"""The way to an image's detail in Browse, and back to the page that it was opened from."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.types import ImageRecord

_ASKED, _BACK, _RETURN = "asked-image", "way-back-to", "returning"


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
        forget()
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
        forget()
        st.query_params.from_dict(way.query)
    elif "image" in st.query_params:
        _return(way)


def _return(way: _WayBack) -> None:
    st.session_state[_RETURN] = True
    st.switch_page(f"../pages/{way.page}.py")


def offer() -> bool:
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


def forget() -> None:
    """Offer no way back any more."""
    st.session_state.pop(_BACK, None)
    st.session_state.pop(_RETURN, None)
