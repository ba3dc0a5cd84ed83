"""Review: one queue on the screen, in parts."""

from collections.abc import Callable

import streamlit as st
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.types import Run
from dashboard import (
    choices,
    resources,
    review_agreement_view,
    review_desk,
    review_form,
    review_outcome_view,
    review_people_view,
    review_queues_view,
    review_work,
)
from dashboard.auth import actor
from dashboard.text import plain
from db import runs
from db.review_items import Queue, get_queue


def asked_queue(session: Session) -> Queue | None:
    """Return the queue that the URL asks for, or None where there is no such queue."""
    number = choices.number_in_url("queue")
    try:
        return get_queue(session, number) if number is not None else None
    except NotFound:
        return None


def scored_runs(session: Session) -> list[Run]:
    """Return the runs that have scores, newest first."""
    return [run for run in runs.list_runs(session) if run.finished_at]


def show_all(rows: list[review_queues_view.Row], scored: list[Run]) -> None:
    """Draw the queues and the form that makes another."""
    st.title("Review", anchor=False)
    if "queue" in st.query_params:
        st.warning("There is no queue of that number. These are all.", icon=":material/search_off:")
    if not rows and not scored:
        review_queues_view.nothing_yet()
        return
    if not rows:
        st.markdown(
            "People look at what the detector got wrong and say what was wrong: the label, the "
            "detector or the image. First opinions are blind; where they differ, a third person "
            "decides."
        )
    if scored:
        is_open = not rows or review_form.is_asked()
        with st.expander("New queue", icon=":material/playlist_add:", expanded=is_open):
            review_form.show(scored)
    review_queues_view.show(rows)


def show_queue(queue: Queue) -> None:
    """Draw one queue: its heading and the chosen part."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "All queues",
            key="all-queues",
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=st.query_params.clear,
        )
        st.markdown(f"**{plain(queue.name)}**", width="content")
        part = choices.pick_word("view", "Part", list(_PARTS), str.capitalize)
    _PARTS[part](queue)


def _judge(queue: Queue) -> None:
    review_desk.show(queue, review_work.JUDGE)


def _adjudicate(queue: Queue) -> None:
    with resources.session() as session:
        told = review_work.side_words(session, queue, actor())
    for words in told:
        st.info(words, icon=":material/balance:")
    review_desk.show(queue, review_work.ADJUDICATE)


_PARTS: dict[str, Callable[[Queue], None]] = {
    "judge": _judge,
    "adjudicate": _adjudicate,
    "agreement": review_agreement_view.show,
    "outcome": review_outcome_view.show,
    "people": review_people_view.show,
}
