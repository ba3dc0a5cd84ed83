"""Review: the queues at a glance, and the way into each."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from sqlalchemy.orm import Session

from core.review import queues as kinds
from dashboard import choices
from dashboard.auth import actor
from dashboard.text import count, duration, plain, threshold
from db import review_desks, review_items, review_queues
from db.review_desks import Share
from db.review_items import Queue
from db.review_queues import Progress

KINDS = {
    kinds.FALSE_POSITIVES: "Genuine called fake",
    kinds.MISSES: "Missed fakes",
    kinds.UNCERTAIN: "Near the threshold",
    kinds.DISAGREEMENTS: "Two runs disagree",
    kinds.RANDOM_AUDIT: "Random audit",
    kinds.CHOSEN: "Chosen images",
}


@dataclass(frozen=True)
class Row:
    """A queue in the list, with how far it has come and what is left for the person."""

    queue: Queue
    progress: Progress
    mine: Share


def load_queues(session: Session) -> list[Row]:
    """Load all queues: open ones first, newest first."""
    return [
        Row(
            queue,
            review_queues.progress(session, queue.id),
            review_desks.share_of(session, queue, reviewer=actor()),
        )
        for queue in review_items.list_queues(session)
    ]


def left_for(session: Session, me: str) -> list[tuple[Queue, int]]:
    """Return the queues in which images are left for a person, with how many; newest first."""
    mine = [each for each in review_items.list_queues(session) if may_judge(each, me)]
    left = [review_desks.share_of(session, each, reviewer=me).n_left for each in mine]
    return [(queue, n) for queue, n in zip(mine, left, strict=True) if n]


def may_judge(queue: Queue, me: str) -> bool:
    """Return whether a queue takes a person's opinions."""
    return queue.is_open and queue.has_reviewer(me)


def show(rows: Sequence[Row]) -> None:
    """Draw the queues, each with its progress and the way in."""
    for row in rows:
        with st.container(border=True, key=f"queue-{row.queue.id}"):
            _row(row)


def _row(row: Row) -> None:
    queue, at = row.queue, row.progress
    about, so_far, way_in = st.columns([5, 6, 2], gap="large", vertical_alignment="center")
    with about:
        st.markdown(f"**{plain(queue.name)}**")
        st.caption(describe(queue))
    with so_far:
        show_progress(queue, at)
        st.caption(people_words(at))
    with way_in:
        _way_in(row)


def describe(queue: Queue) -> str:
    """Say in Markdown what a queue holds and who judges it."""
    words = [KINDS.get(queue.kind, plain(queue.kind))]
    if queue.run_id is not None:
        words.append(f"run {queue.run_id}, {queue.split}")
    if queue.threshold is not None:
        words.append(f"threshold {threshold(queue.threshold)}")
    words.append(f"{count(queue.n_opinions, 'opinion')} each")
    if queue.reviewers:
        words.append(f"for {plain(', '.join(queue.reviewers))}")
    return " · ".join(words)


def show_progress(queue: Queue, at: Progress) -> None:
    """Draw how many opinions of those needed are given, and what became of the images."""
    needed = at.n_items * queue.n_opinions
    st.progress(
        min(at.n_opinions / needed, 1.0) if needed else 1.0,
        text=f"{at.n_opinions:,} of {count(needed, 'opinion')}",
    )
    with st.container(horizontal=True, gap="xsmall"):
        st.badge(f"{at.n_settled:,} of {at.n_items:,} settled", color="gray")
        if at.n_disputed:
            st.badge(f"{at.n_disputed:,} disputed", icon=":material/balance:", color="orange")
        if not queue.is_open:
            st.badge("closed", icon=":material/lock:", color="gray")


def people_words(at: Progress) -> str:
    """Say in Markdown who works on a queue, how much, and how fast."""
    names = sorted(at.opinions_of, key=lambda name: (-at.opinions_of[name], name))
    told = [f"{plain(name)} {at.opinions_of[name]:,}" for name in names]
    waiting = [plain(name) for name in sorted(at.waiting_for)]
    if waiting:
        told.append(f"now or next: {', '.join(waiting)}")
    if at.seconds is not None:
        told.append(f"{duration(at.seconds)} an image")
    return " · ".join(told) or "Nobody has begun."


def _way_in(row: Row) -> None:
    """Draw the button that leads to what this person can do next."""
    queue, at = row.queue, row.progress
    if may_judge(queue, actor()) and row.mine.n_left:
        label = "Go on" if row.mine.n_given else "Begin"
        view, help_ = "judge", f"{row.mine.n_left:,} left for you"
    elif queue.is_open and at.n_disputed:
        label, view, help_ = "Adjudicate", "adjudicate", "Opinions differ"
    else:
        label, view, help_ = "Outcome", "outcome", "What was said so far"
    st.button(
        label,
        key=f"open-{queue.id}",
        type="primary" if view == "judge" else "secondary",
        help=help_,
        width="stretch",
        on_click=open_queue,
        args=(queue.id, view),
    )


def open_queue(queue_id: int, view: str) -> None:
    """Show a part of a queue; for callbacks."""
    st.query_params.from_dict({"queue": str(queue_id), "view": view})


def nothing_yet() -> None:
    """Say what queues are for, where none can be made yet."""
    choices.invite(
        "The team judges what a trained detector gets wrong. No detector has been trained yet.",
        "train",
        "Train one",
    )
