"""The parts of Evaluate: figures, threshold, confusion matrix and the mistakes behind it."""

from collections.abc import Sequence

import streamlit as st

from core.types import Run, Split, Threshold
from dashboard import charts, choices, doors, job_view, resources, training_form, widgets
from dashboard.auth import actor
from dashboard.evaluation import Interval, Rate, Summary, rates
from dashboard.gallery import MISTAKES
from dashboard.jobs.client import Job
from dashboard.scores import ENOUGH_GENUINE, Operating, Scored
from dashboard.text import count, moment, plain
from db import runs

_MATRIX, _CLICKED = "matrix", "clicked-cell"


def choose_run(trained: Sequence[Run]) -> Run:
    """Draw the choice of run, which stands in the URL, and return the run.

    The newest that was scored is shown first, not one that trains now.
    """
    by_number = {run.id: run for run in trained}
    scored = [run.id for run in trained if run.finished_at]

    def describe(number: int) -> str:
        run = by_number[number]
        auc = "" if run.best_val_auc is None else f", validation AUC {run.best_val_auc:.4f}"
        return f"Run {number} on version {run.dataset_version}{auc}"

    return by_number[
        choices.pick_number("run", "Run", list(by_number), describe, next(iter(scored), None))
    ]


def choose_split() -> Split:
    """Draw the choice between test and validation, which stands in the URL."""
    chosen = st.segmented_control(
        "Split",
        [Split.TEST.value, Split.VALIDATION.value],
        default=Split.TEST.value,
        required=True,
        format_func=str.capitalize,
        key="on",
        bind="query-params",
        help="The detector and its threshold were chosen by validation images; only the test "
        "images tell how it does on images nobody has looked at.",
    )
    return Split(chosen or Split.TEST)


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


def show_figures(data: Scored, figures: Summary, split: Split) -> None:
    """Draw the figures that no threshold changes, and how much they can be relied on."""
    with st.grid(4):
        st.metric(
            f"AUC on {split}",
            _number(figures.auc),
            delta=_interval(figures.auc_interval),
            delta_color="off",
            delta_arrow="off",
            border=True,
            height="stretch",
            help="How often a fake scores higher than a genuine image. The 95 % interval resamples "
            "whole groups (people, near-duplicates, fakes with their parents), as images of one "
            "person are not independent.",
        )
        st.metric(
            "Equal error rate",
            _percent(figures.eer),
            border=True,
            height="stretch",
            help="Where as many genuine images are called fake as fakes are missed.",
        )
        st.metric(f"Genuine {split} images", f"{data.n_genuine:,}", border=True, height="stretch")
        st.metric(f"Fake {split} images", f"{data.n_fake:,}", border=True, height="stretch")
    if data.n_genuine < ENOUGH_GENUINE:
        st.warning(
            f"**Indicative only:** {count(data.n_genuine, 'genuine image')} in the {split} split. "
            f"Expected at least {ENOUGH_GENUINE:,} for a false positive rate to rely on; the "
            "intervals say how far off it may be.",
            icon=":material/science:",
        )


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.4f}"


def _percent(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.1%}"


def _interval(interval: Interval | None) -> str:
    if interval is None:
        return "no interval"
    return f"95 %: {interval[0]:.4f} to {interval[1]:.4f}"


def threshold_in_url(initial: Operating) -> float:
    """Return `?t=`, or the initial threshold where that is no threshold."""
    try:
        value = float(st.query_params.get("t", initial.value))
    except ValueError:
        return initial.value
    return round(value, 3) if 0 <= value <= 1 else initial.value


def remember_threshold(value: float) -> None:
    """Put a threshold into the URL."""
    st.query_params["t"] = f"{value:.3f}"


def show_origin(value: float, initial: Operating) -> None:
    """Say where the threshold comes from, and offer the way back to it."""
    if value == initial.value:
        st.caption(f":material/info: Threshold {value:.3f}. {plain(initial.origin)}")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f":material/info: Threshold {value:.3f}, moved by hand and not saved. "
            f"It started from {initial.value:.3f}."
        )
        st.button(
            f"Back to {initial.value:.3f}",
            key="threshold-back",
            type="tertiary",
            icon=":material/undo:",
            on_click=remember_threshold,
            args=(initial.value,),
        )


def show_matrix(counts: Sequence[int]) -> None:
    """Draw the confusion matrix; a click on a cell lists its images."""
    st.plotly_chart(
        charts.draw_confusion(charts.confusion_values(counts)),
        key=_MATRIX,
        config=widgets.CALM,
        on_select=cell_clicked,
        selection_mode="points",
        alt="Confusion matrix: {:,} genuine passed, {:,} genuine called fake, {:,} fakes missed, "
        "{:,} fakes caught".format(*counts),
    )
    st.caption("Shares are of each row. Click a cell to list its images below.")


def cell_clicked() -> None:
    """Choose what the gallery shows; a second click on one spot takes its selection back."""
    points = st.session_state[_MATRIX]["selection"]["points"]
    if points:
        st.session_state[_CLICKED] = points[0]["customdata"]
    st.session_state["cell"] = st.session_state.get(_CLICKED, MISTAKES)


def show_rates(counts: Sequence[int]) -> None:
    """Draw the rates with their intervals."""
    st.table(
        {
            "Rate": [rate.name for rate in rates(counts)],
            "Value": [_percent(rate.value) for rate in rates(counts)],
            "95 % interval": [_rate_interval(rate) for rate in rates(counts)],
            "Images": [f"{rate.part:,} of {rate.whole:,}" for rate in rates(counts)],
        },
        border="horizontal",
        hide_index=True,
    )
    st.caption(
        "Wilson's intervals, which take images for independent: with many images of few people "
        "the truth is less certain than they say."
    )


def _rate_interval(rate: Rate) -> str:
    return "none" if rate.interval is None else f"{rate.interval[0]:.1%} to {rate.interval[1]:.1%}"


def save_fields(run: Run, split: Split, value: float) -> None:
    """Draw the form that saves the threshold with a reason."""
    with st.form("save-threshold"):
        reason = st.text_input(
            "Reason for this threshold",
            key="threshold-reason",
            placeholder="For those who come later",
        )
        if st.form_submit_button(
            f"Save threshold {value:.3f}",
            icon=":material/save:",
            key="threshold-save",
        ):
            resources.act(runs.choose_threshold, run.id, value, split, reason, author=actor())
            st.rerun()


def show_history(saved: Sequence[Threshold]) -> None:
    """Draw the thresholds that were chosen for a run, the one in force first."""
    if not saved:
        return
    st.markdown(f"**{count(len(saved), 'threshold')} saved**, the newest in force")
    st.table(
        {
            "Threshold": [f"{each.value:.3f}" for each in saved],
            "Looking at": [each.split.value for each in saved],
            "Reason": [plain(each.reason) for each in saved],
            "By": [plain(each.author) for each in saved],
            "When": [moment(each.created_at) for each in saved],
        },
        border="horizontal",
        hide_index=True,
    )


def show_old_figures(run: Run, split: Split) -> None:
    """Stands in until the part of its own is there."""
    from dashboard import evaluation

    show_figures(evaluation.scored(run, split), evaluation.summary(run, split), split)


def show_old_threshold(run: Run, split: Split) -> None:
    """Stands in until the part of its own is there."""
    from dashboard import evaluation
    from dashboard.threshold import threshold_slider

    with resources.session() as session:
        saved = runs.thresholds(session, run.id)
    figures = evaluation.summary(run, split)
    initial = evaluation.initial_threshold(run, saved)
    value = threshold_in_url(initial)
    threshold_slider(
        value,
        figures.counts,
        figures.histogram,
        key=f"threshold-{run.id}-{split}",
        on_change=remember_threshold,
    )
    show_origin(value, initial)
    show_rates(evaluation.counts_at(figures, value))
    save_fields(run, split, value)
    show_history(saved)
