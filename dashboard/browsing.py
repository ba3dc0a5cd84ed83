"""Browse: what is looked for, which page of it, and relabelling."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.types import ImageRecord, Label, Split, Status
from dashboard import resources
from dashboard.auth import actor
from dashboard.grid import known_ids
from dashboard.text import count
from dashboard.widgets import empty
from db import events, images, tags, versions
from db.catalogue import FIRST, Sort
from db.images import PAGE_SIZE, ImageFilter, Range

GRID = "images"
"""Key of the grid in the session."""

_KEYS = {Label.GENUINE: "G", Label.FAKE: "F", Label.UNKNOWN: "X"}  # as in the grid
_MORE = (
    *("generator", "version", "split", "faceless"),
    *("tag", "source", "format", "measure", "low", "high"),
)
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


def filters(choices: Choices) -> tuple[ImageFilter, Sort]:
    """Draw the filters and the order; return what they ask for; the URL holds them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = _text("Search", "text", "Name or checksum", icon=":material/search:")
        label = _choice("Label", list(Label))
        identity = _identity(choices.identities)
        status = _choice("Status", list(Status))
        n_more = sum(bool(st.session_state.get(key)) for key in _MORE)
        with st.popover(f"More ({n_more})" if n_more else "More", icon=":material/tune:"):
            more = _more(choices)
        sort = _order(choices.columns)
    return ImageFilter(label=label, status=status, identity=identity, text=text, **more), sort


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


def _order(columns: Sequence[str]) -> Sort:
    column = _choice("Sort", columns, width=150, name_of=title_of, placeholder="Order added")
    is_descending = st.toggle("Descending", key="down", bind="query-params", on_change=first_page)
    return Sort(column or FIRST, is_descending)


def title_of(column: str) -> str:
    """Return what people call a column."""
    from core.images.quality import CHECKS

    if column == FIRST:
        return "Order added"
    return CHECKS[column].title if column in CHECKS else _TITLES.get(column, column.capitalize())


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
) -> _T | None:
    chosen: _T | None = st.selectbox(
        name,
        options,
        index=None,
        key=name.lower(),
        bind="query-params",
        format_func=name_of,
        placeholder=placeholder,
        on_change=first_page,
        disabled=disabled,
        width=width,
    )
    return chosen


def first_page() -> None:
    """Go back to the first page: another filter finds other images."""
    st.session_state["page"] = 1


def pager(total: int) -> int:
    """Draw how many images there are and the pages; return where the chosen page begins."""
    n_pages = max(-(-total // PAGE_SIZE), 1)
    page = st.pagination(n_pages, key="page", bind="query-params", max_visible_pages=5)
    st.markdown(f"**{count(total, 'image')}**", width="content")
    return (min(page, n_pages) - 1) * PAGE_SIZE


def load_page(session: Session, wanted: ImageFilter, sort: Sort, offset: int) -> list[ImageRecord]:
    """Read one page of the images that match."""
    ids, _ = resources.catalogue().find(session, wanted, sort, offset=offset, limit=PAGE_SIZE)
    return images.get_images(session, ids)


def toolbar(shown: Sequence[int]) -> None:
    """Draw the buttons that relabel the selected ones of the images shown."""
    n_selected = len(_selected(shown))
    st.space("stretch")
    st.markdown(
        f"{n_selected:,} selected" if n_selected else "None selected",
        help="Press ? for the keys of the grid",
        width="content",
    )
    for label in Label:
        _label_button(
            label, relabel_selected, (shown, label), disabled=not n_selected, is_in_grid=True
        )
    undo_button(is_in_grid=True)


def label_buttons(image_id: int, current: Label) -> None:
    """Draw the buttons that relabel one image."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for label in Label:
            _label_button(label, relabel, ([image_id], label), disabled=label is current)
        undo_button()


def _label_button(
    label: Label,
    on_click: Callable[..., None],
    args: tuple[object, ...],
    *,
    disabled: bool,
    is_in_grid: bool = False,
) -> None:
    """Draw a button; in the grid its key is the grid's, so that a press counts once."""
    st.button(
        label.capitalize(),
        key=f"label-{label}",
        on_click=on_click,
        args=args,
        help=f"Label {label} ({_KEYS[label]})" if is_in_grid else f"Label {label}",
        shortcut=None if is_in_grid else _KEYS[label],
        disabled=disabled,
    )


def undo_button(*, is_in_grid: bool = False) -> None:
    """Draw the button that takes this person's last label or tag back."""
    st.button(
        "Undo",
        key="undo-relabel",
        help="Undo your last label or tag (U)" if is_in_grid else "Undo your last label or tag",
        shortcut=None if is_in_grid else "U",
        icon=":material/undo:",
        type="tertiary",
        on_click=resources.act,
        args=(_undo,),
    )


def _selected(shown: Sequence[int]) -> list[int]:
    return known_ids(st.session_state.get(GRID, {}).get("selected"), set(shown))


def relabel_selected(shown: Sequence[int], label: Label) -> None:
    """Relabel what is selected at the moment of the click among the images shown."""
    relabel(_selected(shown), label)


def relabel(ids: Sequence[int], label: Label) -> None:
    """Relabel images in one act."""
    resources.act(_relabel, ids, label)


def _relabel(session: Session, ids: Sequence[int], label: Label) -> None:
    n_changed = images.relabel(session, ids, label, actor=actor())
    resources.notify(f"{count(n_changed, 'image')} relabelled as {label}.", icon=":material/label:")


def _undo(session: Session) -> None:
    """Take this person's newest act back, be it a label or a tag."""
    newest = events.last_image_act(session, actor(), "relabel", "tag", "untag")
    if newest is None:
        raise NotFound("There is no label or tag of yours left to undo.")
    if newest.action == "relabel":
        message = f"{count(images.undo_relabel(session, actor=actor()), 'label')} set back."
    else:
        message = f"Tag of {count(tags.undo_tag(session, actor=actor()), 'image')} set back."
    resources.notify(message, icon=":material/undo:")


def on_key(action: str, ids: Sequence[int], argument: str | None) -> None:
    """Do what a key in the grid asks for; the cells themselves show a new label."""
    if action in set(Label):
        resources.act(images.relabel, ids, Label(action), actor=actor())
    elif action == "tag" and argument:
        resources.act(_tag, ids, argument)
    elif action == "undo":
        resources.act(_undo)
    else:
        step = {"previous": -1, "next": 1}[action]
        st.session_state["page"] = max((st.session_state.get("page") or 1) + step, 1)


def _tag(session: Session, ids: Sequence[int], tag: str) -> None:
    n_changed = tags.add_tag(session, ids, tag, actor=actor())
    resources.notify(f"{count(n_changed, 'image')} tagged {tag}.", icon=":material/sell:")


def nothing_found(wanted: ImageFilter) -> None:
    """Draw that there are no images, or none that match."""
    if wanted == ImageFilter():
        empty("No images yet.", "../pages/import_files.py", "Import images", ":material/upload:")
    else:
        st.info("No image matches. Clear a filter above.", icon=":material/filter_list_off:")
