"""Overview: how many images get how far, what waits for a person, what is under way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.types import DatasetVersion, Run, Split, Threshold
from dashboard import resources
from dashboard.job_view import badge
from dashboard.jobs.client import Job, Progress
from dashboard.text import duration, moment, plain
from db.people import is_same_person
from db.review_items import Queue


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a person, and the page where it is done."""

    n: int
    one: str
    many: str
    page: str
    query: Mapping[str, str]
    act: str


def waiting(
    counts: Mapping[str, int],
    undecided_runs: Sequence[int],
    proposed: Sequence[Threshold],
    queues: Sequence[tuple[Queue, int]],
    me: str,
) -> list[Waiting]:
    """Return what waits for a person; nothing that is done.

    Args:
        counts: As `db.overview.counts` gives them.
        undecided_runs: Runs without a threshold.
        proposed: Thresholds that wait for approval. A person's own wait for somebody else.
        queues: Review queues, with how many images are left for the person.
        me: The person.
    """
    proposed = [each for each in proposed if not is_same_person(each.author, me)]
    run = {"run": str(undecided_runs[0])} if undecided_runs else {}
    asked = {"run": str(proposed[0].run_id)} if proposed else {}
    found = [
        Waiting(
            counts["pairs_pending"],
            "Look-alike pair",
            "Look-alike pairs",
            "duplicates.py",
            {},
            "Review pairs",
        ),
        Waiting(
            counts["unknown"],
            "Image without a label",
            "Images without a label",
            "browse.py",
            {"label": "unknown"},
            "Label images",
        ),
        Waiting(
            counts["without_face"],
            "Image without a face",
            "Images without a face",
            "browse.py",
            {"faceless": "true"},
            "Look at them",
        ),
        Waiting(
            len(undecided_runs),
            "Run without a threshold",
            "Runs without a threshold",
            "evaluate.py",
            {**run, "view": "threshold"},
            "Choose a threshold",
        ),
        Waiting(
            len(proposed),
            "Threshold to approve",
            "Thresholds to approve",
            "evaluate.py",
            {**asked, "view": "threshold"},
            "Look at it",
        ),
        *(_to_judge(queue, n_left) for queue, n_left in queues),
    ]
    return [item for item in found if item.n]


def _to_judge(queue: Queue, n_left: int) -> Waiting:
    name = plain(queue.name)
    query = {"queue": str(queue.id), "view": "judge"}
    told = (f"Image to judge · {name}", f"Images to judge · {name}")
    return Waiting(n_left, *told, "review.py", query, "Judge them")


def funnel_stages(counts: Mapping[str, int]) -> dict[str, int]:
    """Return how many images get how far, from the files seen to the latest version."""
    made = counts["generated"]
    seen = "Files seen and fakes made" if made else "Files seen"
    return {
        seen: counts["files_seen"] + made,
        "Images": counts["images"],
        "Not excluded": counts["images"] - counts["excluded"],
        "In the next version": counts["in_next_version"],
        "In the latest version": counts["in_latest_version"],
    }


def show_holdings(counts: Mapping[str, int]) -> None:
    """Draw what the installation holds, in a row of figures."""
    figures = {
        "Images": counts["images"],
        "Genuine": counts["genuine"],
        "Fake": counts["fake"],
        "Unlabelled": counts["unknown"],
        "People": counts["identities"],
    }
    with st.container(horizontal=True):
        for name, n in figures.items():
            st.metric(name, n, format="localized")


def show_waiting(items: Sequence[Waiting]) -> None:
    """Draw a card for each thing that waits, with the way to it."""
    if not items:
        st.success("Nothing waits for you.", icon=":material/check_circle:")
        return
    with st.grid(4, min_column_width=190):
        for item in items:
            with st.container(border=True, height="stretch"):
                st.metric(item.one if item.n == 1 else item.many, item.n, format="localized")
                st.page_link(
                    f"../pages/{item.page}",
                    label=item.act,
                    icon=":material/arrow_forward:",
                    query_params=dict(item.query),
                )


def show_running(jobs: Sequence[Job]) -> None:
    """Draw the jobs that wait or run with their progress, kept current."""
    active = [job.id for job in jobs if job.is_active]
    if active:
        st.subheader("Under way", anchor=False)
        st.fragment(_running, run_every="2s")(active)


def _running(job_ids: Sequence[str]) -> None:
    jobs = [resources.jobs().get_job(job_id) for job_id in job_ids]
    if not all(job.is_active for job in jobs):
        st.rerun()
    for job in jobs:
        progress = resources.jobs().find_progress(job.id)
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            badge(job)
            st.markdown(f"**{job.kind.capitalize()}** · {moment(job.created_at)}", width="content")
            if progress:
                share = min(max(progress.fraction, 0.0), 1.0)
                st.progress(share, text=f"{plain(progress.message)}{_left(progress)}")


def _left(progress: Progress) -> str:
    left = progress.seconds_left
    return f" · about {duration(left)} left" if left is not None else ""


def show_latest(version: DatasetVersion | None, run: Run | None) -> None:
    """Draw the latest dataset version and the latest run."""
    with st.container(border=True):
        st.markdown("**Dataset version**")
        if version:
            _version(version)
        else:
            st.caption("None is frozen yet.")
            st.page_link("../pages/dataset.py", label="Freeze one", icon=":material/inventory_2:")
    with st.container(border=True):
        st.markdown("**Run**")
        if run:
            _run(run)
        else:
            st.caption("No detector is trained yet.")
            st.page_link("../pages/train.py", label="Train one", icon=":material/model_training:")


def _version(version: DatasetVersion) -> None:
    with st.container(horizontal=True):
        st.metric("Number", version.number)
        for split in [split for split in Split if version.counts.get(split)]:
            n_images = sum(version.counts.get(split, {}).values())
            st.metric(split.capitalize(), n_images, format="localized")
    st.caption(f"Frozen {moment(version.created_at)} by {plain(version.author)}")


def _run(run: Run) -> None:
    with st.container(horizontal=True):
        st.metric("Number", run.id)
        st.metric("On version", run.dataset_version)
        if run.best_val_auc is not None:
            st.metric("Best validation AUC", f"{run.best_val_auc:.3f}")
    state = f"Finished {moment(run.finished_at)}" if run.finished_at else "Not finished"
    st.caption(f"{state} · {plain(run.author)}")
