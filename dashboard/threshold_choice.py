"""The threshold that is looked at: in the URL, with what it was chosen by in the session."""

import streamlit as st

from dashboard.proposing import BY_HAND
from dashboard.scores import Operating
from dashboard.threshold.told import START, Choice
from dashboard.thresholds import shown

_CHOICE, _IN_URL = "threshold-choice", "t"


def chosen_now(run_id: int, start: Operating) -> Choice:
    """Return what was let go last, where `?t=` still says so; else what `?t=` or the start says."""
    value = _value_in_url(start.value)
    kept = st.session_state.get(f"{_CHOICE}-{run_id}")
    if isinstance(kept, Choice) and kept.value == value:
        return kept
    band = None if start.low is None or start.high is None else (start.low, start.high)
    is_start = value == start.value
    return Choice(value, START if is_start else BY_HAND, band=band if is_start else None)


def _value_in_url(otherwise: float) -> float:
    try:
        value = float(st.query_params.get(_IN_URL, otherwise))
    except ValueError:
        return otherwise
    return value if 0 <= value <= 1 else otherwise


def remember(run_id: int, choice: Choice) -> None:
    """Keep what was chosen; its threshold stands in the URL. For callbacks."""
    st.session_state[f"{_CHOICE}-{run_id}"] = choice
    st.query_params[_IN_URL] = shown(choice.value)
