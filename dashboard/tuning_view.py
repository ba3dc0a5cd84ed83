"""The parts of Tuning: what is searched, and the trials as they finish."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.types import Trial
from dashboard import charts, choices, resources, widgets
from dashboard.jobs.client import Source
from dashboard.text import count
from db import runs

_SIZES = (0, 16, 32, 64, 128, 256, 512, 1024)
_RATES = tuple(digit * 10.0**power for power in range(-6, 0) for digit in (1, 2, 5))
_CARRIED = ("epochs", "batch_size", "learning_rate", "pooling", "hidden_units", "dropout", "l2")


def space_fields() -> dict[str, Any]:
    """Draw what a search may choose from.

    Returns:
        The search's parameters: trials and epochs, and the fields of
        `core.detectors.tune.TuneSpace`.
    """
    from core.detectors.tune import TuneSpace

    defaults = TuneSpace()
    grid = st.grid(2, min_column_width=280)
    trials = grid.number_input(
        "Trials", 1, 500, 20, key="tune-trials", help="Heads to draw at random and to train."
    )
    epochs = grid.number_input("Epochs a trial", 1, 1000, 15, key="tune-epochs")
    sizes = grid.pills(
        "Hidden units to choose among",
        _SIZES,
        selection_mode="multi",
        default=[size for size in _SIZES if size in defaults.hidden_units],
        format_func=lambda size: f"{size}" if size else "no hidden layer",
        key="tune-sizes",
        wrap=True,
    )
    dropout = grid.slider("Dropout", 0.0, 0.9, defaults.dropout, 0.05, key="tune-dropout")
    low, high = defaults.learning_rate
    rates = grid.select_slider(
        "Learning rate (drawn evenly on a logarithmic scale)",
        _RATES,
        (_nearest(low), _nearest(high)),
        format_func=lambda rate: f"{rate:.0e}",
        key="tune-rates",
    )
    return {
        "trials": trials,
        "epochs": epochs,
        "hidden_units": list(sizes),
        "dropout": list(dropout),
        "learning_rate": list(rates),
    }


def _nearest(rate: float) -> float:
    return min(_RATES, key=lambda each: abs(each - rate))


def start_search(source: Source, params: dict[str, Any]) -> None:
    """Start a search, and draw the page anew to follow it."""
    if not params["hidden_units"]:
        st.error("Expected at least one size of the hidden layer to choose among. Received none.")
        return
    resources.start(resources.jobs().tune, source, params)
    st.query_params.clear()
    st.rerun()


def follow_trials(job_id: str) -> None:
    """Draw the trials of the study that a job runs, as they finish."""
    st.fragment(_live_trials, run_every="1s")(job_id)


def _live_trials(job_id: str) -> None:
    with resources.session() as session:
        numbers = [number for number, job, _ in runs.list_studies(session) if job == job_id]
    if numbers:
        show_trials(numbers[0])


def show_trials(study_id: int) -> None:
    """Draw a study's trials: the best one, all as parallel coordinates, and a table."""
    with resources.session() as session:
        trials = runs.trials(session, study_id)
        arguments = runs.study_arguments(session, study_id)
    if not trials:
        st.info("No trial has finished yet. They appear here one by one.")
        return
    _best(trials, arguments)
    st.plotly_chart(
        charts.draw_trials(charts.trial_values(trials)),
        key=f"trials-{study_id}",
        config=widgets.CALM,
        alt=f"Parameters and validation AUC of {count(len(trials), 'trial')}; the table says the "
        "same in numbers",
    )
    st.dataframe(_table(trials), hide_index=True, key=f"trials-table-{study_id}")


def _best(trials: Sequence[Trial], arguments: Mapping[str, Any]) -> None:
    best = trials[0]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.metric("Best validation AUC", f"{best.val_auc:.4f}", width="content")
        st.markdown(f"Trial {best.number}, the best of {len(trials)}  \n{_summary(best)}")
        choices.link(
            "train",
            "Train with these settings",
            icon=":material/model_training:",
            **settings_of(best, arguments),
        )
    if len(trials) > 1:
        st.caption(
            "The best of many trials looks better on validation than it is. The test split, which "
            "no trial has seen, tells."
        )


def settings_of(trial: Trial, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what fills Train's form with a trial's settings, through the URL."""
    params = {name: trial.params[name] for name in _CARRIED if name in trial.params}
    source = {name: arguments[name] for name in ("weights", "crop") if name in arguments}
    return {"fill": 1, "version": arguments.get("dataset_version", ""), **source, **params}


def _summary(trial: Trial) -> str:
    varied = ("hidden_units", "dropout", "learning_rate")
    return " · ".join(
        f"{name.replace('_', ' ')} {trial.params[name]:.3g}"
        for name in varied
        if name in trial.params
    )


def _table(trials: Sequence[Trial]) -> pd.DataFrame:
    """Return one row a trial, best first; parameters that all share are left out."""
    varying = [name for name in trials[0].params if _varies(name, trials)]
    rows = [
        {
            "Trial": f"{trial.number} · best" if trial is trials[0] else f"{trial.number}",
            "Validation AUC": f"{trial.val_auc:.4f}",
            **{_title(name): _text(trial.params[name]) for name in varying if name in trial.params},
            "Seconds": f"{trial.seconds:.1f}",
        }
        for trial in trials
    ]
    return pd.DataFrame(rows)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _text(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _varies(name: str, trials: Sequence[Trial]) -> bool:
    return len({trial.params.get(name) for trial in trials}) > 1 or len(trials) == 1
