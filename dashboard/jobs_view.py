"""The parts of Jobs: the filter and the table."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import resources
from dashboard.jobs.client import Job, JobState
from dashboard.text import duration

_ICONS = {
    JobState.QUEUED: "○ queued",
    JobState.RUNNING: "◐ running",
    JobState.DONE: "● done",
    JobState.FAILED: "✕ failed",
    JobState.CANCELLED: "– cancelled",
}


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
