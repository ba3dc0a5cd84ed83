"""The operating threshold's way: proposed with a reason, approved by a second person, in force."""

from collections.abc import Callable, Sequence

import streamlit as st
from sqlalchemy.orm import Session

from core.types import Run, Split, Threshold
from dashboard import resources
from dashboard.auth import actor
from dashboard.evaluation import scored
from dashboard.proposing import policy_for, state_of
from dashboard.text import moment, plain
from dashboard.text import threshold as shown
from dashboard.threshold.told import Choice
from dashboard.threshold_choice import band_of, costs_of, remember
from dashboard.threshold_words import bearing, described
from db import people, thresholds

_REASON = "threshold-reason"


def show(
    run: Run, split: Split, chosen: Choice, saved: Sequence[Threshold], in_force: Threshold | None
) -> None:
    """Draw which threshold is in force, the form for another, and the history."""
    st.subheader("Operating threshold of this run", anchor=False)
    _say_in_force(in_force)
    _form(run, split, chosen)
    _history(saved, in_force)


def show_waiting(saved: Sequence[Threshold]) -> None:
    """Draw the thresholds that wait for a second person."""
    for each in saved:
        if each.decision is None:
            _proposal(each)


def _say_in_force(in_force: Threshold | None) -> None:
    if in_force is None:
        st.info(
            "No threshold is in force: scoring gives no verdict yet. Propose one; a second person "
            "approves it.",
            icon=":material/gavel:",
        )
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/verified: **{shown(in_force.value)} is in force.** {bearing(in_force)} "
            f"Proposed by {plain(in_force.author)}, approved by {_decided(in_force)}. "
            f"“{plain(in_force.reason)}”"
        )
        _noted(in_force, "Revoke", thresholds.revoke, ":material/undo:", "What speaks against it")


def _form(run: Run, split: Split, chosen: Choice) -> None:
    with st.form("propose-threshold", clear_on_submit=False):
        st.markdown(f"**Propose {shown(chosen.value)}** · {described(chosen, split)}")
        st.text_input(  # no `max_chars`: the browser would hold back a longer one without a word
            "Reason for this threshold",
            key=_REASON,
            help=f"Up to {thresholds.MAX_WORDS} characters",
            placeholder="For those who approve it, and for those who come later",
        )
        st.form_submit_button(
            f"Propose {shown(chosen.value)}",
            icon=":material/how_to_vote:",
            key="threshold-propose",
            on_click=_propose,
            args=(run, split, chosen),
        )


def _propose(run: Run, split: Split, chosen: Choice) -> None:
    validation = scored(run, Split.VALIDATION)
    policy = policy_for(chosen.value, chosen.mode, chosen.costs, validation)
    reason = str(st.session_state[_REASON])

    def change(session: Session) -> None:
        thresholds.propose(
            session,
            run.id,
            chosen.value,
            split,
            reason,
            author=actor(),
            band=chosen.band,
            policy=policy,
        )
        resources.afterwards(_clear_reason)
        resources.notify(
            "Proposed. It is in force once a second person approves it.", ":material/how_to_vote:"
        )

    resources.act(change)


def _clear_reason() -> None:
    st.session_state[_REASON] = ""


def _proposal(waiting: Threshold) -> None:
    """Draw a threshold that waits, with what the person at the screen may do about it."""
    is_own = people.is_same_person(waiting.author, actor())
    with st.container(border=True, key=f"proposal-{waiting.id}"):
        st.markdown(
            f":material/hourglass_top: **{shown(waiting.value)} waits for a second person.** "
            f"{bearing(waiting)} Proposed by {plain(waiting.author)} "
            f"{moment(waiting.created_at)}. “{plain(waiting.reason)}”"
        )
        with st.container(horizontal=True):
            _look(waiting)
            st.button(
                "Approve",
                key=f"approve-{waiting.id}",
                icon=":material/check:",
                type="primary",
                disabled=is_own,
                help="You proposed it: a second person approves it, under their own name."
                if is_own
                else None,
                on_click=_act,
                args=(thresholds.approve, waiting.id, "Approved: it is in force."),
            )
            if is_own:
                st.button(
                    "Withdraw",
                    key=f"withdraw-{waiting.id}",
                    icon=":material/undo:",
                    on_click=_act,
                    args=(thresholds.withdraw, waiting.id, "Withdrawn."),
                )
            else:
                _noted(waiting, "Decline", thresholds.decline, ":material/close:", "Why not")


def _look(waiting: Threshold) -> None:
    def look() -> None:
        choice = Choice(waiting.value, costs=costs_of(waiting), band=band_of(waiting))
        remember(waiting.run_id, choice)

    st.button("Look at it", key=f"look-{waiting.id}", icon=":material/visibility:", on_click=look)


def _noted(
    saved: Threshold, name: str, change: Callable[..., None], icon: str, question: str
) -> None:
    """Draw a button that asks for a note before it acts."""
    key = f"{name.lower()}-{saved.id}"

    def done() -> None:
        note = str(st.session_state.get(f"{key}-note", ""))
        resources.act(change, saved.id, note, actor=actor())

    with st.popover(name, icon=icon, key=f"{key}-open"):
        st.text_input(question, key=f"{key}-note", max_chars=thresholds.MAX_WORDS)
        st.button(f"{name} with this note", key=key, on_click=done)


def _act(change: Callable[..., None], threshold_id: int, message: str) -> None:
    def told(session: Session) -> None:
        change(session, threshold_id, actor=actor())
        resources.notify(message, ":material/check:")

    resources.act(told)


def _history(saved: Sequence[Threshold], in_force: Threshold | None) -> None:
    if not saved:
        return
    with st.expander(
        f"All thresholds proposed for this run ({len(saved)})", icon=":material/history:"
    ):
        st.table(
            {
                "Threshold": [shown(each.value) for each in saved],
                "State": [_state(each, in_force) for each in saved],
                "Reason": [plain(each.reason) for each in saved],
                "Proposed": [f"{plain(each.author)}, {moment(each.created_at)}" for each in saved],
                "Decided": [_decided(each) for each in saved],
                "Data version": [str(each.dataset_version or "unknown") for each in saved],
            },
            border="horizontal",
            hide_index=True,
        )


def _state(each: Threshold, in_force: Threshold | None) -> str:
    told = state_of(each, in_force)
    return {"in force": "**in force**", "waits": "waits for a second person"}.get(told, told)


def _decided(each: Threshold) -> str:
    if each.decided_by is None or each.decided_at is None:
        return ""
    note = f": {plain(each.decision_note)}" if each.decision_note else ""
    return f"{plain(each.decided_by)}, {moment(each.decided_at)}{note}"
