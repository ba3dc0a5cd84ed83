"""The parts of Train: the form, the list of runs, and what one run holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from core.types import DatasetVersion, EpochMetrics, Run
from dashboard import charts, choices, resources, widgets
from dashboard.jobs.client import Job, JobState
from dashboard.text import count, duration, moment, plain
from db import runs

WEIGHTS = {"HED-BSDS500": "VGG16 (HED-BSDS500)", "imagenet": "VGG16 (ImageNet)"}
CROPS = {"face": "Face", "normalised": "Whole image"}
POOLINGS = {"average": "Average", "flatten": "Flatten"}
_TABLE = "runs-table"


@dataclass(frozen=True)
class Source:
    """What a training or a search works on."""

    version: int
    weights: str
    crop: str
    seed: int


def source_fields(versions: Sequence[DatasetVersion], page: str) -> Source:
    """Draw the choice of dataset version, weights, crop and seed; the URL may fill them."""
    version, weights, crop, seed = st.columns([2, 2, 2, 1])
    numbers = [each.number for each in versions]
    with version:
        chosen = st.selectbox(
            "Dataset version",
            numbers,
            index=_index(numbers, choices.number_in_url("version")),
            format_func=lambda number: f"Version {number}",
            key=f"{page}-version",
        )
    return Source(
        version=chosen,
        weights=weights.selectbox(
            "Weights of the trunk",
            list(WEIGHTS),
            index=_index(list(WEIGHTS), st.query_params.get("weights")),
            format_func=lambda name: WEIGHTS.get(name, name),
            accept_new_options=True,
            key=f"{page}-weights",
            help="Or type the path of a weights file on the worker's machine.",
        ),
        crop=crop.segmented_control(
            "What it sees",
            list(CROPS),
            default=_known(CROPS, st.query_params.get("crop", "")),
            required=True,
            format_func=CROPS.__getitem__,
            key=f"{page}-crop",
            help="The aligned face with some margin, or the whole image squeezed to a square.",
        ),
        seed=seed.number_input("Seed", 0, 2**31 - 1, 0, key=f"{page}-seed"),
    )


def _index(options: Sequence[Any], wanted: Any) -> int:
    return options.index(wanted) if wanted in options else 0


def _known(options: Mapping[str, str], wanted: str) -> str:
    return wanted if wanted in options else next(iter(options))


def param_fields() -> dict[str, Any]:
    """Draw the parameters of a training; the URL may fill them.

    Returns:
        Values for `core.detectors.params.TrainParams.from_mapping`.
    """
    from core.detectors.params import RANGES, TrainParams

    defaults = TrainParams().as_mapping()
    values: dict[str, Any] = {}
    grid = st.grid(4)
    for name, default in defaults.items():
        label, help_text = _WORDS[name]
        key = f"train-{name}"
        if name == "pooling":
            values[name] = grid.selectbox(
                label,
                list(POOLINGS),
                index=_index(list(POOLINGS), st.query_params.get(name, default)),
                format_func=POOLINGS.__getitem__,
                key=key,
                help=help_text,
            )
            continue
        low, high = (type(default)(end) for end in RANGES[name])
        values[name] = grid.number_input(
            label,
            low,
            high,
            _number(st.query_params.get(name), default, low, high),
            step=_STEPS.get(name),
            format="%.3g" if isinstance(default, float) else "%d",
            key=key,
            help=help_text,
        )
    return values


_WORDS = {
    "epochs": ("Epochs", "At most so many passes over the training images."),
    "batch_size": ("Batch size", "Images a step."),
    "learning_rate": ("Learning rate", "Adam's."),
    "pooling": ("Pooling", "Average keeps 512 numbers an image, flatten all 25,088."),
    "hidden_units": ("Hidden units", "Width of a hidden layer; 0 for none."),
    "dropout": ("Dropout", "Fraction of the inputs that training drops, against overfitting."),
    "l2": ("Weight decay", "Pulls the weights towards 0, against overfitting."),
    "patience": (
        "Patience",
        "Stop after so many epochs without a better validation AUC; 0 never stops early.",
    ),
}
_STEPS = {"learning_rate": 1e-4, "dropout": 0.05, "l2": 1e-4}


def _number(text: str | None, default: Any, low: Any, high: Any) -> Any:
    try:
        value = type(default)(text) if text else default
    except ValueError:
        return default
    return value if low <= value <= high else default


def start_training(source: Source, params: Mapping[str, Any]) -> None:
    """Start a training, and draw the page anew to follow it."""
    resources.start(
        resources.jobs().train,
        source.version,
        params,
        weights=source.weights,
        crop=source.crop,
        seed=source.seed,
    )
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
        st.metric("Took", duration(took) if took is not None else "not finished", border=True)
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
