"""Try it, what a person gives: a picture from a file or the camera, and a run to judge it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

import streamlit as st

from core.types import Run
from dashboard.settings import settings

EXTENSIONS = ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "gif"]
MAX_MB = 64


@dataclass(frozen=True)
class Picture:
    """What a person gave; the server holds its bytes in memory as long as the tab's session.

    Attributes:
        upload: For an import, if the person asks to keep it.
        digest: Tells it from other pictures.
    """

    upload: BytesIO
    data: bytes = field(repr=False)
    digest: str


def exported(trained: Sequence[Run]) -> list[Run]:
    """Return the runs that have a detector to judge with."""
    folder = settings().root / "runs"
    return [run for run in trained if (folder / str(run.id) / "detector.keras").is_file()]


def choose_picture() -> Picture | None:
    """Draw the ways to give a picture, and return the one that was given."""
    upload = st.file_uploader(
        "A picture with a face",
        type=EXTENSIONS,
        max_upload_size=MAX_MB,
        key="try-file",
        help=f"At most {MAX_MB} MB. Only *Keep* stores it.",
    )
    # Behind a toggle: the browser asks for the camera as soon as this is drawn.
    if st.toggle("Use the camera instead", key="try-camera-on"):
        upload = st.camera_input("Take a picture", key="try-camera", width=480)
    if upload is None:
        return None
    data = upload.getvalue()
    return Picture(upload, data, hashlib.sha256(data).hexdigest())


def explain() -> None:
    """Say what will be shown, and what becomes of the picture."""
    with st.container(border=True, key="try-empty"):
        st.markdown(
            "Drop a picture above to see what this run's detector makes of it: the face it judges, "
            "how likely the picture is fake and what that figure rests on, where the detector "
            "looked, whether the verdict would last, and what in the collection comes nearest."
        )
        st.caption(
            ":material/lock: The picture goes to this server and no further. It is not stored or "
            "logged unless you press *Keep*: the server holds it in memory while this tab is open "
            "and hands it to the detector in a private file, which is deleted as it is read."
        )
