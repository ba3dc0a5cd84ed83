"""The parts of Train: following a training, the list of runs, and what one run holds."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from core.types import EpochMetrics, Run
from dashboard import charts, choices, resources, widgets
from dashboard.jobs.client import Job, JobState, Source
from dashboard.text import count, duration, moment, plain
from dashboard.training_form import WEIGHTS
from db import runs

_TABLE = "runs-table"


def start_training(source: Source, params: Mapping[str, Any]) -> None:
    """Start a training, and draw the page anew to follow it."""
    resources.start(resources.jobs().train, source, params)
    st.query_params.clear()
    st.rerun()


def follow_curves(job_id: str) -> None:
    """Draw the curves of the run that a job trains, epoch by epoch as they come."""
    st.fragment(_live_curves, run_every="1s")(job_id)


def _live_curves(job_id: str) -> None:
    with resources.session() as session:
        run = runs.find_run_of_job(session, job_id)
        epochs = runs.epochs(session, run.id) if run else []
    if run and epochs:
        st.markdown(f"**Run {run.id}**, epoch {len(epochs)} of {run.params['epochs']}")
        show_curves(epochs, key="live")


def show_curves(epochs: Sequence[EpochMetrics], *, key: str) -> None:
    """Draw loss and AUC side by side."""
    curves = charts.curve_values(epochs)
    best = epochs[curves.epochs.index(curves.best)] if curves.best else None
    for column, measure, title in zip(
        st.columns(2), ("auc", "loss"), ("AUC", "Loss (log loss)"), strict=True
    ):
        column.markdown(f"**{title}**")
        column.plotly_chart(
            charts.draw_curve(curves, measure),
            key=f"{measure}-{key}",
            config=widgets.CALM,
            alt=f"{title} over {count(len(epochs), 'epoch')}"
            + (f"; best epoch {best.epoch}, validation AUC {best.val_auc:.4f}" if best else ""),
        )


def runs_table(trained: Sequence[Run], jobs: Sequence[Job]) -> None:
    """Draw the runs; choosing a row opens that run by `?run=`."""
    states = {job.id: job.state for job in jobs}
    st.dataframe(
        pd.DataFrame([_row(run, states) for run in trained]),
        key=_TABLE,
        hide_index=True,
        on_select=partial(_open, [run.id for run in trained]),
        selection_mode="single-row",
        placeholder="",
        column_config={
            "Best validation AUC": st.column_config.NumberColumn(format="%.4f"),
            "When": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
    )


def _open(ids: Sequence[int]) -> None:
    if rows := st.session_state[_TABLE]["selection"]["rows"]:
        st.query_params["run"] = str(ids[rows[0]])


def say_missing(run: Run) -> None:
    """Say so where `?run=` asks for another run than the one that is shown."""
    asked = st.query_params.get("run", str(run.id))
    if asked != str(run.id):
        choices.say_missing("run", asked, f"run {run.id}")


def _row(run: Run, states: Mapping[str, JobState]) -> dict[str, Any]:
    return {
        "Run": run.id,
        "Version": run.dataset_version,
        "Weights": WEIGHTS.get(run.weights, run.weights),
        "State": state_of(run, states),
        "Best validation AUC": run.best_val_auc,
        "Device": run.device,
        "Author": run.author,
        "When": run.created_at.astimezone(),
    }


def state_of(run: Run, states: Mapping[str, JobState]) -> str:
    """Say whether a run was trained and scored to its end, and what its job does otherwise."""
    if run.finished_at:
        return "Scored"
    state = states.get(run.job_id or "")
    return state.capitalize() if state else "Not scored"


def show_run(run: Run) -> None:
    """Draw what a run was trained with and on."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"Run {run.id}", width="content")
        choices.link("evaluate", "Evaluate it", icon=":material/fact_check:", run=run.id)
    best = "none yet" if run.best_val_auc is None else f"{run.best_val_auc:.4f}"
    took = (run.finished_at - run.created_at).total_seconds() if run.finished_at else None
    with st.grid(4):
        st.metric("Best validation AUC", best, border=True)
        st.metric("Best epoch", run.best_epoch or "none yet", border=True)
        st.metric("Dataset version", run.dataset_version, border=True)
        st.metric("Scored after", duration(took) if took is not None else "not yet", border=True)
    st.caption(
        f"Started {moment(run.created_at)} by {plain(run.author)} on "
        f"{plain(run.device or 'a device not yet known')}."
    )


def show_origin(run: Run) -> None:
    """Draw what is needed to train a run again."""
    with st.expander("Parameters, weights and packages", icon=":material/data_object:"):
        params, packages = st.columns(2)
        params.dataframe(
            _pairs({**run.params, "seed": run.seed, "weights": run.weights}), hide_index=True
        )
        packages.dataframe(_pairs(run.packages), hide_index=True)
        st.caption("SHA-256 of the trunk's weights")
        st.code(run.weights_hash or "not yet known", language=None, wrap_lines=True)


def _pairs(values: Mapping[str, Any]) -> pd.DataFrame:
    return pd.DataFrame({"Name": list(values), "Value": [str(value) for value in values.values()]})
