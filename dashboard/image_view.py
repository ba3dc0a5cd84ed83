"""One image in full: the picture, what is known of it, where it came from and what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from core.errors import VerityError
from core.types import DuplicatePair, Event, ImageRecord, Label, Location, Split
from dashboard import face_panel, resources, similar, way_back
from dashboard.browsing import label_buttons
from dashboard.tagging import tag_field
from dashboard.text import count, moment, plain
from dashboard.widgets import facts, image_strip, key_facts, name_of, show_image, status_badge
from db import events, images, pairs, tags, versions
from db.catalogue import Sort
from db.images import ImageFilter


@dataclass(frozen=True)
class Details:
    """Everything that one image's screen shows.

    Attributes:
        versions: (version, split, label when frozen).
        history: Newest first; with whether the act was undone since.
        faces: What is known of the faces in it.
        previous: Checksum of the image before it in the list it was opened from, or among those
            looked for.
        next: Checksum of the one after it.
    """

    image: ImageRecord
    locations: Sequence[Location]
    parents: Sequence[ImageRecord]
    children: Sequence[ImageRecord]
    pairs: Sequence[DuplicatePair]
    versions: Sequence[tuple[int, Split, Label]]
    tags: Sequence[str]
    history: Sequence[tuple[Event, bool]]
    faces: face_panel.Faces
    previous: str | None
    next: str | None


def find_details(
    session: Session, checksum: str, wanted: ImageFilter, sort: Sort
) -> Details | None:
    """Load one image's screen, or leave a message and return None if there is no such image."""
    try:
        image = images.get_by_checksum(session, checksum)
    except VerityError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None
    found = pairs.pairs_of(session, image.id)
    subjects = [("image", image.id), *(("pair", pair.id) for pair in found)]
    faces = face_panel.find_faces(session, image.id)
    among = way_back.opened_among()
    if among is None:
        before, after = resources.catalogue().neighbours(session, wanted, image.id, sort)
    else:
        before, after = beside(among, image.id)
    return Details(
        image,
        images.locations(session, image.id),
        images.parents(session, image.id),
        images.children(session, image.id),
        found,
        versions.versions_of(session, image.id),
        tags.tags_of(session, image.id),
        _history(session, subjects, faces.history),
        faces,
        _checksum(session, before),
        _checksum(session, after),
    )


def beside(among: Sequence[int], image_id: int) -> tuple[int | None, int | None]:
    """Return the numbers before and after one in a list; None at its ends and beyond it."""
    if image_id not in among:
        return None, None
    at = among.index(image_id)
    return (among[at - 1] if at else None), (among[at + 1] if at + 1 < len(among) else None)


def _checksum(session: Session, image_id: int | None) -> str | None:
    return images.get_image(session, image_id).checksum if image_id is not None else None


def _history(
    session: Session,
    subjects: Sequence[tuple[str, int]],
    of_faces: Sequence[tuple[Event, bool]],
) -> list[tuple[Event, bool]]:
    found = list(of_faces)
    for subject in subjects:
        undone = events.taken_back(session, *subject)
        found += [(event, event.id in undone) for event in events.history(session, *subject)]
    return sorted(found, key=lambda item: item[0].id, reverse=True)


def navigation(details: Details | None) -> None:
    """Draw the way back to the grid and to the images before and after."""
    has_way_back = way_back.offer()  # then Esc goes there
    _go("Back to grid", None, None if has_way_back else "Esc", "arrow_back", is_enabled=True)
    if details:
        _go("Previous", details.previous, "Left", "chevron_left", bool(details.previous))
        _go("Next", details.next, "Right", "chevron_right", bool(details.next))


def _go(
    label: str, checksum: str | None, shortcut: str | None, icon: str, is_enabled: bool
) -> None:
    st.button(
        label,
        key=label.lower(),
        icon=f":material/{icon}:",
        shortcut=shortcut,
        disabled=not is_enabled,
        on_click=partial(show_image, checksum) if checksum else leave_image,
    )


def leave_image() -> None:
    """Make Browse show the grid again."""
    st.query_params.pop("image", None)
    way_back.forget()


def show_details(details: Details) -> None:
    """Draw an image's screen."""
    picture, known = st.columns([5, 4], gap="large")
    with picture:
        face_panel.show_picture(details.image, details.faces)
    with known:
        _known(details)
    image_strip("Made from", details.parents, key="parents")
    image_strip("Fakes made from it", details.children, key="children")
    image_strip("Near-duplicates", _others(details), key="near-duplicates")
    similar.strip(details.image)
    _tables(details)


def _others(details: Details) -> list[ImageRecord]:
    own = details.image.id
    return [pair.right if pair.left.id == own else pair.left for pair in details.pairs]


def _known(details: Details) -> None:
    image = details.image
    st.subheader(plain(name_of(image)), anchor=False)
    status_badge(image)
    label_buttons(image.id, image.label, image.status)
    tag_field(image.id, details.tags)
    about, faces = st.tabs(["About", "Faces"])
    with about:
        facts(_facts(details))
        st.caption("Checksum (SHA-256)")
        st.code(image.checksum, language=None, wrap_lines=True)
    with faces:
        face_panel.show_cues(image, details.faces)


def _facts(details: Details) -> Mapping[str, str]:
    image = details.image
    held = [f"{number} ({split}, then {label})" for number, split, label in details.versions]
    return {
        **key_facts(image),
        "Identity": image.identity or "none",
        "Generator": image.generator or "none",
        "Faces": f"{image.n_faces}" if image.n_faces else "none found",
        "Conversions": "; ".join(image.notes) or "none",
        "Dataset versions": ", ".join(held) or "none",
        "Added": moment(image.created_at),
    }


def _tables(details: Details) -> None:
    st.markdown(f"**Where it was found** · {count(len(details.locations), 'place')}")
    if details.locations:
        st.dataframe([_location(place) for place in details.locations], hide_index=True)
    else:
        st.caption("Nowhere: it was made here.")
    st.markdown("**History**")
    if details.history:
        st.dataframe([_act(event, undone) for event, undone in details.history], hide_index=True)
    else:
        st.caption("Nobody has decided anything about it yet.")


def _location(place: Location) -> dict[str, str]:
    return {
        "Storage": place.storage,
        "File": place.key,
        "Claimed label": place.claim.label.value,
        "Claimed identity": place.claim.identity or "",
    }


def _act(event: Event, is_undone: bool) -> dict[str, str]:
    changes = [
        f"{name}: {_value(event.before.get(name))} → {_value(value)}"
        for name, value in event.after.items()
        if event.subject != "face" or name == "box"
    ]
    part = event.after.get("feature", event.subject)
    what = f"{event.action.capitalize()} ({part} {event.subject_id})"
    return {
        "When": moment(event.at),
        "Who": event.actor,
        "What": f"{what}, undone since" if is_undone else what,
        "Change": ", ".join(changes),
    }


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"{each:.0f}" for each in value)
    return str(value or "none")
