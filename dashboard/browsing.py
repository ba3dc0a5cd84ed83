"""Browse: what is looked for, which page of it, and relabelling."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st
from sqlalchemy.orm import Session

from core.types import Label, Split, Status
from dashboard import resources
from dashboard.auth import actor
from dashboard.grid import known_ids
from dashboard.text import count
from dashboard.widgets import empty
from db import images, versions
from db.images import PAGE_SIZE, ImageFilter

GRID = "images"
"""Key of the grid in the session."""

_SHORTCUTS = {Label.GENUINE: "G", Label.FAKE: "F", Label.UNKNOWN: "U"}
_MORE = ("generator", "version", "split", "faceless")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Choices:
    """The values that the filters offer."""

    identities: list[str]
    generators: list[str]
    versions: list[int]


def load_choices(session: Session) -> Choices:
    """Read the values that the filters offer."""
    return Choices(
        images.distinct(session, "identity"),
        images.distinct(session, "generator"),
        [version.number for version in versions.list_versions(session)],
    )


def filters(choices: Choices) -> ImageFilter:
    """Draw the filters and return what they ask for; the URL holds them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search",
            key="text",
            bind="query-params",
            placeholder="Name or checksum",
            icon=":material/search:",
            on_change=first_page,
            width=200,
        )
        label = _choice("Label", list(Label))
        identity = _choice("Identity", choices.identities, width=190)
        status = _choice("Status", list(Status))
        n_more = sum(bool(st.session_state.get(key)) for key in _MORE)
        with st.popover(f"More ({n_more})" if n_more else "More", icon=":material/tune:"):
            generator = _choice("Generator", choices.generators, width=220)
            version = _choice("Version", choices.versions, width=220)
            split = _choice("Split", list(Split), width=220, disabled=version is None)
            faceless = st.toggle(
                "Without a face", key="faceless", bind="query-params", on_change=first_page
            )
    return ImageFilter(
        label=label,
        status=status,
        identity=identity,
        generator=generator,
        version=version,
        split=split,
        text=text or "",
        faceless=faceless,
    )


def _choice(
    name: str, options: Sequence[_T], width: int = 125, disabled: bool = False
) -> _T | None:
    chosen: _T | None = st.selectbox(
        name,
        options,
        index=None,
        key=name.lower(),
        bind="query-params",
        placeholder="Any",
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


def toolbar(shown: Sequence[int]) -> None:
    """Draw the buttons that relabel the selected ones of the images shown."""
    n_selected = len(_selected(shown))
    st.space("stretch")
    st.markdown(f"{n_selected:,} selected" if n_selected else "None selected", width="content")
    for label in Label:
        _label_button(label, relabel_selected, (shown, label), disabled=not n_selected)
    undo_button()


def label_buttons(image_id: int, current: Label) -> None:
    """Draw the buttons that relabel one image."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for label in Label:
            _label_button(label, relabel, ([image_id], label), disabled=label is current)
        undo_button()


def _label_button(
    label: Label, on_click: Callable[..., None], args: tuple[object, ...], *, disabled: bool
) -> None:
    st.button(
        label.capitalize(),
        key=f"label-{label}",
        on_click=on_click,
        args=args,
        help=f"Label {label}",
        shortcut=_SHORTCUTS[label],
        disabled=disabled,
    )


def undo_button() -> None:
    """Draw the button that takes this person's last relabelling back."""
    st.button(
        "Undo",
        key="undo-relabel",
        help="Undo last relabelling",
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
    n_changed = images.undo_relabel(session, actor=actor())
    resources.notify(f"{count(n_changed, 'label')} set back.", icon=":material/undo:")


def nothing_found(wanted: ImageFilter) -> None:
    """Draw that there are no images, or none that match."""
    if wanted == ImageFilter():
        empty("No images yet.", "../pages/import_files.py", "Import images", ":material/upload:")
    else:
        st.info("No image matches. Clear a filter above.", icon=":material/filter_list_off:")
