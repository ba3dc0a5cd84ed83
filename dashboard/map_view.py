"""The map of faces: its points in colours, and the images that a lasso holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.curation.projection import LANDMARKS, inside
from core.types import Split
from dashboard import acting, choices, job_view, resources, way_back, widgets
from dashboard.browsing import title_of
from dashboard.grid import image_grid
from dashboard.map_chart import HEIGHT_PX, Colours, draw_map, drawn_points, outlines
from dashboard.selection import selection_acts
from dashboard.text import count
from db import followed, images, map_points, versions
from db.followed import Followed
from db.images import ImageFilter
from db.map_points import Fingerprint

N_SHOWN = 100
_NONE = "None"
_WORDS = ("label", "identity", "generator")
_SPLIT, _TAG = "split", "tag"
_MEANING = (
    "Faces that stand close together look alike to the recognition network; how far apart groups "
    "stand, and how large they are drawn, means nothing."
)
_METHOD = (
    f"Up to {LANDMARKS:,} faces are laid out by t-SNE. Every other face, and every new one, stands "
    "at the weighted mean of the five of them that it is most like, so that a new face moves none."
)


@dataclass(frozen=True)
class FaceMap:
    """The map as it is now.

    Attributes:
        ids: (n,) numbers of the images on it, sorted.
        points: (n, 2) where they stand.
        n_described: Images whose face could be on it.
        n_new: How many of them are not.
    """

    ids: NDArray[np.int64]
    points: NDArray[np.float32]
    n_described: int
    n_new: int


@st.cache_resource
def _described() -> Followed:
    """Keep in memory which images are described, once a process."""
    return followed.follow_described()


@st.cache_resource(max_entries=1, show_spinner=False)
def _points(known_as: Fingerprint) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    with resources.session() as session:
        return map_points.points(session)


def load(session: Session) -> FaceMap:
    """Read the map and what it lacks."""
    ids, points = _points(map_points.fingerprint(session))
    described, _ = _described().read(session)
    n_new = int((~np.isin(described, ids)).sum())
    return FaceMap(ids, points, len(described), n_new)


def show_jobs(face_map: FaceMap) -> None:
    """Draw what the map means, the job that draws it, and whether new images are missing."""
    st.caption(_MEANING, help=_METHOD)
    current = job_view.find_current(job_view.list_jobs("map", "faces"))
    if current:
        job_view.follow(current.id)
    elif len(face_map.ids) and face_map.n_new:
        with st.container(horizontal=True, vertical_alignment="center", key="map-outdated"):
            missing = count(face_map.n_new, "new image")
            verb = "is" if face_map.n_new == 1 else "are"
            st.markdown(f":material/info: {missing} {verb} not on the map.", width="content")
            job_view.start_button("Update the map", "map", resources.jobs().draw_map)


def nothing_drawn(face_map: FaceMap) -> None:
    """Draw what is missing before there is a map, and the button that starts it."""
    with resources.session() as session:
        has_images = bool(resources.catalogue().count(session, ImageFilter()))
    if not has_images:
        choices.invite("Faces are mapped once there are images.", "import_files", "Import images")
        return
    with st.container(border=True, horizontal_alignment="center", key="no-map"):
        st.space("small")
        if face_map.n_described:
            faces = count(face_map.n_described, "described face")
            st.markdown(f"No map yet of the {faces}.", text_alignment="center")
            job_view.start_button("Draw the map", "map", resources.jobs().draw_map)
        else:
            st.markdown("Faces are mapped once they are measured.", text_alignment="center")
            job_view.start_button("Measure the faces", "faces", resources.jobs().find_faces)
        st.space("small")


def pick_colours(session: Session, face_map: FaceMap) -> Colours:
    """Draw what the points can be coloured by; return the chosen values of the drawn points."""
    catalogue = resources.catalogue()
    known = [*_WORDS, _SPLIT, _TAG, *catalogue.measures(session)]
    with st.container(horizontal=True, vertical_alignment="bottom", key="map-tools"):
        by = st.selectbox(
            "Colour by", known, key="colour", bind="query-params", format_func=title_of, width=240
        )
        tag = None
        if by == _TAG:
            known_tags = catalogue.members(session, "tag")
            tag = st.selectbox("Tag", known_tags, key="of", bind="query-params", width=200)
        st.space("stretch")
        anew = partial(resources.jobs().draw_map, anew=True)
        job_view.start_button("Draw anew", "anew", anew, type="tertiary")
    at = drawn_points(len(face_map.ids))
    ids = face_map.ids[at]
    names = catalogue.look_up(session, "identity", ids)
    title, values = _values(session, by, tag, ids)
    return Colours(at, title, values, names)


def _values(
    session: Session, by: str, tag: str | None, ids: NDArray[np.int64]
) -> tuple[str, NDArray[Any]]:
    """Return the title and the values of a choice for these images."""
    catalogue = resources.catalogue()
    if by == _TAG:
        tagged, _ = catalogue.find(session, ImageFilter(tag=tag or ""))
        is_tagged = np.isin(ids, np.array(tagged, np.int64))
        return "Tag", np.where(is_tagged, tag or _NONE, _NONE).astype(np.object_)
    if by == _SPLIT:
        return _splits(session, ids)
    return title_of(by), catalogue.look_up(session, by, ids)


def _splits(session: Session, ids: NDArray[np.int64]) -> tuple[str, NDArray[Any]]:
    """Return each image's part of the newest dataset version."""
    values = np.full(len(ids), None, np.object_)
    newest = max(versions.numbers(session), default=None)
    for split in Split if newest is not None else ():
        wanted = ImageFilter(version=newest, split=split)
        members, _ = resources.catalogue().find(session, wanted)
        values[np.isin(ids, np.array(members, np.int64))] = split.value
    return "Split" if newest is None else f"Split of version {newest}", values


def show_map(face_map: FaceMap, colours: Colours) -> Sequence[int]:
    """Draw the points; return the numbers of the images inside of what was drawn around them."""
    figure = draw_map(face_map.points[colours.at], face_map.ids[colours.at], colours)
    alt = f"Map of {count(len(face_map.ids), 'face')}, coloured by {colours.title}"
    state: Any = st.plotly_chart(
        figure,
        key="map",
        on_select="rerun",
        selection_mode=("lasso", "box"),
        config={"displaylogo": False, "scrollZoom": True},
        alt=alt,
    )
    if len(colours.at) < len(face_map.ids):
        st.caption(
            f"{len(colours.at):,} of {len(face_map.ids):,} faces are drawn, chosen at random; a "
            "lasso takes the others too."
        )
    is_in = np.zeros(len(face_map.ids), np.bool_)
    for outline in outlines(state.selection):
        is_in |= inside(face_map.points, outline)
    return [int(number) for number in face_map.ids[is_in]]


def show_selected(ids: Sequence[int]) -> None:
    """Draw the images inside of the lasso, and what can be done with them all."""
    if not ids:
        st.info("Draw around some points to see their images.", icon=":material/lasso_select:")
        acting.undo_button()
        return
    st.markdown(f"**{count(len(ids), 'image')}** inside of what you drew")
    selection_acts(ids, key="map", title="chosen on the map")
    with resources.session() as session:
        first = images.get_images(session, ids[:N_SHOWN])
    if len(ids) > N_SHOWN:
        st.caption(f"The first {N_SHOWN}.")
    with st.container(height=HEIGHT_PX - 130, border=False, key="map-images"):
        image_grid(
            [widgets.image_cell(each) for each in first],
            key="map-selected",
            label="Images inside of the lasso",
            on_open=way_back.opener(first),
            selectable=False,
        )
