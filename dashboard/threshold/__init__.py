"""A slider over the operating threshold whose figures move with it, without the server."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.component import component

_COMPONENT = component(Path(__file__).parent)


def threshold_slider(
    value: float,
    counts: NDArray[np.int64],
    histogram: NDArray[np.int64],
    *,
    key: str,
    on_change: Callable[[float], None],
) -> None:
    """Draw the slider with the rates, the confusion matrix and the scores at its place.

    Args:
        value: Threshold in [0, 1], in steps of 0.001.
        counts: (1001, 4) of `core.evaluation.threshold.threshold_counts`.
        histogram: (2, n) genuine and fake images by score, in n equal bins from 0 to 1.
        key: Stable name; another one starts a new slider.
        on_change: Told the threshold when the slider is released.
    """
    _COMPONENT(
        key=key,
        data={"value": value, "counts": counts.tolist(), "histogram": histogram.tolist()},
        on_value_change=lambda: on_change(st.session_state[key]["value"]),
    )
