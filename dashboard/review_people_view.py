"""Review: who judges what of a queue: assignments, and closing it."""

import streamlit as st
from sqlalchemy.orm import Session

from dashboard import resources
from dashboard.auth import actor
from dashboard.review_queues_view import describe, people_words, show_progress
from dashboard.text import count, moment, plain
from db import people, review_claims, review_queues
from db.review_items import Queue
from db.review_queues import Progress

MOST = 500


def show(queue: Queue) -> None:
    """Draw how far a queue has come, who works on it, and what can be arranged."""
    with resources.session() as session:
        at = review_queues.progress(session, queue.id)
        known = people.names(session)
    st.caption(f"{describe(queue)} · by {plain(queue.author)}, {moment(queue.created_at)}")
    show_progress(queue, at)
    st.caption(people_words(at))
    if queue.is_open:
        _assign(queue, known)
        _assigned(queue, at)
    _closing(queue)


def _assign(queue: Queue, known: list[str]) -> None:
    """Draw the form that gives somebody the next images."""
    st.markdown("**Assign images**")
    with (
        st.form("assign", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.selectbox(
            "To",
            queue.reviewers or known,
            index=None,
            key="assign-to",
            accept_new_options=not queue.reviewers,
            placeholder="Choose or type a name",
            width=260,
        )
        n = st.number_input("Images", 1, MOST, 20, key="assign-n", width=130)
        if st.form_submit_button("Assign", icon=":material/person_add:", key="assign-go"):
            resources.act(_give, queue.id, name or "", n)
            st.rerun()
    st.caption(
        "Assigned images wait for that person without an end. Whoever just begins gets the next "
        "free ones, which are kept for ten minutes."
    )


def _give(session: Session, queue_id: int, name: str, n: int) -> None:
    given = review_claims.assign(session, queue_id, name, n, actor=actor())
    told = f"{count(given, 'image')} assigned to {name}."
    resources.notify(told if given else "No image is left to assign.", icon=":material/person_add:")


def _assigned(queue: Queue, at: Progress) -> None:
    """Draw to whom images are assigned, with the way to take that back."""
    for name, n in sorted(at.assigned_to.items()):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{plain(name)}: {count(n, 'image')} assigned", width=360)
            st.button(
                "Take assignment back",
                key=f"unassign-{name}",
                type="tertiary",
                icon=":material/person_remove:",
                on_click=resources.act,
                args=(_take, queue.id, name),
            )


def _take(session: Session, queue_id: int, name: str) -> None:
    n_taken = review_claims.unassign(session, queue_id, name, actor=actor())
    told = f"{count(n_taken, 'assigned image')} of {name} taken back."
    resources.notify(told, icon=":material/person_remove:")


def _closing(queue: Queue) -> None:
    """Draw the switch between open and closed."""
    if queue.is_open:
        st.button(
            "Close this queue",
            key="close-queue",
            icon=":material/lock:",
            help="No more opinions are taken; what was said stays. It can be opened again.",
            on_click=resources.act,
            args=(_close, queue.id),
        )
        return
    st.button(
        "Open this queue again",
        key="reopen-queue",
        icon=":material/lock_open:",
        on_click=resources.act,
        args=(_reopen, queue.id),
    )


def _close(session: Session, queue_id: int) -> None:
    review_queues.close_queue(session, queue_id, actor=actor())


def _reopen(session: Session, queue_id: int) -> None:
    review_queues.reopen_queue(session, queue_id, actor=actor())
