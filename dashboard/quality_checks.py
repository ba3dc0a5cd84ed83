"""Quality's figures: which checks there are, of image and face, and what each of them flags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.faces.cues import FACE_CHECKS, FACES_VERSION, NO_FACE
from core.images.quality import CHECKS, Check
from core.types import ImageRecord, Status
from dashboard import resources
from dashboard.filtering import title_of
from dashboard.histogram import Histogram, build
from db import checks, faces, images, outdated
from db.catalogue import Sort
from db.images import ImageFilter, Range

IMAGE, FACE = "Image", "Face"
ALL: Mapping[str, Check] = {**CHECKS, "no_face": NO_FACE, **FACE_CHECKS}
GROUPS: Mapping[str, Sequence[str]] = {IMAGE: tuple(CHECKS), FACE: ("no_face", *FACE_CHECKS)}
ACTIVE = ImageFilter(status=Status.ACTIVE)
"""What is left out of the next version already needs no triage."""

_COLUMNS = {"no_face": "n_faces", "faces": "n_faces"}


@dataclass(frozen=True)
class Measured:
    """One check over all images that take part in the next version.

    Attributes:
        column: Of the catalogue.
        values: The known figures, in no order.
        n_unknown: Images of which the check cannot tell, or that were not measured yet.
        kept: Where the line stands for everybody.
        revision: Of the images: what follows from the values stays true while it stands.
    """

    name: str
    check: Check
    column: str
    values: NDArray[np.float32]
    n_unknown: int
    kept: float
    revision: int


@dataclass(frozen=True)
class Standing:
    """How far all is measured.

    Attributes:
        flagged: Images beyond the line of each check; a check without figures is missing.
        n_images: Images that take part in the next version.
        n_excluded: Images that do not.
        n_outdated: Images that an older version measured.
        n_faces_waiting: Images whose faces are not measured.
    """

    flagged: Mapping[str, int]
    n_images: int
    n_excluded: int
    n_outdated: int
    n_faces_waiting: int


def load_standing(session: Session) -> Standing:
    """Count what every check flags, and what waits to be measured."""
    lines = {name: _line(session, name) for name in ALL}
    return _standing(session, checks.newest_image_revision(session), tuple(lines.items()))


@st.cache_data(max_entries=4, show_spinner=False)
def _standing(_session: Session, revision: int, lines: Sequence[tuple[str, float]]) -> Standing:
    """Count once for a revision of the images: over a million it takes a while."""
    found = {name: _values(_session, column_of(name)) for name, _ in lines}
    n_active = resources.catalogue().count(_session, ACTIVE)
    return Standing(
        flagged={
            name: int(np.count_nonzero(_is_beyond(found[name], ALL[name], line)))
            for name, line in lines
            if len(found[name])
        },
        n_images=n_active,
        n_excluded=resources.catalogue().count(_session, ImageFilter()) - n_active,
        n_outdated=outdated.count_outdated(_session, outdated.present()),
        n_faces_waiting=faces.count_waiting(_session, FACES_VERSION),
    )


def column_of(name: str) -> str:
    """Return the column of the catalogue that holds a check's figures."""
    return _COLUMNS.get(name, name)


def load(session: Session, name: str) -> Measured:
    """Read one check's figures."""
    values = _values(session, column_of(name))
    return Measured(
        name=name,
        check=ALL[name],
        column=column_of(name),
        values=values,
        n_unknown=resources.catalogue().count(session, ACTIVE) - len(values),
        kept=_line(session, name),
        revision=checks.newest_image_revision(session),
    )


def _line(session: Session, name: str) -> float:
    return checks.thresholds(session).get(name, ALL[name].threshold)


def _values(session: Session, column: str) -> NDArray[np.float32]:
    catalogue = resources.catalogue()
    if column not in catalogue.measures(session):
        return np.empty(0, np.float32)
    return catalogue.values(session, column, ACTIVE)


def _is_beyond(values: NDArray[np.float32], check: Check, line: float) -> NDArray[np.bool_]:
    at = np.float32(line)
    return values < at if check.bad_when == "below" else values > at


def count_beyond(measured: Measured, line: float) -> int:
    """Count the images on the bad side of a line."""
    return int(np.count_nonzero(_is_beyond(measured.values, measured.check, line)))


def histogram_of(measured: Measured, line: float) -> Histogram:
    """Return the histogram of a check's figures, on which the line and its old place can stand."""
    return _histogram(
        measured.values,
        measured.name,
        measured.revision,
        measured.check.bad_when,
        (line, measured.kept),
    )


@st.cache_data(max_entries=32, show_spinner=False)
def _histogram(
    _values: NDArray[np.float32],
    name: str,
    revision: int,
    bad_when: str,
    lines: tuple[float, float],
) -> Histogram:
    return build(_values, "below" if bad_when == "below" else "above", *lines)


def beyond(measured: Measured, line: float) -> ImageFilter:
    """Return the filter that finds what lies on the bad side of a line, but not on it."""
    limit = _limit(measured, line)
    is_low = measured.check.bad_when == "below"
    limits = Range(measured.column, high=limit) if is_low else Range(measured.column, low=limit)
    return ImageFilter(status=Status.ACTIVE, ranges=(limits,))


def _limit(measured: Measured, line: float) -> float:
    towards = np.float32(-np.inf if measured.check.bad_when == "below" else np.inf)
    return float(np.nextafter(np.float32(line), towards))


def browse_query(measured: Measured, line: float) -> dict[str, str]:
    """Return the address of the flagged images in Browse, the worst first."""
    is_low = measured.check.bad_when == "below"
    query = {
        "status": Status.ACTIVE.value,
        "measure": title_of(measured.column),
        "high" if is_low else "low": repr(_limit(measured, line)),
        "sort": title_of(measured.column),
    }
    return query if is_low else {**query, "down": "true"}


def find_flagged(
    session: Session, measured: Measured, line: float, limit: int | None = None
) -> list[int]:
    """Return the numbers of the images beyond a line, the worst first."""
    sort = Sort(measured.column, is_descending=measured.check.bad_when == "above")
    return resources.catalogue().find(session, beyond(measured, line), sort, limit=limit)[0]


def worst(session: Session, measured: Measured, line: float, limit: int) -> list[ImageRecord]:
    """Return the worst images beyond a line."""
    return images.get_images(session, find_flagged(session, measured, line, limit))
