"""Review: a run's figures before and after its labels were corrected by settled verdicts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import plotly.graph_objects as go
import streamlit as st

from core.review.verdicts import ReviewVerdict
from dashboard import figure_words, resources, review_figures, widgets
from dashboard.charts import ACCENT, COSTLY, FAINT, empty_figure
from dashboard.review_charts import whiskers
from dashboard.review_figures import ReviewedFigures
from dashboard.text import count
from db import review_results
from db.review_items import Queue

if TYPE_CHECKING:
    from core.evaluation.bootstrap import Estimate
    from core.evaluation.metrics import Interval
    from core.review.outcomes import Change

SHOWN = ("false_positive_rate", "miss_rate", "accuracy", "auc")
"""The costly error first."""


def show(queue: Queue) -> None:
    """Draw the figures before and after, where the queue has a run."""
    if queue.run_id is None:
        return
    with resources.session() as session:
        said = review_results.verdicts_on_run(session, queue.run_id, queue_id=queue.id)
    found = _figures(queue.id, tuple(sorted(said.items())))
    st.markdown(f"**Run {queue.run_id} on its {queue.split} images, before and after**")
    if found.is_same or not found.changes:
        st.caption("What is settled so far corrects no label of these images: the figures stay.")
        return
    st.caption(corrected_words(found))
    st.plotly_chart(
        draw_changes(found.changes),
        key="reviewed-figures",
        config=widgets.CALM,
        alt="; ".join(change_words(name, found.changes[name]) for name in _shown(found.changes)),
    )
    for name in _shown(found.changes):
        st.caption(change_words(name, found.changes[name]))
    st.warning(f"{review_figures.CAUTION} {review_figures.AUDIT_HINT}", icon=":material/warning:")


@st.cache_data(show_spinner="Resampling people for the intervals ...", max_entries=16)
def _figures(queue_id: int, said: tuple[tuple[int, str], ...]) -> ReviewedFigures:
    """Return a queue's figures; `said` is part of the key: other verdicts, other figures."""
    with resources.session() as session:
        return review_figures.figures_of_queue(session, queue_id)


def corrected_words(found: ReviewedFigures) -> str:
    """Say what was corrected."""
    told = [review_figures.turned_words(found.n_turned)]
    n_out = found.counts.get(ReviewVerdict.IMAGE_UNUSABLE, 0)
    told.append(f"{count(n_out, 'unusable image')} left out" if n_out else "")
    what = ", ".join(filter(None, told))
    return f"{found.n_reviewed:,} of {count(found.n_images, 'image')} reviewed: {what}."


def _shown(changes: "Mapping[str, Change]") -> list[str]:
    return [
        name
        for name in SHOWN
        if name in changes and None not in (changes[name].before.value, changes[name].after.value)
    ]


def _words(name: str) -> figure_words.Words:
    return (figure_words.CALLS | figure_words.RANKING)[name]


def change_words(name: str, change: "Change") -> str:
    """Say how a figure changed, with its interval."""
    words = _words(name)
    before, after = change.before.value or 0.0, change.after.value or 0.0
    told = f"{words.label}: {words.form(before)} before, {words.form(after)} after"
    if change.difference is None:
        return told
    told += f"; {_signed(words, change.difference)}"
    if change.interval:
        low, high = change.interval
        told += f" (95 % interval {_signed(words, low)} to {_signed(words, high)})"
    return told


def _signed(words: figure_words.Words, value: float) -> str:
    return ("+" if value > 0 else "") + words.form(value)


def draw_changes(changes: "Mapping[str, Change]") -> go.Figure:
    """Draw every figure as two dots with their intervals, before above after."""
    names = _shown(changes)
    figure = empty_figure(height_px=72 * len(names) + 60)
    for at, (when, symbol) in enumerate((("before", "circle-open"), ("after", "circle"))):
        estimates = [getattr(changes[name], when) for name in names]
        values = [each.value for each in estimates]
        figure.add_scatter(
            x=values,
            y=[place + (at - 0.5) * 0.34 for place in range(len(names))],
            error_x=whiskers(values, [_ends(each) for each in estimates]),
            mode="markers",
            name=when.capitalize(),
            marker={
                "size": 11,
                "symbol": symbol,
                "color": [COSTLY if _words(name).is_costly else ACCENT for name in names],
                "line": {"width": 2},
            },
            text=[_words(name).form(value) for name, value in zip(names, values, strict=True)],
            hovertemplate=when.capitalize() + ": %{text}<extra></extra>",
        )
    figure.update_xaxes(range=[-0.02, 1.02], gridcolor=FAINT, zeroline=False, tickformat=".0%")
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=[_words(name).label for name in names],
        autorange="reversed",
        showgrid=False,
        zeroline=False,
    )
    return figure


def _ends(estimate: "Estimate") -> "Interval":
    """Return the interval of an estimate; where it has none, its value is both ends."""
    value = estimate.value or 0.0
    return estimate.interval or (value, value)
