"""The parts of Jobs: the filter by state and the table, in which a click opens a job."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from core.errors import VerityError
from dashboard import job_view, resources
from dashboard.jobs.client import Job, JobState
from dashboard.text import duration

_COLOURS = {
    JobState.QUEUED: "gray",
    JobState.RUNNING: "blue",
    JobState.DONE: "green",
    JobState.FAILED: "red",
    JobState.CANCELLED: "orange",
}


def show(is_any_active: bool) -> None:
    """Draw the filter and the table, anew every few seconds while anything waits or runs."""
    st.fragment(_live, run_every="2s" if is_any_active else None)(st.query_params.get("job"))


def _live(job_id: str | None) -> None:
    state = filter_by_state()
    found = job_view.list_jobs()
    table([job for job in found if state in (None, job.state)], key=f"jobs-{state or 'all'}")
    if st.query_params.get("job") != job_id:
        st.rerun()  # a row was chosen, and its job is drawn outside of this fragment


def filter_by_state() -> str | None:
    """Draw the filter, which stands in the URL, and return the state that is wanted."""
    return st.segmented_control(
        "State",
        [state.value for state in JobState],
        format_func=str.capitalize,
        key="state",
        bind="query-params",
        label_visibility="collapsed",
    )


def table(jobs: Sequence[Job], *, key: str) -> None:
    """Draw the jobs; choosing a row opens that job by `?job=`.

    Args:
        jobs: One a row.
        key: Of the table; another list needs another, or the chosen row would name another job.
    """
    if not jobs:
        st.info("No job is in this state.")
        return
    st.dataframe(
        pd.DataFrame([_row(job) for job in jobs]),
        key=key,
        hide_index=True,
        on_select=partial(_open, key, [job.id for job in jobs]),
        selection_mode="single-row",
        placeholder="",
        column_config={
            "State": st.column_config.MultiselectColumn(
                options=[state.value for state in JobState],
                color=list(_COLOURS.values()),
                format_func=str.capitalize,
            ),
            "Progress": st.column_config.ProgressColumn(
                min_value=0, max_value=1, format="percent", color="primary"
            ),
            "Started": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
    )


def _open(key: str, ids: Sequence[str]) -> None:
    if rows := st.session_state[key]["selection"]["rows"]:
        st.query_params["job"] = ids[rows[0]]


def _row(job: Job) -> dict[str, object]:
    ended = job.updated_at if not job.is_active else None
    return {
        "Job": job.id,
        "Kind": job.kind.capitalize(),
        "State": [job.state.value],
        "Progress": _fraction(job),
        "Started": job.created_at.astimezone(),
        "Took": duration((ended - job.created_at).total_seconds()) if ended else "",
        "Author": job.author,
    }


def _fraction(job: Job) -> float | None:
    if job.state is JobState.DONE:
        return 1.0
    if job.state is not JobState.RUNNING:
        return None
    try:
        progress = resources.jobs().find_progress(job.id)
    except VerityError:
        return None
    return progress.fraction if progress else 0.0
