"""Filters: what Browse looks for and in which order; the URL holds it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import streamlit as st
from sqlalchemy.orm import Session

from core.types import Label, Split, Status
from dashboard import resources
from dashboard.text import plain
from db import versions
from db.catalogue import FIRST, Sort
from db.images import ImageFilter, Range

AMONG, AMONG_TITLE = "among", "among-title"
"""The only images to be shown, where another screen chose them; the URL does not hold these."""

MAX_WORD = 255
_MORE = (
    *("generator", "version", "split", "faceless"),
    *("tag", "source", "format", "measure"),
)
_KINDS: dict[str, type] = {
    **dict.fromkeys(("text", "label", "identity", "status", "tag", "source", "format"), str),
    **dict.fromkeys(("generator", "split", "measure", "sort"), str),
    **dict.fromkeys(("faceless", "down"), bool),
    **dict.fromkeys(("low", "high"), float),
    "version": int,
}
_BLANKS: dict[str, Any] = {"text": "", "faceless": False, "down": False}
_MAX_OFFERED = 2000  # names in a list that a browser still opens at once
_T = TypeVar("_T")


@dataclass(frozen=True)
class Choices:
    """The values that the filters offer.

    Attributes:
        columns: What images can be sorted by.
        measures: Those of the columns that are numbers.
    """

    identities: list[str]
    generators: list[str]
    formats: list[str]
    tags: list[str]
    sources: list[str]
    versions: list[int]
    columns: list[str]
    measures: list[str]


def load_choices(session: Session) -> Choices:
    """Read the values that the filters offer."""
    catalogue = resources.catalogue()
    return Choices(
        identities=catalogue.words(session, "identity"),
        generators=catalogue.words(session, "generator"),
        formats=catalogue.words(session, "format"),
        tags=catalogue.members(session, "tag"),
        sources=catalogue.members(session, "source"),
        versions=versions.numbers(session),
        columns=catalogue.columns(session),
        measures=catalogue.measures(session),
    )


def filters(choices: Choices) -> ImageFilter:
    """Draw the filters; return what they ask for; the URL holds it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = _text("Search", "text", "Person or checksum", icon=":material/search:")
        label = _choice("Label", list(Label))
        identity = _identity(choices.identities)
        status = _choice("Status", list(Status))
        n_more = sum(_is_asked(key) for key in _MORE)
        with st.popover(f"More ({n_more})" if n_more else "More", icon=":material/tune:"):
            more = _more(choices)
    among = st.session_state.get(AMONG)
    return ImageFilter(
        label=label, status=status, identity=identity, text=text, among=among, **more
    )


def _is_asked(key: str) -> bool:
    """Say whether a filter is set, be it only by the address: its widget is drawn later."""
    return bool(st.session_state.get(key, st.query_params.get(key)))


def present() -> dict[str, Any]:
    """Return what the filters and the order are set to, by name; what is blank is left out."""
    values = {name: st.session_state.get(name) for name in _KINDS}
    return readable(
        {name: str(v) if isinstance(v, Label | Status | Split) else v for name, v in values.items()}
    )


def readable(query: Mapping[str, Any]) -> dict[str, Any]:
    """Return those settings of a stored query that are ours and not blank; others are left out."""
    return {
        name: kind(query[name]) for name, kind in _KINDS.items() if _is_set(query.get(name), kind)
    }


def _is_set(value: Any, kind: type) -> bool:
    if kind is float:
        return type(value) in (int, float) and math.isfinite(value)
    if kind is str:
        return isinstance(value, str) and 0 < len(value) <= MAX_WORD
    return type(value) is kind and (value is True or kind is int)


def put(query: Mapping[str, Any]) -> None:
    """Set the filters and the order, from a callback or another page; the rest becomes blank."""
    wanted = readable(query)
    for name in _KINDS:
        st.session_state[name] = wanted.get(name, _BLANKS.get(name))
    st.session_state.pop(AMONG, None)
    first_page()


def _more(choices: Choices) -> dict[str, Any]:
    """Draw the filters that are wanted less often."""
    tag = _choice("Tag", choices.tags, width=220)
    source = _choice("Source", choices.sources, width=220)
    image_format = _choice("Format", choices.formats, width=220)
    generator = _choice("Generator", choices.generators, width=220)
    version = _choice("Version", choices.versions, width=220)
    split = _choice("Split", list(Split), width=220, disabled=version is None)
    faceless = st.toggle(
        "Without a face", key="faceless", bind="query-params", on_change=first_page
    )
    measure = _choice("Measure", choices.measures, width=220, name_of=title_of)
    with st.container(horizontal=True):
        low, high = _limit("At least", "low", measure), _limit("At most", "high", measure)
    return {
        "tag": tag,
        "source": source,
        "format": image_format,
        "generator": generator,
        "version": version,
        "split": split,
        "faceless": faceless,
        "ranges": (Range(measure, low, high),) if measure else (),
    }


def _identity(names: Sequence[str]) -> str | None:
    """Offer the names, or a field to type one into where there are too many for a list."""
    if len(names) <= _MAX_OFFERED:
        return _choice("Identity", names, width=190)
    return _text("Identity", "identity", "Exact name") or None


def _text(title: str, key: str, placeholder: str, icon: str | None = None) -> str:
    typed = st.text_input(
        title,
        key=key,
        bind="query-params",
        placeholder=placeholder,
        icon=icon,
        on_change=first_page,
        width=200,
    )
    return typed or ""


def _limit(title: str, key: str, measure: str | None) -> float | None:
    limit: float | None = st.number_input(
        title,
        value=None,
        key=key,
        bind="query-params",
        on_change=first_page,
        disabled=measure is None,
        width=104,
    )
    return limit


def order(choices: Choices) -> Sort:
    """Draw the order; return what it asks for; the URL holds it."""
    column = _choice(
        "Sort",
        choices.columns,
        width=180,
        name_of=title_of,
        placeholder="Order added",
        label_visibility="collapsed",
    )
    is_descending = st.toggle("Descending", key="down", bind="query-params", on_change=first_page)
    return Sort(column or FIRST, is_descending)


def title_of(column: str) -> str:
    """Return what people call a column."""
    from core.faces.cues import FACE_CHECKS
    from core.images.quality import CHECKS

    if column == FIRST:
        return "Order added"
    check = {**CHECKS, **FACE_CHECKS}.get(column)
    return check.title if check else _TITLES.get(column, column.capitalize())


_TITLES = {
    "width_px": "Width, px",
    "height_px": "Height, px",
    "size_bytes": "File size, bytes",
    "n_faces": "Faces",
}


def _choice(
    name: str,
    options: Sequence[_T],
    width: int = 125,
    disabled: bool = False,
    name_of: Callable[[Any], str] = str,
    placeholder: str = "Any",
    label_visibility: Literal["visible", "collapsed"] = "visible",
) -> _T | None:
    key = name.lower()
    asked = _asked(key, options)
    chosen: _T | None = st.selectbox(
        name,
        options,
        index=None,
        key=key,
        bind="query-params",
        format_func=name_of,
        placeholder=placeholder,
        on_change=first_page,
        disabled=disabled,
        width=width,
        label_visibility=label_visibility,
    )
    if asked and chosen is None:  # without a word more images would match than were asked for
        st.toast(
            f"No {key} is called {plain(asked[:80])}: it is left out.",
            icon=":material/filter_alt_off:",
            duration="long",
        )
    return chosen


def _asked(key: str, options: Sequence[object]) -> str | None:
    """Return what a new address or a view asks for; what is not offered is forgotten."""
    if key not in st.session_state:
        return st.query_params.get(key)
    asked = st.session_state[key]
    if asked is None or asked in options:
        return None
    st.session_state[key] = None
    return str(asked)


def first_page() -> None:
    """Go back to the first page: another filter finds other images."""
    st.session_state["page"] = 1
