"""Faces: the images whose faces deserve a look, one kind of trouble at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from sqlalchemy.orm import Session

from core.faces.cues import FACE_CHECKS, FACES_VERSION
from core.types import Box, ImageRecord, Status
from dashboard import acting, browsing, choices, face_panel, resources, way_back, widgets
from dashboard.grid import Badge, Cell, image_grid, known_ids
from dashboard.text import count
from db import checks, corrections, faces, images
from db.catalogue import Sort
from db.images import PAGE_SIZE, ImageFilter, Range

SIZE = "face_size"
_PICK = "pick-kind"
_LINE_PX = 1.6
_THUMBNAIL_PX = 160


@dataclass(frozen=True)
class Kind:
    """One kind of trouble.

    Attributes:
        title: On the pill.
        explanation: Below it.
        done: What is said where no image is of this kind.
        can_exclude: Whether leaving the image out is an answer to it.
    """

    title: str
    explanation: str
    done: str
    can_exclude: bool = True


KINDS = {
    "none": Kind(
        "No face",
        "No face was found. Open an image to draw one that was missed, or exclude what shows "
        "nobody.",
        "Every image of the next version has a face.",
    ),
    "several": Kind(
        "Several faces",
        "It is open whom the identity names. Open an image to say what is not a face, or exclude "
        "it.",
        "No image of the next version has more than one face.",
    ),
    "small": Kind(
        "Small face",
        "The largest face is smaller than the line, so that neither a person nor a detector sees "
        "much of it; the smallest first.",
        "No face in the next version is smaller than the line.",
    ),
    "corrected": Kind(
        "Corrected",
        "People moved, drew or took away something here. A new measurement keeps it.",
        "Nobody has corrected a face yet: open an image and press Correct boxes.",
        can_exclude=False,
    ),
    "waiting": Kind(
        "Not measured yet",
        "Their eyes, nose, lips, cues and likeness are not known yet; the face boxes are those of "
        "the import.",
        "The faces of all images are measured.",
        can_exclude=False,
    ),
}


@dataclass(frozen=True)
class Triage:
    """What the page shows.

    Attributes:
        counts: Images by kind.
        line_px: Under which a face counts as small.
    """

    counts: Mapping[str, int]
    n_images: int
    line_px: float


@dataclass(frozen=True)
class Found:
    """One page of images, with the boxes of their faces by image."""

    images: Sequence[ImageRecord]
    boxes: Mapping[int, Sequence[Box]]


def load(session: Session) -> Triage:
    """Count the images of every kind."""
    line = checks.thresholds(session).get(SIZE, FACE_CHECKS[SIZE].threshold)
    catalogue = resources.catalogue()
    counts = {kind: _count(session, kind, line) for kind in KINDS}
    return Triage(counts, catalogue.count(session, ImageFilter()), line)


def _count(session: Session, kind: str, line_px: float) -> int:
    if kind == "waiting":
        return faces.count_waiting(session, FACES_VERSION)
    wanted = _wanted(session, kind, line_px)
    return resources.catalogue().count(session, wanted) if wanted else 0


def _wanted(session: Session, kind: str, line_px: float) -> ImageFilter | None:
    """Return the filter that finds a kind; None where nothing can be of it."""
    active = ImageFilter(status=Status.ACTIVE)
    if kind == "none":
        return replace(active, faceless=True)
    if kind == "several":
        return replace(active, ranges=(Range("n_faces", low=2),))
    if kind == "corrected":
        return ImageFilter(among=frozenset(corrections.corrected_ids(session)))
    if SIZE not in resources.catalogue().measures(session):
        return None
    below = float(np.nextafter(np.float32(line_px), np.float32(-np.inf)))
    return replace(active, ranges=(Range(SIZE, high=below),))


def pick_kind(triage: Triage) -> str:
    """Draw the kinds with their counts to choose from; the URL holds the choice."""
    asked = st.query_params.get("kind")
    st.session_state[_PICK] = asked if asked in KINDS else next(iter(KINDS))
    return str(
        st.pills(
            "Kind",
            list(KINDS),
            required=True,
            key=_PICK,
            format_func=lambda kind: f"{KINDS[kind].title} ({triage.counts[kind]:,})",
            on_change=_ask,
            label_visibility="collapsed",
        )
    )


def _ask() -> None:
    st.query_params["kind"] = st.session_state[_PICK]
    browsing.first_page()


def find(session: Session, kind: str, line_px: float, offset: int) -> Found:
    """Load one page of a kind."""
    if kind == "waiting":
        shown = faces.waiting_images(session, FACES_VERSION, PAGE_SIZE, offset=offset)
    else:
        shown = _page(session, kind, line_px, offset)
    return Found(shown, faces.boxes_of(session, [image.id for image in shown]))


def _page(session: Session, kind: str, line_px: float, offset: int) -> list[ImageRecord]:
    wanted = _wanted(session, kind, line_px)
    if wanted is None:
        return []
    sort = {"several": Sort("n_faces", is_descending=True), "small": Sort(SIZE)}.get(kind, Sort())
    ids, _ = resources.catalogue().find(session, wanted, sort, offset=offset, limit=PAGE_SIZE)
    return images.get_images(session, ids)


def explain(kind: str, triage: Triage) -> None:
    """Draw what a kind means, and with "Not measured yet" the job that measures."""
    line = f" The line stands at {triage.line_px:.3g} px." if kind == "small" else ""
    st.markdown(KINDS[kind].explanation + line)
    if triage.counts["waiting"] and kind != "waiting":
        waiting = count(triage.counts["waiting"], "image")
        st.caption(f"{waiting} not measured yet: their faces are those of the import.")
    if kind == "waiting" and triage.counts["waiting"]:
        face_panel.measure_faces()


def nothing(kind: str, triage: Triage) -> None:
    """Draw that no image is of this kind."""
    if triage.n_images:
        st.info(KINDS[kind].done, icon=":material/check_circle:")
    else:
        choices.invite("No images yet.", "import_files", "Import images")


def acts(kind: str, shown: Sequence[ImageRecord]) -> None:
    """Draw what can be done with the selected images, and the way back."""
    told = st.session_state.get(browsing.GRID, {}).get("selected")
    chosen = known_ids(told, {image.id for image in shown})
    st.space("stretch")
    if shown:
        st.markdown(
            f"{len(chosen):,} selected" if chosen else "None selected",
            help="Press ? for the keys of the grid; Enter opens an image",
            width="content",
        )
    if shown and KINDS[kind].can_exclude:
        why = acting.exclude_act(KINDS[kind].title.lower())
        st.button(
            "Exclude",
            key="exclude",
            icon=":material/do_not_disturb_on:",
            help="Leave the selected images out of the next dataset version (E)",
            disabled=not chosen,
            on_click=acting.perform,
            args=(why, acting.Scope(len(chosen), tuple(chosen))),
        )
    acting.undo_button(is_in_grid=bool(shown))


def show_grid(found: Found) -> None:
    """Draw the images with their faces marked; the keys are those of Browse."""
    image_grid(
        [face_cell(image, found.boxes.get(image.id, ())) for image in found.images],
        key=browsing.GRID,
        label="Images",
        on_open=way_back.opener(found.images),
        on_act=browsing.on_key,
    )


def face_cell(image: ImageRecord, boxes: Sequence[Box]) -> Cell:
    """Return an image as a cell of the grid, its faces marked and counted."""
    cell = widgets.image_cell(image)
    marked = list(boxes) or ([image.face.box] if image.face else [])
    told = Badge(count(image.n_faces, "face") if image.n_faces else "no face")
    picture = mark_faces(cell.images[0], image, marked)
    return replace(cell, images=(picture,), badges=(*cell.badges, told))


def mark_faces(thumbnail: str, image: ImageRecord, boxes: Sequence[Box]) -> str:
    """Draw boxes (px of the original) over a thumbnail, as an SVG data URI of about its size."""
    if not boxes or not thumbnail.startswith(("data:image/jpeg;", "data:image/webp;")):
        return thumbnail
    scale = _THUMBNAIL_PX / max(image.width_px, image.height_px)
    width, height = image.width_px * scale, image.height_px * scale
    places = (
        f"x='{box.x * scale:.1f}' y='{box.y * scale:.1f}' "
        f"width='{box.width * scale:.1f}' height='{box.height * scale:.1f}'"
        for box in boxes
    )
    lines = "".join(
        f"<rect {place} fill='none' stroke='{colour}' stroke-width='{line}'/>"
        for place in places
        for colour, line in (("%23000", 2 * _LINE_PX), ("%23fff", _LINE_PX))
    )
    picture = f"<image href='{thumbnail}' width='{width:.1f}' height='{height:.1f}'/>"
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:.1f} {height:.1f}'>"
    return f"data:image/svg+xml,{head}{picture}{lines}</svg>"
