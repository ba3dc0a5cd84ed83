"""Review: what was settled, what it changes in the dataset, and how to take that back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from sqlalchemy.orm import Session

from core.curation.splits import DEFAULT_RULE
from core.review.verdicts import HARD_EXAMPLE, ReviewVerdict
from dashboard import (
    choices,
    resources,
    review_charts,
    review_figures,
    review_figures_view,
    review_table,
    way_back,
    widgets,
)
from dashboard.auth import actor
from dashboard.grid import image_grid
from dashboard.text import count, plain
from db import review_outcomes, review_queues, review_settled, runs, versions
from db.review_items import BlindItem, Queue
from db.review_outcomes import Applied
from db.review_queues import Progress

VERDICT = "verdict"
N_SHOWN = 60
_BARS = "settled-bars"


@dataclass(frozen=True)
class Outcome:
    """What a queue has come to.

    Attributes:
        plan: What applying the verdicts would change now.
        applied_by: Who applied verdicts that still stand, or None.
        rule: How the version of the queue's run was split.
        shown: Items of the chosen verdict.
        audit: What a random audit says of the labels; None of any other queue.
    """

    progress: Progress
    plan: Applied
    applied_by: str | None
    rule: str
    verdict: ReviewVerdict | None
    shown: Sequence[BlindItem]
    audit: str | None


def load_outcome(session: Session, queue: Queue) -> Outcome:
    """Load what a queue has come to."""
    progress = review_queues.progress(session, queue.id)
    verdict = _chosen(progress.settled)
    audit = review_figures.audit_of(session, queue.id)
    return Outcome(
        progress,
        review_outcomes.to_apply(session, queue.id),
        review_settled.applied_by(session, queue.id),
        _rule(session, queue),
        verdict,
        review_settled.settled_items(session, queue, verdict, N_SHOWN) if verdict else [],
        review_figures.audit_words(audit) if audit else None,
    )


def _rule(session: Session, queue: Queue) -> str:
    if queue.run_id is None:
        return DEFAULT_RULE
    version = versions.get_version(session, runs.get_run(session, queue.run_id).dataset_version)
    return str(version.split_rule.get("name", DEFAULT_RULE))


def _chosen(settled: Mapping[ReviewVerdict, int]) -> ReviewVerdict | None:
    asked = st.query_params.get(VERDICT)
    return next((each for each in settled if each.value == asked), None)


def show(queue: Queue) -> None:
    """Draw the outcome of a queue."""
    with resources.session() as session:
        found = load_outcome(session, queue)
    if not found.progress.n_settled:
        st.info(
            "Nothing is settled yet. An image is settled when all its opinions agree, or when "
            "somebody adjudicates.",
            icon=":material/hourglass_empty:",
        )
        return
    bars, act = st.columns([6, 5], gap="large")
    with bars:
        _bars(found)
    with act:
        _act(queue, found)
    _images(found)
    if found.audit:
        st.info(found.audit, icon=":material/casino:")
    review_figures_view.show(queue)


def _bars(found: Outcome) -> None:
    at = found.progress
    st.markdown(f"**{at.n_settled:,} of {count(at.n_items, 'image')} settled**")
    st.plotly_chart(
        review_charts.draw_verdicts(at.settled),
        key=_BARS,
        config=widgets.CALM,
        on_select=_clicked,
        selection_mode="points",
        alt="Settled: " + ", ".join(f"{n:,} {verdict}" for verdict, n in at.settled.items()),
    )
    st.caption("Click a bar to list its images.")


def _clicked() -> None:
    """Choose what is listed; a second click on a bar closes the list."""
    points = st.session_state[_BARS]["selection"]["points"]
    if points:
        st.query_params[VERDICT] = points[0]["customdata"]
    else:
        st.query_params.pop(VERDICT, None)


def _act(queue: Queue, found: Outcome) -> None:
    """Say exactly what would change, and offer it, its undo and the next step."""
    st.markdown("**Apply to the dataset**")
    for line in plan_words(found.plan):
        st.markdown(f"- {line}")
    with st.container(horizontal=True):
        st.button(
            "Apply",
            key="apply-verdicts",
            icon=":material/done_all:",
            type="primary" if found.plan.n_images else "secondary",
            disabled=not found.plan.n_images,
            on_click=resources.act,
            args=(_apply, queue.id),
        )
        if found.applied_by:
            st.button(
                "Undo",
                key="undo-apply",
                icon=":material/undo:",
                help=f"Applied by {plain(found.applied_by)}. Labels, exclusions and tags go back "
                "to what they were.",
                on_click=resources.act,
                args=(_undo_apply, queue.id),
            )
        _download(queue)
    if found.applied_by:
        choices.link(
            "dataset",
            "Freeze the next version with it",
            icon=":material/inventory_2:",
            hard=1,
            rule=found.rule,
        )


def plan_words(plan: Applied) -> list[str]:
    """Say in Markdown what applying would change, and what it leaves alone."""
    told = {
        ("gets", "get", "the other label"): len(plan.relabelled),
        ("is", "are", "excluded from the next version"): len(plan.excluded),
        ("is", "are", f"tagged *{HARD_EXAMPLE}*, for training and later tests"): len(
            plan.hard_examples
        ),
    }
    lines = [f"**{count(n, 'image')}** {_does(n, *what)}" for what, n in told.items() if n]
    left = {
        ("needs", "need", "no change"): plan.n_kept,
        ("was", "were", "made here as fake: that stays"): plan.n_generated,
        ("was", "were", "changed by somebody since: left alone"): plan.n_changed,
    }
    lines += [f"{count(n, 'image')} {_does(n, *what)}" for what, n in left.items() if n]
    return lines or ["Nothing is left to apply."]


def _does(n: int, one: str, many: str, rest: str) -> str:
    return f"{one if n == 1 else many} {rest}"


def _apply(session: Session, queue_id: int) -> None:
    done = review_outcomes.apply_verdicts(session, queue_id, actor=actor())
    told = f"{count(done.n_images, 'image')} changed. Undo takes all of it back."
    resources.notify(told, icon=":material/done_all:")


def _undo_apply(session: Session, queue_id: int) -> None:
    n_back = review_outcomes.undo_apply(session, queue_id, actor=actor())
    resources.notify(f"Taken back on {count(n_back, 'image')}.", icon=":material/undo:")


def _download(queue: Queue) -> None:
    st.download_button(
        "Export CSV",
        lambda: _csv(queue.id),
        file_name=f"review-{queue.id}.csv",
        mime="text/csv",
        key="export-verdicts",
        icon=":material/download:",
        help="Every opinion and final verdict of the images that have all their opinions.",
    )


def _csv(queue_id: int) -> str:
    with resources.session() as session:
        return review_table.verdicts_csv(session, queue_id)


def _images(found: Outcome) -> None:
    if not found.verdict:
        return
    n_all = found.progress.settled[found.verdict]
    st.markdown(f"**{found.verdict.capitalize()}** · {count(n_all, 'image')}")
    images = [item.image for item in found.shown]
    image_grid(
        [widgets.image_cell(image) for image in images],
        key="settled-images",
        label=f"Images settled as {found.verdict}",
        on_open=way_back.opener(images),
        selectable=False,
    )
    if n_all > len(images):
        st.caption(f"The first {len(images):,}; the CSV lists all.")
