"""Doors: from a figure of Evaluate to the images behind it; the URL holds what is asked for."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.types import Label
from dashboard.charts import CELLS

VIEW, MISTAKES_VIEW = "view", "mistakes"
MISTAKES, ALL = "mistakes", "all"
"""What is shown beside one of `charts.CELLS`: both kinds of mistakes, or every image."""

FILTERS = ("cell", "from", "to", "label", "generator", "slice")
"""Names in the URL."""

BELOW_1 = 0.999999999
"""Where a range ends that leaves out scores of 1; a float32 below 1 is at most 0.99999994."""


@dataclass(frozen=True)
class Asked:
    """What the gallery is asked to show; None where it is left open.

    Attributes:
        cell: MISTAKES, ALL or one of `charts.CELLS`.
        score_from: Lowest score, 0 to 1.
        score_to: Scores from here on are left out; 1 itself is shown where this is 1.
        label: Label when the version was frozen.
        slice: As `core.evaluation.slices` names it.
    """

    cell: str = MISTAKES
    score_from: float | None = None
    score_to: float | None = None
    label: Label | None = None
    generator: str | None = None
    slice: str | None = None


def open_images(
    *,
    score_from: float | None = None,
    score_to: float | None = None,
    label: str | None = None,
    generator: str | None = None,
    cell: str | None = None,
    slice: str | None = None,
) -> None:
    """Show the images that are meant in the part Mistakes of Evaluate; for callbacks.

    Args:
        score_from: Lowest score, 0 to 1.
        score_to: Scores from here on are left out; with 1, those of 1 are shown too.
        label: "genuine" or "fake", as frozen.
        generator: Name of the generator that made the images.
        cell: One of `charts.CELLS`, "mistakes" or "all". Without it all images that the rest asks
            for, or the mistakes where nothing else is asked for.
        slice: Name of a slice: `core.evaluation.slices.Slice.key`.
    """
    rest: dict[str, str | float | None] = {
        "from": score_from,
        "to": score_to,
        "label": label,
        "generator": generator,
        "slice": slice,
    }
    is_any = any(value is not None for value in rest.values())
    put(rest | {"cell": cell or (ALL if is_any else MISTAKES)})
    st.query_params[VIEW] = MISTAKES_VIEW


def put(query: Mapping[str, str | float | None]) -> None:
    """Write filters into the URL, from a callback; None takes one away. Begin at the first page."""
    for name, value in {**query, "page": None}.items():
        if value is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = value if isinstance(value, str) else score_text(value)


def asked() -> Asked:
    """Return what the URL asks for; what is nonsense in it is passed over."""
    query = st.query_params
    cell, label = query.get("cell", MISTAKES), query.get("label")
    return Asked(
        cell if cell in (MISTAKES, ALL, *CELLS) else MISTAKES,
        _score(query.get("from")),
        _score(query.get("to")),
        Label(label) if label in (Label.GENUINE.value, Label.FAKE.value) else None,
        query.get("generator") or None,
        query.get("slice") or None,
    )


def score_text(score: float) -> str:
    """Return a score as it stands in the URL: what a float32 tells apart stays apart."""
    return f"{score:.9g}"


def _score(text: str | None) -> float | None:
    try:
        value = float(text or "nan")
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= 1 else None


def clicked(key: str) -> Any:
    """Return the `customdata` of the mark of a chart that was clicked, for its `on_select`.

    A second click on one mark takes the selection back, which means the same mark again. None
    before the first click.
    """
    last = f"{key}-clicked"
    points = st.session_state[key]["selection"]["points"]
    if points:
        st.session_state[last] = points[0]["customdata"]
    return st.session_state.get(last)
