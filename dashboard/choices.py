"""What is chosen stands in the URL, so that a screen can be shared and come back to."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import streamlit as st

from dashboard import widgets
from dashboard.text import plain

_PAGE = "page"
_MOST_DIGITS = 18  # more than a database counts
_LONGEST = 80  # characters of what was asked for that are told again


class _Named(Protocol):
    @property
    def id(self) -> int | str: ...


T = TypeVar("T", bound=_Named)
_Option = TypeVar("_Option", int, str)


def number_in_url(name: str) -> int | None:
    """Return `?name=` as a whole number, or None where there is no such thing."""
    text = st.query_params.get(name, "")
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None


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
    *,
    thing: str | None = None,
) -> int:
    """Draw a select box whose choice is `?name=` in the URL, the default too: a link stays true.

    A number that is no option stays in the URL, and is told, until another is chosen.

    Args:
        name: In the URL.
        label: Over the box.
        options: At least one.
        describe: Says in words what an option is.
        default: Of the options; the first one without it.
        thing: What an option is; by default as the label says.
    """
    shown = _shown(name, number_in_url(name), options, default)
    with st.container():
        if name in st.query_params and shown != number_in_url(name):
            say_missing(thing or label.lower(), st.query_params[name], describe(shown))
        else:
            st.query_params[name] = str(shown)
        st.selectbox(label, options, format_func=describe, **_bound(name))
    return shown


def say_missing(thing: str, asked: str, shown: str) -> None:
    """Draw that what the URL asks for is not there, and what stands in its place."""
    st.warning(
        f"There is no {thing} of that number here: {plain(repr(asked[:_LONGEST]))}. "
        f"Shown instead: {plain(shown)}.",
        icon=":material/search_off:",
    )


def _shown(
    name: str, asked: _Option | None, options: Sequence[_Option], default: _Option | None = None
) -> _Option:
    """Set the widget of a choice to what the URL asks for, else to the default, and return it."""
    shown = next((each for each in options if each == asked), default or options[0])
    st.session_state[_key(name)] = shown
    return shown


def _key(name: str) -> str:
    return f"pick-{name}"


def _bound(name: str) -> dict[str, Any]:
    """Return what makes a widget write its choice into the URL."""
    return {"key": _key(name), "on_change": _remember, "args": (name,)}


def _remember(name: str) -> None:
    """Write a choice into the URL; what is chosen anew begins at its first page."""
    st.query_params.pop(_PAGE, None)
    st.query_params[name] = str(st.session_state[_key(name)])


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
    shown = _shown(name, st.query_params.get(name), options)
    st.segmented_control(
        label,
        options,
        required=True,
        format_func=describe,
        help=note,
        label_visibility="visible" if note else "collapsed",
        **_bound(name),
    )
    return shown


def pick_option(
    name: str, label: str, options: Sequence[str], describe: Callable[[str], str]
) -> str:
    """Draw a select box whose choice is `?name=` in the URL, the first option without it."""
    shown = _shown(name, st.query_params.get(name), options)
    st.selectbox(
        label,
        options,
        format_func=describe,
        label_visibility="collapsed",
        width=260,
        **_bound(name),
    )
    return shown


def pick_page(total: int, size: int) -> int:
    """Draw the pages of a list where there are several; return the chosen one, from 0.

    `?page=` counts from 1; every other choice begins at the first page again.

    Args:
        total: How many things there are.
        size: How many fit on a page.
    """
    n_pages = max(-(-total // size), 1)
    page = min(max(number_in_url(_PAGE) or 1, 1), n_pages)
    if n_pages > 1:
        st.session_state[_key(_PAGE)] = page
        st.pagination(n_pages, max_visible_pages=5, **_bound(_PAGE))
    return page - 1


def link(page: str, text: str, /, icon: str | None = None, **query: object) -> None:
    """Draw a link to one of the pages, with what it should show."""
    params = {name: str(value) for name, value in query.items()}
    st.page_link(f"../pages/{page}.py", label=text, icon=icon, query_params=params)


def invite(text: str, page: str, label: str) -> None:
    """Draw an empty state: what is missing, and the page where to get it."""
    widgets.empty(text, f"../pages/{page}.py", label, icon=":material/arrow_forward:")
