"""Threshold: one slider over what every operating threshold does, and who decides on one."""

from dataclasses import replace

import streamlit as st

from core.evaluation.operating_points import FPR_5
from core.types import Run, Split, Threshold
from dashboard import doors, resources, slicing, threshold_panel, way_back
from dashboard.evaluation import scored
from dashboard.proposing import BY_HAND
from dashboard.scores import Operating
from dashboard.text import plain
from dashboard.text import threshold as shown
from dashboard.threshold import Choice, Slice, Slicing, Start, threshold_slider
from dashboard.threshold.told import START, Door
from dashboard.threshold_choice import band_of, chosen_now, costs_of, remember
from dashboard.thresholds import (
    Board,
    board,
    count,
    further_flips,
    largest,
    pool,
    rule_of,
    starting,
)
from db import images, thresholds


def show(run: Run, split: Split) -> None:
    """Draw the part of Evaluate: what waits, the slider, and the way to a decision."""
    start = starting(run)
    with resources.session() as session:
        saved = thresholds.thresholds(session, run.id)
        in_force = thresholds.in_force(session, run.id)
    chosen = chosen_now(run.id, start, costs_of(in_force))
    named = _named(run, chosen, in_force)
    threshold_panel.show_waiting(saved)
    _say_origin(start, split)
    _slider(run, split, start, chosen if chosen.mode == START else named)
    threshold_panel.show(run, split, named, saved, in_force)


def current(run: Run) -> Operating:
    """Return the threshold that is looked at: `?t=`, else the one in force or suggested."""
    start = starting(run)
    chosen = chosen_now(run.id, start)
    if (chosen.value, chosen.band) == (start.value, band_of(start)):
        return start
    low, high = chosen.band or (None, None)
    return Operating(
        chosen.value,
        f"Looked at, not saved: {shown(start.value)} is "
        f"{'in force' if start.is_in_force else 'suggested'}.",
        low=low,
        high=high,
    )


def _named(run: Run, chosen: Choice, in_force: Threshold | None) -> Choice:
    """Name the rule that gives just this threshold; the URL holds only the value.

    Where the slider still stands where it started, that is the rule it started by.
    """
    began_by = in_force.policy.get("mode") if in_force else FPR_5
    asked = began_by if chosen.mode == START else chosen.mode
    return replace(chosen, mode=rule_of(run, chosen.value, chosen.costs, asked) or BY_HAND)


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
    sliced = _slicing(run, split, counted, chosen.slicing)
    threshold_slider(
        chosen,
        counted,
        Start(start.value, "In force" if start.is_in_force else "Suggested"),
        split.value,
        sliced,
        pool=lambda: pool(data, start.value),
        further=further_flips(data, start.value, chosen.value),
        key=f"threshold-{run.id}-{split}",
        identity=f"{run.id} {split} {run.finished_at} {start} {sliced.chosen} "
        f"{hash(counted.steps.tobytes())}",
        on_choose=lambda choice: remember(run.id, choice),
        on_open=_open,
    )


def _slicing(run: Run, split: Split, counted: Board, asked: str | None) -> Slicing:
    ways = sorted(slicing.cuts(run, split), key=lambda cut: list(slicing.KINDS).index(cut.kind))
    if not ways:
        return Slicing({}, "", 0, [])
    chosen = next((cut for cut in ways if cut.kind == asked), ways[0])
    data = scored(run, split)
    slices = [
        Slice(f"{chosen.kind}:{name}", name, count(data, counted.steps, rows))
        for name, rows in largest(chosen)
    ]
    names = {cut.kind: slicing.KINDS[cut.kind] for cut in ways}
    return Slicing(names, chosen.kind, len(chosen.names), slices)


def _open(door: Door) -> None:
    if door.image is not None:
        _open_image(door.image)
        return
    doors.open_images(
        cell=door.cell,
        score_from=door.score_from,
        score_to=door.score_to,
        label=door.label,
        slice=door.slice,
    )


def _open_image(image_id: int) -> None:
    with resources.session() as session:
        for image in images.get_images(session, [image_id]):
            way_back.remember_image(image.checksum)
