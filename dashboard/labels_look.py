"""Labels: the run that judges them, what it could judge, and what its word is worth."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.types import Event, Run
from dashboard import evaluation_view, job_view, resources
from dashboard.text import count, moment, plain

CHANCE_AUC, GOOD_AUC = 0.6, 0.9


def follow_look() -> None:
    """Draw the job that looks for mistakes, if one works or broke off."""
    current = job_view.find_current(job_view.list_jobs("mislabelled"))
    if current:
        job_view.follow(current.id)


def look_form(trained: Sequence[Run], *, is_first: bool) -> None:
    """Draw the choice of the run that judges, and the button that starts it."""
    st.caption(
        "A detector is asked about images that it was not trained on. Where it is sure of the "
        "other label, either the label is wrong or the detector is: you decide."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run = evaluation_view.choose_run(trained)
        join = st.toggle(
            "Join folds",
            value=True,
            key="join-folds",
            help="If the run's version is a fold of several, take the scores of runs with the same "
            "settings on the other folds too: together they judge every image.",
        )
        st.button(
            "Look for mistakes",
            key="start-look",
            icon=":material/search:",
            type="primary" if is_first else "secondary",
            on_click=_start,
            args=(run.id, join),
        )


def _start(run_id: int, join: bool) -> None:
    resources.start(resources.jobs().find_label_mistakes, run_id, join_folds=join)


def show_worth(look: Event) -> None:
    """Say what was judged and what was not, and how far the detector's word goes."""
    told = look.after
    is_weak, words = worth(told)
    said = f"{coverage(look.subject_id, told)} {moment(look.at)}, by {plain(look.actor)}."
    if is_weak:
        st.warning(words, icon=":material/warning:")
        st.caption(said)
    else:
        st.caption(f"{words} {said}")


def worth(told: Mapping[str, Any]) -> tuple[bool, str]:
    """Return whether the detector is near chance, and what its AUC means for suggestions.

    The words follow a simulation in which 5 % of the labels were turned: at an AUC of 0.77 one
    suggestion in seven was right, at 0.90 one in two, at 0.94 four in five
    (`tests/core/curation/test_label_mistakes.py`).
    """
    auc, interval = float(told["auc"]), told["auc_interval"]
    between = f", 95 % interval {interval[0]:.2f} to {interval[1]:.2f}" if interval else ""
    figure = f"AUC {auc:.2f} on the judged images, taking their labels as right{between}."
    if min([auc, *(interval or [])]) < CHANCE_AUC:
        return True, f"{figure} It may be little better than chance: its suggestions mean little."
    if auc < GOOD_AUC:
        return False, f"{figure} Expect more of the detector's mistakes here than of the labels'."
    return False, f"{figure} Expect some of the detector's own mistakes among the suggestions."


def coverage(run_id: int, told: Mapping[str, Any]) -> str:
    """Say how many images were judged, how many were not, and why."""
    others = [str(other) for other in told["runs"] if other != run_id]
    joined = f" with {', '.join(others)} on the other folds" if others else ""
    words = [f"Run {run_id}{joined} judged {count(told['judged'], 'active image')}."]
    if told["by_validation"]:
        words.append(
            f"{told['by_validation']:,} of them by validation scores, which also chose the epoch: "
            "a wrong label may hide there."
        )
    if told["generated"]:
        words.append(f"{told['generated']:,} are fakes made here: never in doubt.")
    reasons = {
        "trained_on": "that it was trained on",
        "unscored": "outside its dataset version",
        "unlabelled": "without a label",
    }
    left_out = [f"{told[name]:,} {reason}" for name, reason in reasons.items() if told[name]]
    if left_out:
        words.append(f"Not judged: {', '.join(left_out)}.")
    return " ".join(words)
