"""What the gallery of Mistakes shows: its filters, and the ways on from there."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.evaluation.cuts import Cut
from core.types import Label, Run, Split
from dashboard import calibrating, choices, doors, resources, selection, slicing
from dashboard.calibrating import Calibration
from dashboard.doors import Asked
from dashboard.scores import Scored
from dashboard.text import plain
from dashboard.text import threshold as shown_threshold

REVIEW_KINDS = {"genuine-called-fake": "false positives", "fakes-missed": "misses"}
"""The kind of queue that holds the images of a cell."""

_GENERATOR = "generator"


def matching(data: Scored, asked: Asked, found: Sequence[Cut]) -> NDArray[np.bool_]:
    """Mark the images (n,) that match all filters but the cell; an unknown slice matches none."""
    mask = np.ones(len(data.scores), np.bool_)
    if asked.score_from is not None:
        mask &= data.scores >= asked.score_from
    if asked.score_to is not None:
        mask &= (data.scores < asked.score_to) | (asked.score_to == 1)
    if asked.label:
        mask &= data.is_fake == (asked.label is Label.FAKE)
    keys = [asked.slice, f"{_GENERATOR}:{asked.generator}" if asked.generator else None]
    for key in filter(None, keys):
        rows = slicing.find_rows(found, key)
        is_in = np.zeros_like(mask)
        is_in[[] if rows is None else rows] = True
        mask &= is_in
    return mask


def show_chips(asked: Asked) -> None:
    """Draw what is asked for beside the cell, each to be taken away."""
    chips: dict[tuple[str, ...], str] = {}
    if asked.score_from is not None or asked.score_to is not None:
        low, high = asked.score_from or 0.0, 1.0 if asked.score_to is None else asked.score_to
        chips["from", "to"] = f"Score {doors.score_text(low)} to {doors.score_text(high)}"
    if asked.label:
        chips["label",] = asked.label.capitalize()
    if asked.generator:
        chips["generator",] = f"Generator: {plain(asked.generator)}"
    if asked.slice:
        chips["slice",] = plain(slicing.title_of(asked.slice))
    for names, words in chips.items():
        _chip(words, *names)


def _chip(words: str, *names: str) -> None:
    st.button(
        words,
        key=f"drop-{names[0]}",
        icon=":material/close:",
        icon_position="right",
        help="Show others too",
        on_click=doors.put,
        args=(dict.fromkeys(names),),
    )


def show_menu(asked: Asked, found: Sequence[Cut]) -> None:
    """Draw the filters as fields: the way of the keyboard to what charts open by a click."""
    with st.popover("Filter", icon=":material/tune:", key="filter-menu"):
        _fields(asked, found)


def _fields(asked: Asked, found: Sequence[Cut]) -> None:
    low, high = st.columns(2)
    _score_field(low, "Score from", "from", asked.score_from)
    _score_field(high, "to below", "to", asked.score_to)
    labels = [Label.GENUINE.value, Label.FAKE.value]
    _choice("Label", "label", labels, asked.label.value if asked.label else None)
    by_kind = {cut.kind: cut.names for cut in found}
    _choice("Generator", "generator", by_kind.get(_GENERATOR, []), asked.generator)
    kinds = [kind for kind in slicing.KINDS if kind in by_kind]
    kind = asked.slice.partition(":")[0] if asked.slice else None
    chosen = st.selectbox(
        "Slice by",
        kinds,
        index=kinds.index(kind) if kind in kinds else None,
        format_func=slicing.KINDS.__getitem__,
        key="filter-kind",
    )
    if chosen:
        keys = [f"{chosen}:{name}" for name in by_kind[chosen]]
        _choice("Slice", "slice", keys, asked.slice)


def _score_field(
    place: "st.delta_generator.DeltaGenerator", title: str, name: str, value: float | None
) -> None:
    key = f"filter-{name}"
    st.session_state[key] = value
    place.number_input(
        title,
        min_value=0.0,
        max_value=1.0,
        step=0.05,
        format="%.7g",
        key=key,
        on_change=_take,
        args=(name, key),
    )


def _choice(title: str, name: str, options: Sequence[str], value: str | None) -> None:
    key = f"filter-{name}"
    st.session_state[key] = value if value in options else None
    st.selectbox(
        title,
        options,
        key=key,
        index=None,
        placeholder="Any",
        format_func=lambda text: text.partition(":")[2] if name == "slice" else text,
        on_change=_take,
        args=(name, key),
    )


def _take(name: str, key: str) -> None:
    doors.put({name: st.session_state[key]})


def probabilities(run: Run, data: Scored) -> NDArray[np.float64] | None:
    """Return the calibrated probability (n,) of each being fake; None if nothing was fitted."""
    from core.evaluation.calibration import calibrate

    calibration = _calibration(run.id, run.finished_at, run)
    return calibrate(data.scores, calibration.temperature) if calibration.split else None


@st.cache_data(show_spinner=False, max_entries=32)
def _calibration(run_id: int, finished_at: datetime | None, _run: Run) -> Calibration:
    with resources.session() as session:
        return calibrating.calibration_of(session, _run)


def show_ways_on(
    run: Run,
    split: Split,
    cell: str,
    threshold: float,
    selected: Sequence[int],
    shown: Sequence[int],
) -> None:
    """Draw the ways to Browse and to a queue for review, at the threshold that is looked at."""
    ids = selected or shown
    st.button(
        "Open in Browse",
        key="mistakes-browse",
        icon=":material/grid_view:",
        help=f"Show {len(ids):,} images there: those selected, or all of these",
        on_click=selection.ask_browse,
        args=(ids, "from Evaluate"),
    )
    if kind := REVIEW_KINDS.get(cell):
        choices.link(
            "review",
            "Queue for review",
            icon=":material/playlist_add:",
            run=run.id,
            split=split.value,
            kind=kind,
            t=shown_threshold(threshold),
        )
