"""What waits to be measured: a quiet line with a button that starts the job, then its progress."""

from collections.abc import Callable

import streamlit as st

from dashboard import job_view, resources
from dashboard.jobs.client import Job
from dashboard.text import count


def show_outdated(n_images: int, *, is_followed: bool = True) -> None:
    """Draw that images were measured by an older version, and how to measure them again.

    Args:
        n_images: How many; nothing is drawn for none, unless the job is at work.
        is_followed: Whether the job's progress is drawn here; a page that shows all jobs does so
            elsewhere.
    """
    verb = "was" if n_images == 1 else "were"
    text = (
        f"{count(n_images, 'image')} {verb} measured the old way: such images are not compared "
        "with new ones."
    )
    _offer("measure", n_images, text, "Measure again", resources.jobs().measure_again, is_followed)


def show_faces_waiting(n_images: int) -> None:
    """Draw that the faces of images were not measured yet, and how to measure them."""
    text = f"The faces of {count(n_images, 'image')} are not measured yet."
    _offer("faces", n_images, text, "Measure faces", resources.jobs().find_faces, True)


def _offer(
    kind: str,
    n_waiting: int,
    text: str,
    label: str,
    enqueue: Callable[[], str],
    is_followed: bool,
) -> None:
    jobs = job_view.list_jobs(kind)
    current = job_view.find_current(jobs)
    is_active = current is not None and current.is_active
    if current and is_followed and (is_active or n_waiting):
        job_view.follow(current.id)
    elif n_waiting and not is_active:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f":material/history: {text}{_unreadable(jobs)}", width="stretch")
            job_view.start_button(label, kind, enqueue, type="secondary")


def _unreadable(jobs: list[Job]) -> str:
    """Say why images still wait after the job went over them."""
    n_unread = (jobs[0].result or {}).get("unreadable") if jobs else 0
    if not n_unread:
        return ""
    return (
        f" {n_unread:,} could not be read when this was last tried: the stored files are missing "
        "or damaged. Import them again."
    )
