"""Similar images: a strip on an image's screen, and all of them in order with a limit to move."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.curation.duplicates import RADIUS_BITS
from core.curation.identities import person_cosine
from core.curation.similar import nearest_faces, nearest_hashes
from core.errors import VerityError
from core.types import ImageRecord
from dashboard import choices, nearest, resources, way_back, widgets
from dashboard.grid import Badge, Cell, image_grid
from dashboard.selection import selection_acts
from dashboard.text import count, plain
from db import identities, images

N_STRIP, N_ALL = 12, 200
_SAMPLE = 4000
_FRESH = "10m"


@dataclass(frozen=True)
class Similar:
    """The images most like one, nearest first.

    Attributes:
        by_face: Whether by the cosine of the largest faces, or else by pHash, in bits.
        figures: A cosine or a number of bits for each image.
    """

    image: ImageRecord
    by_face: bool
    found: Sequence[ImageRecord]
    figures: Sequence[float]


def find_similar(session: Session, image: ImageRecord, limit: int) -> Similar:
    """Return the images most like one: by its largest face, or by pHash where none is described."""
    ids, vectors = nearest.all_faces().read(session)
    at = np.flatnonzero(ids == image.id)
    if len(at):
        places, figures = nearest_faces(vectors, vectors[at[0]], limit + 1)
        return _similar(session, image, ids[places], figures)
    ids, hashes = nearest.all_hashes().read(session)
    at = np.flatnonzero(ids == image.id)
    if not len(at):
        return Similar(image, False, (), ())
    places, bits = nearest_hashes(hashes, int(hashes[at[0]]), limit + 1)
    return _similar(session, image, ids[places], bits)


def _similar(
    session: Session,
    image: ImageRecord,
    ids: NDArray[np.int64],
    figures: NDArray[np.float32] | NDArray[np.uint8],
) -> Similar:
    others = np.flatnonzero(ids != image.id)[: len(ids) - 1]
    found = images.get_images(session, ids[others].tolist())
    return Similar(image, figures.dtype == np.float32, found, figures[others].tolist())


def strip(image: ImageRecord) -> None:
    """Draw the images most like one as a row, and the way to all of them; nothing without any."""
    with resources.session() as session, st.spinner("Looking for similar images"):
        similar = find_similar(session, image, N_STRIP)
    if not similar.found:
        return
    title = "Similar faces" if similar.by_face else "Look-alikes"
    with st.container(horizontal=True, vertical_alignment="center", key="similar-title"):
        st.markdown(f"**{title}** · {_measure(similar)}", width="content")
        choices.link("similar", "Show all in order", image=image.checksum)
    checksums = {each.id: each.checksum for each in similar.found}
    image_grid(
        _cells(similar),
        key="similar",
        label=title,
        on_open=lambda image_id: widgets.show_image(checksums[image_id]),
        selectable=False,
        strip=True,
    )


def _measure(similar: Similar) -> str:
    if similar.by_face:
        return "cosine of the faces, at most 1"
    return "bits in which pHash differs, of 64; its face is not described"


def _cells(similar: Similar) -> list[Cell]:
    drawn = zip(similar.found, similar.figures, strict=True)
    return [_cell(image, figure, similar.by_face) for image, figure in drawn]


def _cell(image: ImageRecord, figure: float, by_face: bool) -> Cell:
    text = f"{figure:.2f}" if by_face else count(int(figure), "bit")
    cell = widgets.image_cell(image)
    return replace(cell, badges=(Badge(text), *cell.badges), alt=f"{cell.alt}, {text}")


def find_asked(session: Session, checksum: str) -> Similar | None:
    """Load what the page shows; a message and None if there is no such image."""
    try:
        image = images.get_by_checksum(session, checksum)
    except VerityError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None
    return find_similar(session, image, N_ALL)


def headline(similar: Similar) -> Similar:
    """Draw which image the others are compared with, beside the limit; return what is within."""
    name = plain(widgets.name_of(similar.image))
    choices.link("browse", f"Back to {name}", ":material/arrow_back:", image=similar.image.checksum)
    asked, limit = st.columns([1, 5], gap="medium")
    with asked:
        image_grid(
            [widgets.image_cell(similar.image)],
            key="similar-asked",
            label="Compared with",
            on_open=lambda _: way_back.remember_image(similar.image.checksum),
            selectable=False,
            strip=True,
        )
    with limit:
        return draw_limit(similar)


def draw_limit(similar: Similar) -> Similar:
    """Draw the limit and the button that sets it where one person, or one picture, ends.

    Returns:
        What lies within the limit.
    """
    figures = np.array(similar.figures)
    with st.container(horizontal=True, vertical_alignment="bottom", key="similar-limit"):
        if similar.by_face:
            limit = _slider("Cosine at least", "least", 0.0, 1.0, 0.0, 0.01)
            _set_button("One person", "least", round(_known_cosine(), 2))
            is_within = figures >= limit
        else:
            limit = _slider("Bits at most", "most", 0, 64, 64, 1)
            _set_button("One picture", "most", RADIUS_BITS)
            is_within = figures <= limit
    kept = np.flatnonzero(is_within).tolist()
    st.caption(_explain(similar, len(kept)))
    found = [similar.found[i] for i in kept]
    return replace(similar, found=found, figures=figures[kept].tolist())


def _slider(title: str, key: str, low: float, high: float, start: float, step: float) -> float:
    limit: float = st.slider(title, low, high, start, step, key=key, bind="query-params", width=360)
    return limit


def _set_button(title: str, key: str, value: float) -> None:
    """Draw a button that moves the limit."""
    st.button(f"{title}: {value:g}", key=f"set-{key}", on_click=_set, args=(key, value))


def _set(key: str, value: float) -> None:
    st.session_state[key] = value


def _explain(similar: Similar, n_within: int) -> str:
    shown = f"{n_within:,} of the nearest {len(similar.found):,}"
    if similar.by_face:
        return (
            f"{shown}, by the cosine of the largest faces. *One person* is the cosine that best "
            "tells the named people of this collection apart: a likeness, not a proof."
        )
    return (
        f"{shown}, by the bits in which pHash differs: no face of this image is described. Few "
        "bits mean the same picture; unrelated portraits lie about 26 apart."
    )


def _known_cosine() -> float:
    ids, _ = _read_faces()
    return _person_cosine(len(ids))


def _read_faces() -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    with resources.session() as session:
        return nearest.all_faces().read(session)


@st.cache_data(ttl=_FRESH, show_spinner=False)
def _person_cosine(n_described: int) -> float:
    """Return the cosine that tells people apart, of at most 4,000 images; forgotten in a while."""
    ids, vectors = _read_faces()
    chosen = np.sort(np.random.default_rng(0).permutation(n_described)[:_SAMPLE])
    with resources.session() as session:
        names = identities.names_of(session, ids[chosen].tolist())
    return person_cosine(vectors[chosen], names)


def show_similar(similar: Similar) -> None:
    """Draw the images in order, to be selected and acted on."""
    if not similar.found:
        st.info("No image lies within this limit.", icon=":material/filter_list_off:")
        return
    tools = st.container()
    selected = image_grid(
        _cells(similar),
        key="similar-all",
        label="Similar images",
        on_open=way_back.opener(similar.found),
    )
    with tools:
        st.caption("Select images to label, tag or open them.")
        title = f"similar to {widgets.name_of(similar.image)}"
        selection_acts(selected, key="similar", title=title)
