"""The parts of Jobs: the filter by state and the table, in which a click opens a job."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from core.errors import VerityError
from dashboard import job_view, resources
from dashboard.jobs.client import Job, JobState
from dashboard.text import duration

_KEY = "jobs-table"
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
    table(filter_by_state(job_view.list_jobs()))
    if st.query_params.get("job") != job_id:
        st.rerun()  # a row was chosen, and its job is drawn outside of this fragment


def filter_by_state(jobs: Sequence[Job]) -> list[Job]:
    """Draw the filter, which stands in the URL, and return the jobs that pass it."""
    state = st.segmented_control(
        "State",
        [state.value for state in JobState],
        format_func=str.capitalize,
        key="state",
        bind="query-params",
        label_visibility="collapsed",
    )
    return [job for job in jobs if state in (None, job.state)]


def table(jobs: Sequence[Job]) -> None:
    """Draw the jobs; choosing a row opens that job by `?job=`."""
    if not jobs:
        st.info("No job is in this state.")
        return
    st.dataframe(
        pd.DataFrame([_row(job) for job in jobs]),
        key=_KEY,
        hide_index=True,
        on_select=partial(_open, [job.id for job in jobs]),
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


def _open(ids: Sequence[str]) -> None:
    if rows := st.session_state[_KEY]["selection"]["rows"]:
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
