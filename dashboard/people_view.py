"""Identities: people as a grid, and one person's images with renaming, merging, splitting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st
from sqlalchemy.orm import Session

from core.types import ImageRecord
from dashboard import resources, way_back
from dashboard.auth import actor
from dashboard.grid import Cell, image_grid, thumbnail
from dashboard.text import count, plain
from dashboard.widgets import empty, image_cell
from db import identities
from db.identities import Identity

PEOPLE = "People"
N_PEOPLE, N_IMAGES = 60, 120


@dataclass(frozen=True)
class People:
    """One page of people."""

    shown: Sequence[Identity]
    total: int
    text: str


@dataclass(frozen=True)
class Person:
    """One person's first images, and all other names in use."""

    name: str
    images: Sequence[ImageRecord]
    others: Sequence[str]


def undo_button() -> None:
    """Draw the way back from this person's last act on names."""
    st.button(
        "Undo",
        key="undo-identity",
        icon=":material/undo:",
        shortcut="Z",
        on_click=resources.act,
        args=(_undo,),
    )


def _undo(session: Session) -> None:
    n = identities.undo_identity(session, actor=actor())
    resources.notify(f"Undone for {count(n, 'image')}.", icon=":material/undo:")


def search() -> str:
    """Draw the search among names and return what is sought."""
    text = st.text_input(
        "Search names",
        key="q",
        bind="query-params",
        icon=":material/search:",
        placeholder="Part of a name",
        label_visibility="collapsed",
    )
    return str(text)


def load_people(session: Session, text: str) -> People:
    """Load the first people whose names contain a text."""
    shown = identities.list_identities(session, text, limit=N_PEOPLE)
    return People(shown, identities.count_identities(session, text), text)


def show_people(people: People) -> None:
    """Draw people by their first image; a double click or Enter opens one."""
    if not people.shown and people.text:
        st.info("No name contains this.", icon=":material/person_search:")
        return
    if not people.shown:
        empty(
            "Nobody is named yet.",
            "../pages/import_files.py",
            "Import images",
            ":material/upload:",
        )
        return
    more = f", the first {N_PEOPLE} here: search for others" if people.total > N_PEOPLE else ""
    st.caption(f"{count(people.total, 'person', 'people')}{more}. A click opens one.")
    names = {each.sample.id: each.name for each in people.shown}
    image_grid(
        [_person_cell(each) for each in people.shown],
        key="people",
        label="People",
        on_open=lambda image_id: _open_person(names[image_id]),
        selectable=False,
    )


def _person_cell(each: Identity) -> Cell:
    return Cell(
        id=each.sample.id,
        images=(thumbnail(each.sample.checksum),),
        title=f"{each.name} ({each.n_images:,})",
        alt=f"{each.name}, {count(each.n_images, 'image')}",
    )


def _open_person(name: str) -> None:
    st.query_params["person"] = name


def load_person(session: Session, name: str) -> Person:
    """Load one person's first images."""
    others = [each.name for each in identities.list_identities(session, limit=10_000)]
    images = identities.images_of(session, name, limit=N_IMAGES)
    return Person(name, images, [other for other in others if other != name])


def show_person(person: Person) -> None:
    """Draw one person's images with renaming, merging and splitting."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("All people", key="all-people", icon=":material/arrow_back:", on_click=_leave)
        undo_button()
    st.subheader(plain(person.name), anchor=False)
    if not person.images:
        st.info("No image has this name now.", icon=":material/person_off:")
        return
    tools = st.container(horizontal=True)
    shown = count(len(person.images), "image")
    told = f"The first {shown}" if len(person.images) == N_IMAGES else shown
    st.caption(f"{told}. Select those that show somebody else.")
    selected = image_grid(
        [image_cell(image) for image in person.images],
        key="person-images",
        label=person.name,
        on_open=way_back.opener(person.images),
    )
    with tools:
        _rename_form(person)
        _merge_form(person)
        _split_form(selected)


def _leave() -> None:
    st.query_params.pop("person", None)
    st.query_params["view"] = PEOPLE


def _rename_form(person: Person) -> None:
    with st.popover("Rename", icon=":material/edit:"):
        new = st.text_input(
            "New name", value=person.name, key=f"new-name-{person.name}", max_chars=255
        )
        change = partial(_act_and_open, identities.rename, person.name, new, opens=new)
        st.button("Rename all images", key="rename", type="primary", on_click=change)


def _merge_form(person: Person) -> None:
    with st.popover("Merge", icon=":material/merge:", disabled=not person.others):
        into = st.selectbox(
            "Is the same person as",
            person.others,
            index=None,
            key=f"merge-into-{person.name}",
            placeholder="Whose name stays",
        )
        change = partial(_act_and_open, identities.merge, person.name, into, opens=into)
        st.button(
            "Make them one", key="merge", type="primary", disabled=into is None, on_click=change
        )


def _split_form(selected: Sequence[int]) -> None:
    with st.popover(f"Split ({len(selected)})", icon=":material/call_split:"):
        new = st.text_input("The selected images show", key="split-name", max_chars=255)
        change = partial(_act_and_open, identities.split, list(selected), new)
        st.button("Give them this name", key="split", type="primary", on_click=change)


def _act_and_open(change: Callable[..., int], *args: object, opens: str | None = None) -> None:
    """Change names and, if that went well, show the person who has the images now."""
    resources.act(partial(_changed, change, opens), *args)


def _changed(
    change: Callable[..., int], opens: str | None, session: Session, *args: object
) -> None:
    n = change(session, *args, actor=actor())
    resources.notify(f"{count(n, 'image')} renamed.", icon=":material/check:")
    if opens:
        resources.afterwards(_open_person, identities.checked_name(opens))
