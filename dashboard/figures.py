"""The figures of a run on one split, computed once and kept for every session."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from core.evaluation.bootstrap import Estimate
from core.types import Run, Split
from dashboard import resources
from dashboard.assessment import Assessment, assess, assess_calls


def assessed(run: Run, split: Split) -> Assessment:
    """Return the figures that no threshold changes."""
    return _assessed(run.id, split, run.finished_at, run)


@st.cache_data(show_spinner="Resampling people for the intervals ...", max_entries=32)
def _assessed(run_id: int, split: Split, finished_at: datetime | None, _run: Run) -> Assessment:
    with resources.session() as session:
        return assess(session, _run, split)


def calls_at(run: Run, split: Split, threshold: float) -> Mapping[str, Estimate]:
    """Return the figures at a threshold, with APCER by attack type."""
    return _calls_at(run.id, split, threshold, run.finished_at, run)


@st.cache_data(show_spinner="Resampling people for the intervals ...", max_entries=128)
def _calls_at(
    run_id: int, split: Split, threshold: float, finished_at: datetime | None, _run: Run
) -> Mapping[str, Estimate]:
    with resources.session() as session:
        return assess_calls(session, _run, split, threshold)
