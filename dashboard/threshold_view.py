"""Threshold: one slider over what every operating threshold does, and who decides on one."""

import streamlit as st

from core.types import Run, Split
from dashboard import doors, resources, threshold_panel
from dashboard.evaluation import scored
from dashboard.scores import Operating
from dashboard.text import plain
from dashboard.threshold import Choice, Slice, Slicing, Start, threshold_slider
from dashboard.threshold.told import BY_HAND, START, Door
from dashboard.thresholds import (
    Board,
    board,
    count,
    cuts,
    further_flips,
    largest,
    pool,
    shown,
    starting,
)
from db import thresholds

_CHOICE, _IN_URL = "threshold-choice", "t"


def show(run: Run, split: Split) -> None:
    """Draw the part of Evaluate: the slider, then the panel of proposals."""
    start = starting(run)
    chosen = chosen_now(run, start)
    with resources.session() as session:
        saved = thresholds.thresholds(session, run.id)
        in_force = thresholds.in_force(session, run.id)
    _say_origin(start, split)
    _slider(run, split, start, chosen)
    threshold_panel.show(run, split, chosen, saved, in_force)


def current(run: Run) -> Operating:
    """Return the threshold that is looked at: `?t=`, else the one in force or suggested."""
    start = starting(run)
    chosen = chosen_now(run, start)
    if chosen.mode == START:
        return start
    low, high = chosen.band or (None, None)
    return Operating(
        chosen.value,
        f"Looked at, not saved: {shown(start.value)} is "
        f"{'in force' if start.is_in_force else 'suggested'}.",
        low=low,
        high=high,
    )


def chosen_now(run: Run, start: Operating) -> Choice:
    """Return what was let go last, where `?t=` still says so; else what `?t=` or the start says."""
    value = _value_in_url(start.value)
    kept = st.session_state.get(f"{_CHOICE}-{run.id}")
    if isinstance(kept, Choice) and kept.value == value:
        return kept
    band = None if start.low is None or start.high is None else (start.low, start.high)
    is_start = value == start.value
    return Choice(value, START if is_start else BY_HAND, band=band if is_start else None)


def _value_in_url(otherwise: float) -> float:
    try:
        value = float(st.query_params.get(_IN_URL, otherwise))
    except ValueError:
        return otherwise
    return value if 0 <= value <= 1 else otherwise


def remember(run: Run, choice: Choice) -> None:
    """Keep what was chosen; its threshold stands in the URL. For callbacks."""
    st.session_state[f"{_CHOICE}-{run.id}"] = choice
    st.query_params[_IN_URL] = shown(choice.value)


def _say_origin(start: Operating, split: Split) -> None:
    """Say what the slider starts from, and what the split can tell."""
    st.caption(f":material/info: {shown(start.value)}. {plain(start.origin)}")
    if split is Split.TEST:
        st.caption(
            ":material/warning: You look at test images. The rules choose by validation images: "
            "a threshold picked by eye on the test split would flatter the detector."
        )


def _slider(run: Run, split: Split, start: Operating, chosen: Choice) -> None:
    data = scored(run, split)
    counted = board(run, split, start.value, chosen.value, *(chosen.band or ()))
    slicing = _slicing(run, split, counted, chosen.slicing)
    threshold_slider(
        chosen,
        counted,
        Start(start.value, "In force" if start.is_in_force else "Suggested"),
        split.value,
        slicing,
        pool=lambda: pool(data, start.value),
        further=further_flips(data, start.value, chosen.value),
        key=f"threshold-{run.id}-{split}",
        identity=f"{run.id} {split} {run.finished_at} {start} {slicing.chosen} "
        f"{hash(counted.steps.tobytes())}",
        on_choose=lambda choice: remember(run, choice),
        on_open=_open,
    )


def _slicing(run: Run, split: Split, counted: Board, asked: str | None) -> Slicing:
    ways = cuts(run, split)
    if not ways:
        return Slicing([], "", 0, [])
    chosen = ways.get(asked or "") or next(iter(ways.values()))
    data = scored(run, split)
    slices = [
        Slice(f"{chosen.kind}:{name}", name, count(data, counted.steps, rows))
        for name, rows in largest(chosen)
    ]
    return Slicing(list(ways), chosen.kind, len(chosen.names), slices)


def _open(door: Door) -> None:
    doors.open_images(
        cell=door.cell,
        score_from=door.score_from,
        score_to=door.score_to,
        label=door.label,
        slice=door.slice,
    )
