"""Try it, before there is a result: the question to the worker, and the wait for its answer."""

import time
from dataclasses import dataclass, replace
from datetime import datetime

import streamlit as st

from core.errors import VerityError
from core.types import Run, Threshold
from dashboard import resources
from dashboard.processes import running_workers
from dashboard.settings import settings
from dashboard.text import plain
from dashboard.tried import Handover, Refused, Tried
from dashboard.try_given import Picture
from dashboard.trying import Standard, standard_of
from db import thresholds

QUEUE = "score"
PATIENCE_S, LOADING_S = 20, 90
"""How long a page waits for an answer, and for a detector that is being loaded."""

_SOON_S, _LONG_S = 1.0, 4.0
_RESTART_S = 5.0  # a worker that has been idle starts anew, and is away for a moment
_LOOK_EVERY_S = 0.2
_CANCELLED = Refused("Cancelled. Nothing was kept.")
_ASKED, _ANSWER, _REST = "try-asked", "try-answer", "try-rest"
_WARMED, _LOADED = "try-warmed", "try-loaded"


@dataclass(frozen=True)
class Question:
    """What is asked of the worker; an answer belongs to one of these."""

    digest: str
    run_id: int
    face: int | None


@dataclass(frozen=True)
class _Asked:
    question: Question
    place: str
    job_id: str
    at: float


def standard(run: Run) -> Standard:
    """Return what a run's images are judged by, loaded once while nothing about it changes."""
    with resources.session() as session:
        in_force = thresholds.in_force(session, run.id)
    return _standard(run, run.id, run.finished_at, in_force)


@st.cache_data(show_spinner=False, max_entries=8)
def _standard(
    _run: Run, run_id: int, finished_at: datetime | None, in_force: Threshold | None
) -> Standard:
    with resources.session() as session:
        return standard_of(session, _run)


def warm_up(run: Run) -> None:
    """Have the worker load the run's detector while the person still looks for a picture."""
    if st.session_state.get(_WARMED, (None, ""))[0] == run.id or not _is_served():
        return
    try:
        st.session_state[_WARMED] = run.id, resources.jobs().warm_up(run.id)
    except VerityError:
        return  # asking for a score tells what is wrong


def ask(picture: Picture, run: Run) -> Tried | Refused | None:
    """Return what was found of a picture, or why there is nothing; None while it is looked at."""
    face = st.session_state.get(face_key(picture.digest))
    question = Question(picture.digest, run.id, face)
    answered = st.session_state.get(_ANSWER)
    if answered is None or answered[0] != question:
        _send(picture, question)
        return None
    answer: Tried | Refused = answered[1]
    return answer


def show_refusal(answer: Refused) -> None:
    """Draw why there is nothing."""
    if answer == _CANCELLED:
        st.info(answer.reason, icon=":material/cancel:")
    else:
        st.error(plain(answer.reason), icon=":material/error:")
    offer_again()


def offer_again() -> None:
    """Draw the way to ask the same once more."""
    st.button("Try again", key="try-again", icon=":material/replay:", on_click=forget)


def face_key(digest: str) -> str:
    """Return where the choice of a face of a picture is kept."""
    return f"try-judge-{digest[:16]}"


def _send(picture: Picture, question: Question) -> None:
    """Hand the picture to the worker, once a question."""
    asked = st.session_state.get(_ASKED)
    if asked is not None and asked.question == question:
        return
    _take_back()
    handover = Handover.begin(settings(), picture.data)
    job_id = resources.jobs().try_image(handover.place, question.run_id, question.face)
    st.session_state[_ASKED] = _Asked(question, handover.place, job_id, time.monotonic())


def watch() -> None:
    """Look for what is awaited several times a second; the rest of the page rests.

    Every run of the page calls this at one place, waiting or not.
    """
    is_waiting = _ASKED in st.session_state or _REST in st.session_state
    st.fragment(_look, run_every=_LOOK_EVERY_S if is_waiting else None)()


def _look() -> None:
    if asked := st.session_state.get(_ASKED):
        _look_for_answer(asked)
    elif rest := st.session_state.get(_REST):
        _look_for_survival(rest)


def _look_for_answer(asked: _Asked) -> None:
    answer = Handover(settings(), asked.place).take()
    if answer is None and (reason := _given_up(asked)):
        _take_back()
        answer = Refused(reason)
    if answer is not None:
        _keep(asked, answer)
        st.rerun()
    _draw_wait(time.monotonic() - asked.at)


def _keep(asked: _Asked, answer: Tried | Refused) -> None:
    """Hold an answer, and go on waiting where a second part of it is still to come."""
    st.session_state[_ANSWER] = asked.question, answer
    st.session_state.pop(_ASKED, None)
    if isinstance(answer, Tried) and answer.judged is not None:
        st.session_state[_REST] = replace(asked, at=time.monotonic())
    else:
        Handover(settings(), asked.place).drop()


def _look_for_survival(rest: _Asked) -> None:
    """Look for the part that takes longest, and draw the page once more when it is there."""
    scores = Handover(settings(), rest.place).take_survival()
    if scores is not None:
        question, tried = st.session_state[_ANSWER]
        st.session_state[_ANSWER] = question, replace(tried, survival=scores)
        Handover(settings(), rest.place).drop()
    elif time.monotonic() - rest.at <= PATIENCE_S:
        return
    del st.session_state[_REST]
    st.rerun()


def is_survival_awaited() -> bool:
    """Whether it is still being worked out if the verdict lasts."""
    return _REST in st.session_state


def _given_up(asked: _Asked) -> str | None:
    waited_s = time.monotonic() - asked.at
    if waited_s > _RESTART_S and not _is_served():
        return (
            "The worker that judges pictures is not running. Start Verity with "
            "`python -m dashboard run`, or the worker alone with "
            "`python -m dashboard worker --name score-1 --queue score`, and try again."
        )
    if waited_s > _SOON_S and waited_s < LOADING_S and _is_loading():
        st.session_state[_LOADED] = time.monotonic()  # patience begins when that has ended
    since = max(asked.at, st.session_state.get(_LOADED, 0.0))
    if time.monotonic() - since > PATIENCE_S:
        return (
            f"Expected an answer within {PATIENCE_S} seconds. Received none: the worker is busy or "
            "stuck, see logs/score-1.log. Try again."
        )
    return None


def _draw_wait(waited_s: float) -> None:
    text = "Looking at the picture ..."
    if waited_s > _SOON_S and _is_loading():
        text = f"Loading the detector, once after a start: about 10 s, {waited_s:.0f} s so far ..."
    elif waited_s > _LONG_S:
        text = "Still at it: after a long rest the detector is loaded anew, about 10 s ..."
    with st.container(horizontal=True, vertical_alignment="center", key="try-wait"):
        st.markdown(f":material/hourglass_top: {text}")
        st.button("Cancel", key="try-cancel", type="tertiary", on_click=_cancel)


def _is_served() -> bool:
    return any(name.startswith(QUEUE) for name in running_workers(settings()))


def _is_loading() -> bool:
    _, job_id = st.session_state.get(_WARMED, (None, ""))
    try:
        return bool(job_id) and resources.jobs().get_job(job_id).is_active
    except VerityError:
        return False  # its row was cleared: it ended long ago


def _cancel() -> None:
    asked = st.session_state.get(_ASKED)
    _take_back()
    if asked is not None:
        st.session_state[_ANSWER] = asked.question, _CANCELLED


def _take_back() -> None:
    """Delete what lies between page and worker, and stop the job."""
    asked = st.session_state.pop(_ASKED, None) or st.session_state.pop(_REST, None)
    if asked is None:
        return
    Handover(settings(), asked.place).drop()
    try:
        resources.jobs().cancel(asked.job_id)
    except VerityError:
        return  # it has ended


def forget() -> None:
    """Forget the question and the answer."""
    _take_back()
    st.session_state.pop(_ANSWER, None)
