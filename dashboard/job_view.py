"""Following a job on a page: where it stands, how long it will take, and its buttons."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import streamlit as st

from core.errors import VerityError
from dashboard import choices, resources
from dashboard.jobs.client import Job, JobState, Progress
from dashboard.text import duration, moment, plain

_Colour = Literal["gray", "blue", "green", "red", "orange"]
_LOOKS: dict[JobState, tuple[_Colour, str]] = {
    JobState.QUEUED: ("gray", ":material/schedule:"),
    JobState.RUNNING: ("blue", ":material/autorenew:"),
    JobState.DONE: ("green", ":material/check_circle:"),
    JobState.FAILED: ("red", ":material/error:"),
    JobState.CANCELLED: ("orange", ":material/block:"),
}
_LOG_LINES = 200
_NEWEST = 200


def badge(job: Job) -> None:
    """Draw a job's state in a word, with a colour and an icon."""
    colour, icon = _LOOKS[job.state]
    st.badge(job.state.capitalize(), icon=icon, color=colour)


def list_jobs(*kinds: str) -> list[Job]:
    """Return jobs, newest first, of these kinds or of all; a message and none if that fails."""
    try:
        jobs = resources.jobs().list_jobs(limit=_NEWEST)
    except VerityError as error:
        st.info(plain(str(error)), icon=":material/power_off:")
        return []
    return [job for job in jobs if not kinds or job.kind in kinds]


def find_job(job_id: str) -> Job | None:
    """Return a job, or None after a message on the page."""
    try:
        return resources.jobs().get_job(job_id)
    except VerityError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def find_current(jobs: Sequence[Job]) -> Job | None:
    """Return the job to look at: the one that works or is next, else the newest if it broke off."""
    active = [job for job in jobs if job.is_active]
    if active:
        return active[-1]
    return jobs[0] if jobs and jobs[0].state is not JobState.DONE else None


def start_button(
    label: str,
    key: str,
    enqueue: Callable[[], str],
    *,
    icon: str | None = None,
    type: Literal["primary", "secondary", "tertiary"] = "primary",
) -> None:
    """Draw a button that starts a job."""
    st.button(label, key=f"start-{key}", icon=icon, type=type, on_click=_start, args=(enqueue,))


def _start(enqueue: Callable[[], str]) -> None:
    resources.start(enqueue)


def follow(job_id: str) -> None:
    """Draw a job and keep the drawing current while it waits or runs; then rerun the page once."""
    job = find_job(job_id)
    if job is not None:
        every = "1s" if job.is_active else None
        st.fragment(_panel, run_every=every)(job_id, job.is_active)


def _panel(job_id: str, was_active: bool) -> None:
    job = find_job(job_id)
    if job is None:
        return
    if was_active and not job.is_active:
        st.rerun()
    with st.container(border=True, key=f"job-{job_id}"):
        _headline(job)
        _progress(job)
        if job.error:
            st.error(plain(job.error), icon=":material/error:")
        _buttons(job)
        _log(job)


def _headline(job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        badge(job)
        author = f" by {plain(job.author)}" if job.author else ""
        st.markdown(f"**{job.kind.capitalize()}** · `{job.id}`{author}, {moment(job.created_at)}")
    st.caption(figures(job.arguments))


def _progress(job: Job) -> None:
    progress = resources.jobs().find_progress(job.id)
    if job.state is JobState.QUEUED:
        st.caption("Waits for a free worker. Nothing moves? Start one: `python -m dashboard run`.")
    elif job.state is JobState.DONE:
        took = duration((job.updated_at - job.created_at).total_seconds())
        st.markdown(f"{figures(job.result or {})} · took {took}")
        _link_to_result(job.kind, job.result or {}, job.id)
    elif progress and job.state is not JobState.FAILED:
        st.progress(min(max(progress.fraction, 0.0), 1.0), text=plain(progress.message))
        st.caption(describe(progress, is_running=job.is_active))
    elif job.is_active:
        st.progress(0.0, text="Starting ...")
    if progress and progress.counts:
        st.caption(figures(progress.counts))


def _link_to_result(kind: str, result: Mapping[str, Any], job_id: str) -> None:
    places: dict[str, tuple[str, str, dict[str, Any]]] = {
        "import": ("import_files", "What became of the files", {"job": job_id}),
        "freeze": ("dataset", "The version", {}),
        "identify": ("identities", "The suggestions", {}),
        "accept": ("duplicates", "The pairs", {}),
        "generate": ("generate", "The fakes", {"job": job_id}),
        "train": ("train", "The run", {"run": result.get("run")}),
        "tune": ("tuning", "The trials", {"study": result.get("study")}),
        "evaluate": ("evaluate", "The figures", {"run": result.get("run")}),
        "export": ("export", "The folder", {}),
        "faces": ("faces", "The faces", {}),
        "measure": ("quality", "The checks", {}),
        "map": ("map", "The map", {}),
        "mislabelled": ("labels", "The suggestions", {}),
    }
    page, text, query = places[kind]
    choices.link(page, text, icon=":material/arrow_forward:", **query)


def figures(values: Mapping[str, Any]) -> str:
    """Return names and values as one line of Markdown; what is empty is left out."""
    words = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            words.append(figures(value))
        elif value not in (None, "", []):
            words.append(f"{plain(name.replace('_', ' '))} {plain(_short(value))}")
    return " · ".join(filter(None, words))


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def describe(progress: Progress, *, is_running: bool = True) -> str:
    """Say in words how far a job is, how fast it goes and how long it will take."""
    words = [f"{progress.fraction:.0%}"]
    if progress.total:
        words.append(f"{progress.done:,} of {progress.total:,}")
    if is_running and progress.done:
        words.append(f"{progress.rate:.3g} a second")
    if is_running and progress.seconds_left is not None:
        words.append(f"about {duration(progress.seconds_left)} left")
    return " · ".join(words)


def _buttons(job: Job) -> None:
    jobs = resources.jobs()
    if job.is_active:
        _button("Cancel", job, ":material/stop:", partial(_cancel, jobs.cancel))
    elif job.state in (JobState.FAILED, JobState.CANCELLED):
        label = "Go on" if job.state is JobState.CANCELLED else "Retry"
        _button(label, job, ":material/replay:", jobs.retry)


def _cancel(cancel: Callable[[str], None], job_id: str) -> str:
    cancel(job_id)
    return job_id


def _button(label: str, job: Job, icon: str, act: Callable[[str], str]) -> None:
    """Draw a button whose act returns the job to follow from then on."""
    if not st.button(label, key=f"{label.lower()}-{job.id}", icon=icon):
        return
    try:
        next_id = act(job.id)
    except VerityError as error:
        resources.notify(str(error), icon=":material/error:")
    else:
        if next_id != job.id and "job" in st.query_params:
            st.query_params["job"] = next_id
    st.rerun()


def _log(job: Job) -> None:
    expander = st.expander("Log", icon=":material/notes:", key=f"log-{job.id}", on_change="rerun")
    if expander.open:
        lines = st.session_state.setdefault(f"lines-{job.id}", [])
        lines.extend(resources.jobs().log(job.id, offset=len(lines)))
        with expander.container(height=240, border=False, autoscroll=True):
            st.code("\n".join(lines[-_LOG_LINES:]) or "Nothing yet.", language=None)
