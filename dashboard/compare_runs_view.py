"""Compare: what one run gets right that another does not, on images that may judge both."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.types import Run, Split
from dashboard import choices, compare_charts, doors, gallery, resources, two_runs, widgets
from dashboard.compare_words import DIFFERENCES, difference_text, tests_text
from dashboard.gallery import Said
from dashboard.grid import Badge
from dashboard.scores import Operating
from dashboard.text import count, threshold
from dashboard.threshold_view import current
from dashboard.thresholds import starting
from dashboard.two_runs import OUTCOMES, TwoRuns
from db import runs

TITLES = {
    "only-first": "A right, B wrong",
    "only-second": "B right, A wrong",
    "both-wrong": "Both wrong",
    "both-right": "Both right",
    "chosen": "Chosen in the plot",
}
LABELS = {"any": "Both labels", "genuine": "Genuine", "fake": "Fake"}
_OUTCOME, _LABEL, _SCATTER = "outcome", "of", "scatter"


def show(run: Run, split: Split) -> None:
    """Draw two runs side by side, and the images on which they differ."""
    with resources.session() as session:
        others = [each for each in runs.list_runs(session) if each.id != run.id]
    others = [each for each in others if each.finished_at]
    if not others:
        choices.invite("There is no second scored run to compare with.", "train", "Train another")
        return
    if choices.number_in_url("second") == run.id:  # it was the second one until it was chosen
        del st.query_params["second"]
    second = _choose_second(others)
    operating = (current(run), starting(second))
    data = two_runs.pair(run, second, split, (operating[0].value, operating[1].value))
    _say_basis(run, second, split, data, operating)
    if not len(data.ids):
        st.info("The two runs have no image in common that may judge both.")
        return
    _show_differences(run, second, split, data)
    calls, scores = st.columns([2, 3], gap="medium")
    with calls:
        _show_outcomes(data)
    with scores:
        chosen = _show_scatter(data)
    st.caption(
        "Click a cell or a point, or draw around several, to list their images below. Framed: a "
        "genuine image is called fake."
        f"{_drawn(len(data.ids))}"
    )
    _show_images(data, chosen)


def _choose_second(others: Sequence[Run]) -> Run:
    by_number = {each.id: each for each in others}

    def describe(number: int) -> str:
        return f"Run {number} on version {by_number[number].dataset_version}"

    return by_number[
        choices.pick_number("second", "Compared with", list(by_number), describe, thing="run")
    ]


def _say_basis(
    run: Run, second: Run, split: Split, data: TwoRuns, operating: tuple[Operating, Operating]
) -> None:
    """Say which images are compared, and what each run is judged at."""
    names = [
        f"**{letter}** is run {each.id} at threshold {threshold(point.value)} "
        f"({'in force' if point.is_in_force else 'not approved'})"
        for letter, each, point in zip("AB", (run, second), operating, strict=True)
    ]
    words = [f"{'; '.join(names)}. Compared on {count(len(data.ids), f'{split} image')}."]
    if data.n_left_out:
        words.append(
            f"{data.n_left_out:,} {split} images of A are left out, as they are no {split} images "
            f"of B ({data.n_learnt:,} of them B was trained or chosen on), or their label differs."
        )
    if split is Split.VALIDATION:
        words.append("Validation images chose both runs' epochs: only test images judge them.")
    st.markdown(" ".join(words))


def _show_outcomes(data: TwoRuns) -> None:
    """Draw what each run gets right, genuine images first."""
    outcomes = data.outcomes()
    for label, is_fake in (("genuine", False), ("fake", True)):
        counts = np.bincount(outcomes[data.is_fake == is_fake], minlength=len(OUTCOMES)).tolist()
        told = ", ".join(
            f"{TITLES[name].lower()} {n:,}" for name, n in zip(OUTCOMES, counts, strict=True)
        )
        st.markdown(f"**{count(sum(counts), f'{label} image')}**")
        st.plotly_chart(
            compare_charts.draw_outcomes(counts, OUTCOMES, label),
            key=f"outcomes-{label}",
            config=widgets.CALM,
            on_select=partial(_open_outcome, f"outcomes-{label}"),
            selection_mode="points",
            alt=f"{label.capitalize()} images: {told}",
        )


def _open_outcome(key: str) -> None:
    if clicked := doors.clicked(key):
        doors.put({_OUTCOME: clicked[0], _LABEL: clicked[1]})


def _show_differences(run: Run, second: Run, split: Split, data: TwoRuns) -> None:
    """Draw how far the runs are apart, with intervals, and what the tests say."""
    found = two_runs.differences(run, second, split, data)
    rows = [
        difference_text(name, found.estimates[name])
        for name in DIFFERENCES
        if name in found.estimates
    ]
    st.table(
        {name: [row[name] for row in rows] for name in rows[0]},
        border="horizontal",
        hide_index=True,
    )
    st.caption(tests_text(found))


def _show_scatter(data: TwoRuns) -> NDArray[np.int64]:
    """Draw every image at its two scores; return the numbers of those a person drew around."""
    state: Any = st.plotly_chart(
        compare_charts.draw_two_runs(data),
        key=_SCATTER,
        config={"displaylogo": False},
        on_select=_choose_points,
        selection_mode=("points", "box", "lasso"),
        alt=f"{count(len(data.ids), 'image')} by score of run A and of run B; right of and above "
        "the dashed lines they are called fake",
    )
    points = state["selection"]["points"] if state else []
    return np.array([point["customdata"] for point in points], np.int64)


def _drawn(n: int) -> str:
    if n <= compare_charts.MAX_DRAWN:
        return ""
    return (
        f" Of {n:,} images the plot draws {compare_charts.MAX_DRAWN:,}: genuine ones called fake "
        "first, then those that one run alone gets right, then others by chance."
    )


def _choose_points() -> None:
    has_points = bool(st.session_state[_SCATTER]["selection"]["points"])
    doors.put({_OUTCOME: "chosen" if has_points else None, _LABEL: None})


def _show_images(data: TwoRuns, chosen: NDArray[np.int64]) -> None:
    """Draw the images of an outcome, those on which the runs are furthest apart first."""
    offered = [name for name in TITLES if name != "chosen" or len(chosen)]
    with st.container(horizontal=True):
        outcome = choices.pick_word(_OUTCOME, "Images", offered, TITLES.__getitem__)
        label = choices.pick_word(_LABEL, "Label", list(LABELS), LABELS.__getitem__)
    is_in = np.isin(data.ids, chosen)
    if outcome != "chosen":
        is_in = data.outcomes() == OUTCOMES.index(outcome)
    if label != "any":
        is_in &= data.is_fake == (label == "fake")
    rows = ordered(data, np.flatnonzero(is_in))
    st.markdown(f"**{count(len(rows), 'image')}**, genuine first, furthest apart first")
    if not len(rows):
        st.info("Nothing here: no image is of this kind.", icon=":material/filter_list_off:")
        return
    gallery.show(
        len(rows),
        partial(_read, data, rows),
        key="two-runs",
        label=TITLES[outcome],
        among=data.ids[rows].tolist(),
    )


def ordered(data: TwoRuns, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return rows with genuine images first, in each label those that the runs differ most on."""
    apart = np.abs(data.first - data.second)[rows]
    return rows[np.lexsort((-apart, data.is_fake[rows]))]


def _read(data: TwoRuns, rows: NDArray[np.int64], start: int, stop: int) -> list[Said]:
    return [_said(data, int(row)) for row in rows[start:stop]]


def _said(data: TwoRuns, row: int) -> Said:
    is_fake = bool(data.is_fake[row])
    badges: list[Badge] = [
        gallery.call_badge(float(scores[row]), threshold, is_fake=is_fake, prefix=f"{letter} ")
        for letter, scores, threshold in zip(
            "AB", (data.first, data.second), data.thresholds, strict=True
        )
    ]
    return Said(int(data.ids[row]), is_fake, tuple(badges))
