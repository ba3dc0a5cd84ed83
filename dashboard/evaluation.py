"""A run's scores, read once for every session."""

from datetime import datetime

import streamlit as st

from core.types import Run, Split
from dashboard import resources
from dashboard.scores import Scored, load_scores


def scored(run: Run, split: Split) -> Scored:
    """Return a run's scores on one split; empty arrays if it was never scored."""
    return _scored(run.id, split, run.finished_at)


@st.cache_data(show_spinner=False, max_entries=32)
def _scored(run_id: int, split: Split, finished_at: datetime | None) -> Scored:
    with resources.session() as session:
        return load_scores(session, run_id, split)
