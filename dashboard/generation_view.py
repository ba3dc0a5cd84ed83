"""The parts of Generate: the generators, their parameters, and what a job makes."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from core.fakes.base import Generator, Param, ParamValue
from core.types import ImageRecord
from dashboard import job_view, resources, way_back, widgets
from dashboard.grid import Badge, Cell, image_grid, thumbnail
from dashboard.jobs.client import Job
from dashboard.settings import settings
from dashboard.text import count
from db import images

_SHOWN = 48


@st.cache_resource
def generators() -> Mapping[str, Generator]:
    """Return the registry; it brings OpenCV along, so only this page pays for it."""
    from core.fakes.registry import GENERATORS

    return GENERATORS


def choose_generator() -> str:
    """Draw one card a generator and return the name of the one in the URL, or the first."""
    known = generators()
    asked = st.query_params.get("with", "")
    chosen = asked if asked in known else next(iter(known))
    grid = st.grid(len(known), min_column_width=320)
    for name, generator in known.items():
        with grid.container(border=True, height="stretch", key=f"card-{name}"):
            _card(name, generator, is_chosen=name == chosen)
    return chosen


def _card(name: str, generator: Generator, *, is_chosen: bool) -> None:
    st.markdown(f"#### {generator.title}")
    with st.container(horizontal=True):
        if generator.needs_training:
            st.badge("Trains a network first", icon=":material/model_training:", color="gray")
        if generator.changes_face_only:
            st.badge("Changes the face only", icon=":material/face:", color="gray")
    st.markdown(generator.description)
    st.caption(f"**Limits.** {generator.limits}")
    st.button(
        "Chosen" if is_chosen else "Choose",
        key=f"choose-{name}",
        icon=":material/check:" if is_chosen else None,
        disabled=is_chosen,
        on_click=_choose,
        args=(name,),
    )


def _choose(name: str) -> None:
    st.query_params["with"] = name


def param_fields(name: str) -> dict[str, ParamValue]:
    """Draw a field for every parameter of a generator and return the values."""
    params = generators()[name].params
    grid = st.grid(max(1, min(len(params), 4)), min_column_width=180)
    return {param.name: _field(grid, name, param) for param in params}


def _field(grid: st.delta_generator.DeltaGenerator, name: str, param: Param) -> ParamValue:
    kind = type(param.default)
    value: ParamValue = grid.number_input(
        param.label,
        kind(param.minimum),
        kind(param.maximum),
        param.default,
        format="%d" if kind is int else "%.3g",
        step=1 if kind is int else (kind(param.maximum) - kind(param.minimum)) / 100,
        key=f"{name}-{param.name}",
        help=f"{param.help} From {param.minimum:g} to {param.maximum:g}.",
    )
    return value


def start_generation(name: str, params: Mapping[str, ParamValue], seed: int, limit: int) -> None:
    """Start making fakes, and draw the page anew to follow it."""
    job_id = resources.start(resources.jobs().generate, name, params, seed=seed, limit=limit)
    if job_id:
        st.query_params["job"] = job_id
    st.rerun()


def show_job(job: Job) -> None:
    """Draw a job, its sample sheets and its fakes, anew every few seconds while it works."""
    job_view.follow(job.id)
    every = "3s" if job.is_active else None
    st.fragment(_results, run_every=every)(job.id)


def _results(job_id: str) -> None:
    way_back.open_asked_image()
    _sheets(sample_sheets(job_id), key=f"epoch-{job_id}")
    with resources.session() as session:
        n_made = images.count_made_by(session, job_id)
        made = images.made_by(session, job_id, limit=_SHOWN)
    st.markdown(f"**{count(n_made, 'fake')} made**" + _newest_only(n_made))
    if made:
        image_grid(
            [_pair_cell(fake, parent) for fake, parent in made],
            key=f"made-{job_id}",
            label="Fakes, each beside the photograph it was made from",
            on_open=way_back.opener(fake for fake, _ in made),
            selectable=False,
        )


def _newest_only(n_made: int) -> str:
    newest = f" · the newest {_SHOWN} are shown" if n_made > _SHOWN else ""
    return f"{newest} · left the photograph, right the fake · click to open" if n_made else ""


def _pair_cell(fake: ImageRecord, parent: ImageRecord) -> Cell:
    name = widgets.name_of(parent)
    return Cell(
        id=fake.id,
        images=(thumbnail(parent.checksum), thumbnail(fake.checksum)),
        title=name,
        alt=f"{name}: the photograph and the fake made from it",
        badges=(Badge(fake.label.value, fake.label.value),),
    )


def sample_sheets(job_id: str) -> dict[int, Path]:
    """Return the sample sheets that a job has left so far, by epoch."""
    folder = settings().root / "jobs" / job_id / "samples"
    paths = sorted(folder.glob("epoch_*.jpg"))
    return {int(path.stem.removeprefix("epoch_")): path for path in paths}


def _sheets(sheets: Mapping[int, Path], *, key: str) -> None:
    if not sheets:
        return
    epochs = sorted(sheets)
    if st.session_state.get(f"{key}-newest") == st.session_state.get(key):
        st.session_state[key] = epochs[-1]  # who looks at the newest sheet goes on doing so
    st.session_state[f"{key}-newest"] = epochs[-1]
    epoch = epochs[0]
    if len(epochs) > 1:
        epoch = st.select_slider("Samples after epoch", epochs, key=key)
    st.image(str(sheets[epoch]), width=384, alt=_SHEET_ALT)
    st.caption(f"Epoch {epoch}. From left: photograph, masked, painted by the network, put back.")


_SHEET_ALT = "Rows of a photograph, masked, painted by the network, and put back together"
