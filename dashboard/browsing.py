"""Browse: what is looked for, which page of it, and relabelling."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import streamlit as st
from sqlalchemy.orm import Session

from core.types import ImageRecord, Label, Split, Status
from dashboard import resources
from dashboard.auth import actor
from dashboard.text import count
from db import images, versions
from db.images import PAGE_SIZE, ImageFilter

_PAGE = "page"
_RELABELLED = "relabelled"


@dataclass(frozen=True)
class Choices:
    """The values that the filters offer."""

    identities: list[str]
    generators: list[str]
    versions: list[int]


@dataclass(frozen=True)
class Found:
    """One page of what was looked for, and how many images there are in all."""

    images: list[ImageRecord]
    total: int


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
            width=210,
        )
        label = _choice("Label", list(Label))
        identity = _choice("Identity", choices.identities, width=190)
        status = _choice("Status", list(Status))
        generator = _choice("Generator", choices.generators)
        version = _choice("Version", choices.versions, width=110)
        split = _choice("Split", list(Split), disabled=version is None)
        faceless = st.toggle(
            "No face", key="faceless", bind="query-params", on_change=first_page
        )
    return ImageFilter(label, status, identity, generator, version, split, text or "", faceless)


def _choice[T](name: str, options: Sequence[T], width: int = 130, disabled: bool = False) -> T | None:
    chosen: T | None = st.selectbox(
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
