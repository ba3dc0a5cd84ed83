"""The threshold that is looked at: in the URL, with what it was chosen by in the session."""

from dataclasses import replace

import streamlit as st

from core.evaluation.operating_points import Costs
from core.evaluation.threshold import as_shown
from core.types import Threshold
from dashboard.proposing import BY_HAND
from dashboard.scores import Operating
from dashboard.text import threshold as shown
from dashboard.threshold.told import START, Choice, read_costs

_CHOICE, _IN_URL = "threshold-choice", "t"


def chosen_now(run_id: int, start: Operating, costs: Costs | None = None) -> Choice:
    """Return what was let go last, where `?t=` still says so; else what `?t=` or the start says.

    Args:
        run_id: The run that is looked at.
        start: The threshold that its slider starts from.
        costs: Those that were agreed on, where nobody has looked at others.
    """
    value = _value_in_url(start.value)
    kept = st.session_state.get(f"{_CHOICE}-{run_id}")
    if isinstance(kept, Choice) and kept.value == value:
        was_start = kept.mode == START and value != start.value  # another came in force since
        return replace(kept, mode=BY_HAND) if was_start else kept
    usual = costs or Costs()
    if value == start.value:
        return Choice(value, START, usual, band_of(start))
    return Choice(value, BY_HAND, usual)


def costs_of(saved: Threshold | None) -> Costs:
    """Return the costs that a saved threshold was chosen by; the usual ones where it was not."""
    return read_costs(saved.policy.get("costs") if saved else None)


def band_of(threshold: Operating | Threshold) -> tuple[float, float] | None:
    """Return where a threshold's uncertain band begins and ends, if it has one."""
    low, high = threshold.low, threshold.high
    return None if low is None or high is None else (low, high)


def _value_in_url(otherwise: float) -> float:
    try:
        value = as_shown(float(st.query_params[_IN_URL]))
    except (KeyError, ValueError):
        return otherwise
    return value if 0 <= value <= 1 else otherwise


def remember(run_id: int, choice: Choice) -> None:
    """Keep what was chosen; its threshold stands in the URL. For callbacks."""
    st.session_state[f"{_CHOICE}-{run_id}"] = choice
    st.query_params[_IN_URL] = shown(choice.value)
