"""Evaluate: which run is looked at, on which images, in which part of the page."""

from collections.abc import Sequence

import streamlit as st

from core.rounding import fraction
from core.types import Run, Split
from dashboard import choices, doors, job_view, resources, training_form
from dashboard.jobs.client import Job
from dashboard.text import moment, plain


def choose_run(trained: Sequence[Run]) -> Run:
    """Draw the choice of run, which stands in the URL, and return the run.

    The newest that was scored is shown first, not one that trains now.
    """
    by_number = {run.id: run for run in trained}
    scored = [run.id for run in trained if run.finished_at]

    def describe(number: int) -> str:
        run = by_number[number]
        best = run.best_val_auc
        auc = "" if best is None else f", validation AUC {fraction(best, 4)}"
        return f"Run {number} on version {run.dataset_version}{auc}"

    return by_number[
        choices.pick_number("run", "Run", list(by_number), describe, next(iter(scored), None))
    ]


def choose_split() -> Split:
    """Draw the choice between test and validation, which stands in the URL."""
    chosen = choices.pick_word(
        "on",
        "Split",
        [Split.TEST.value, Split.VALIDATION.value],
        str.capitalize,
        note="The detector and its threshold were chosen by validation images; only the test "
        "images tell how it does on images nobody has looked at.",
    )
    return Split(chosen)


def choose_part(parts: Sequence[str]) -> str:
    """Draw the choice of a part of the page, which stands in the URL, and return it."""
    return choices.pick_word(doors.VIEW, "Part", parts, str.capitalize)


def show_run(run: Run) -> None:
    """Say in a line what the detector is, with the way to its training."""
    crop = training_form.CROPS.get(run.params.get("crop", ""), "")
    best = f"best epoch {run.best_epoch}" if run.best_epoch else ""
    words = [plain(training_form.WEIGHTS.get(run.weights, run.weights)), crop.lower(), best]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{' · '.join(filter(None, words))} · trained {moment(run.created_at)} "
            f"by {plain(run.author)}"
        )
        choices.link("train", "Its training", icon=":material/model_training:", run=run.id)


def offer_scoring(run: Run) -> None:
    """Draw what to do about a run that was never scored to its end."""
    jobs = job_view.list_jobs("evaluate", "train")
    current = job_view.find_current([job for job in jobs if _concerns(job, run)])
    if current:
        job_view.follow(current.id)
    if current and current.is_active:
        return
    if run.best_epoch is None:
        st.info(f"Run {run.id} has not kept a checkpoint yet, so there is nothing to score.")
        return
    st.info(
        f"Run {run.id} was not scored: its training was cut off. The checkpoint of epoch "
        f"{run.best_epoch} is kept."
    )
    if st.button(
        "Score the kept checkpoint", type="primary", icon=":material/play_arrow:", key="score-run"
    ):
        resources.start(resources.jobs().evaluate, run.id)
        st.rerun()


def _concerns(job: Job, run: Run) -> bool:
    return job.id == run.job_id or job.arguments.get("run_id") == run.id
