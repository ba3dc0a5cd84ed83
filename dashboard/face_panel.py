"""The faces on one image's screen: boxes to correct on the picture, and each face's cues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import streamlit as st
from sqlalchemy.orm import Session

from core.faces.cues import FACE_CHECKS, FACES_VERSION
from core.types import ESTIMATED_FEATURES, Box, Event, FaceDetail, Feature, ImageRecord
from dashboard import job_view, pictures, resources
from dashboard.auth import actor
from dashboard.boxes import FACE, PARTS, Change, Part, Picture, picture_boxes
from dashboard.text import plain
from dashboard.widgets import complaining, name_of
from db import checks, corrections, faces


@dataclass(frozen=True)
class Faces:
    """What is known of the faces of one image.

    Attributes:
        details: By number, the largest first; none before they are measured.
        corrected_by: By face, then by part, who changed it last.
        lines: Where people drew the lines of the checks.
        is_measured: Whether this version measured them; `can_correct`: whether any did.
        history: What people did to them, and whether it was undone since.
    """

    details: Mapping[int, FaceDetail] = field(default_factory=dict)
    corrected_by: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    lines: Mapping[str, float] = field(default_factory=dict)
    is_measured: bool = False
    can_correct: bool = False
    history: Sequence[tuple[Event, bool]] = ()


def find_faces(session: Session, image_id: int) -> Faces:
    """Load what is known of the faces of one image."""
    return Faces(
        faces.faces_of(session, image_id),
        corrections.corrected_by(session, image_id),
        checks.thresholds(session),
        faces.is_measured(session, image_id, FACES_VERSION),
        faces.is_measured(session, image_id),
        corrections.history(session, image_id),
    )


def show_picture(image: ImageRecord, found: Faces) -> None:
    """Draw the picture with its boxes; what a person corrects is stored at once."""
    with complaining():
        shown = pictures.original(image)
        alt = f"{name_of(image)}, {image.label}"
        picture_boxes(
            Picture(shown.data, image.width_px, image.height_px, alt),
            parts_of(image, found),
            key=f"boxes-{image.id}",
            on_change=partial(change_boxes, image.id) if found.can_correct else None,
        )
        if shown.note:
            st.caption(plain(shown.note))


def parts_of(image: ImageRecord, found: Faces) -> list[Part]:
    """Return every box of an image; before the faces are measured, the import's own."""
    if not found.can_correct:
        source = "found at the import; its parts are not measured yet"
        return [Part(0, FACE, image.face.box, source)] if image.face else []
    return [
        _part(number, name, detail, found.corrected_by.get(number, {}))
        for number, detail in found.details.items()
        for name in PARTS
    ]


def _part(number: int, name: str, detail: FaceDetail, by: Mapping[str, str]) -> Part:
    box = detail.face.box if name == FACE else detail.features.get(Feature(name))
    if name in by:
        return Part(number, name, box, f"corrected by {by[name]}")
    if name == FACE:
        source = f"found by YuNet, confidence {detail.face.confidence:.2f}"
        return Part(number, name, box, source)
    if name in ESTIMATED_FEATURES:
        return Part(number, name, box, "an estimate from the head's outline", is_estimated=True)
    return Part(number, name, box, "measured by the face mesh")


def change_boxes(image_id: int, change: Change) -> None:
    """Store what a person did to a box, or tell why not."""
    resources.act(_store, image_id, change)


def _store(session: Session, image_id: int, change: Change) -> None:
    who = actor()
    if change.action == "undo":
        undone = corrections.undo_correction(session, image_id, actor=who)
        resources.notify(f"Your correction of the {undone.part} is undone.", icon=":material/undo:")
    elif change.action == "add" and change.box:
        corrections.add_face(session, image_id, change.box, actor=who)
    elif change.face is not None:
        _store_part(session, image_id, change.face, change.part, change.box, who)


def _store_part(
    session: Session, image_id: int, face: int, part: str, box: Box | None, who: str
) -> None:
    if part != FACE:
        corrections.correct_feature(session, image_id, face, Feature(part), box, actor=who)
    elif box:
        corrections.correct_face(session, image_id, face, box, actor=who)
    else:
        corrections.remove_face(session, image_id, face, actor=who)
        resources.notify("Taken away: not a face. Undo (Z) brings it back.", icon=":material/undo:")


def show_cues(image: ImageRecord, found: Faces) -> None:
    """Draw each face's cues, or the way to measure them."""
    if not found.is_measured:
        st.caption("The faces of this image are not measured yet.")
        measure_faces()
    elif not found.details:
        st.caption("No face was found. Correct boxes → Draw → Another face adds one by hand.")
    for place, (number, detail) in enumerate(found.details.items(), start=1):
        with st.container(border=True, key=f"face-{number}"):
            _face_head(image, number, detail, place)
            _corrections(found.corrected_by.get(number, {}))
            for name in FACE_CHECKS if detail.scores else ():
                st.markdown(cue(name, detail.scores.get(name), found.lines), help=_help(name))
            if not detail.scores:
                st.caption("Drawn by hand: cues are measured of faces that the detector finds.")


def _face_head(image: ImageRecord, number: int, detail: FaceDetail, place: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        box = detail.face.box
        st.markdown(f"**Face {place}** · {box.width:.0f} x {box.height:.0f} px", width="stretch")
        st.button(
            "Not a face",
            key=f"not-a-face-{number}",
            type="tertiary",
            icon=":material/close:",
            help="Take it away, also from later measurements; Undo brings it back",
            on_click=change_boxes,
            args=(image.id, Change("hide", number)),
        )


def _corrections(by: Mapping[str, str]) -> None:
    if by:
        told = ", ".join(f"{part} by {plain(who)}" for part, who in by.items())
        st.caption(f":material/edit: Corrected: {told}")


def cue(name: str, value: float | None, lines: Mapping[str, float]) -> str:
    """Say in Markdown what a check measured, and whether it lies beyond the line."""
    check = FACE_CHECKS[name]
    if value is None:
        return f"{check.title}: cannot tell"
    flag = " :orange-badge[flagged]" if check.is_bad(value, lines.get(name)) else ""
    return f"{check.title}: **{value:.3g}** {plain(check.unit)}{flag}"


def _help(name: str) -> str:
    check = FACE_CHECKS[name]
    return f"{check.explanation} Flagged when {check.bad_when} the line."


def measure_faces() -> None:
    """Draw the job that measures faces while it lasts, else the button that starts it."""
    current = job_view.find_current(job_view.list_jobs("faces"))
    if current:
        job_view.follow(current.id)
    if current is None or not current.is_active:
        find = resources.jobs().find_faces
        job_view.start_button("Measure the faces", "faces", find, icon=":material/face:")
