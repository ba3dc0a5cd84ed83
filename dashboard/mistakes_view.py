"""Mistakes: the images behind any figure, a genuine one called fake first."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.review.verdicts import HARD_EXAMPLE
from core.rounding import percent
from core.types import Run, Split
from dashboard import (
    acting,
    charts,
    choices,
    doors,
    evaluation,
    gallery,
    mistake_filters,
    slice_charts,
    slicing,
    tagging,
    widgets,
)
from dashboard.acting import Act, Scope
from dashboard.doors import ALL, MISTAKES, Asked
from dashboard.gallery import Said
from dashboard.grid import Badge
from dashboard.scores import Scored
from dashboard.text import count
from dashboard.threshold_view import current

CELL_TITLES = {
    MISTAKES: "All mistakes",
    "genuine-called-fake": "Genuine called fake",
    "fakes-missed": "Missed fakes",
    "genuine-passed": "Genuine passed",
    "fakes-caught": "Fakes caught",
    ALL: "All images",
}
ORDERS = {
    "worst": "Worst first",
    "nearest": "Nearest to the threshold first",
    "high": "Highest score first",
    "low": "Lowest score first",
}
_MATRIX, _SCORES = "matrix", "score-bars"
_COST = np.array([2, 0, 1, 3])  # of `charts.CELLS`: the costly error is the first of all


@dataclass(frozen=True)
class Shown:
    """What the gallery shows.

    Attributes:
        rows: Positions in `data` of the images, in order.
    """

    data: Scored
    threshold: float
    rows: NDArray[np.int64]
    probabilities: NDArray[np.float64] | None

    def read(self, start: int, stop: int) -> list[Said]:
        """Return what is said of the images of one page."""
        return [self._said(row) for row in self.rows[start:stop].tolist()]

    def _said(self, row: int) -> Said:
        score, is_fake = float(self.data.scores[row]), bool(self.data.is_fake[row])
        badges = [gallery.call_badge(score, self.threshold, is_fake=is_fake, prefix="score ")]
        if self.probabilities is not None:
            badges.append(Badge(f"calibrated {percent(float(self.probabilities[row]), 0)}"))
        return Said(int(self.data.image_ids[row]), is_fake, tuple(badges))

    def ids(self) -> tuple[int, ...]:
        """Return the numbers of all images that are shown, on all pages."""
        return tuple(int(each) for each in self.data.image_ids[self.rows])


def show(run: Run, split: Split) -> None:
    """Draw the matrix and the scores as doors, and the images that were asked for."""
    data, threshold = evaluation.scored(run, split), current(run).value
    _show_doors(data, threshold)
    asked, found = doors.asked(), slicing.cuts(run, split)
    cell = choices.pick_word("cell", "Images", list(CELL_TITLES), CELL_TITLES.__getitem__)
    with st.container(horizontal=True, vertical_alignment="center", key="mistake-filters"):
        order = choices.pick_option("order", "Order", list(ORDERS), ORDERS.__getitem__)
        mistake_filters.show_menu(asked, found)
        mistake_filters.show_chips(asked)
    chosen = _chosen(data, threshold, asked, mistake_filters.matching(data, asked, found))
    rows = ordered(data, threshold, chosen, order)
    if not len(rows):
        _nothing(asked)
        return
    shown = Shown(data, threshold, rows, mistake_filters.probabilities(run, data))
    acts = st.container(horizontal=True, vertical_alignment="center", key="mistake-acts")
    selected = gallery.show(
        len(rows),
        shown.read,
        key="mistakes",
        label=CELL_TITLES[cell],
        selectable=True,
        among=shown.ids(),
    )
    with acts:
        _show_count(data, threshold, rows)
        _show_acts(run, split, cell, selected, shown)
    acting.ask()


def _show_doors(data: Scored, threshold: float) -> None:
    matrix, bars = st.columns([2, 3], gap="medium")
    cells = cells_of(data, threshold)
    counts = np.bincount(cells, minlength=len(charts.CELLS)).tolist()
    with matrix:
        st.plotly_chart(
            charts.draw_confusion(charts.confusion_values(counts)),
            key=_MATRIX,
            config=widgets.CALM,
            on_select=_open_cell,
            selection_mode="points",
            alt="Confusion matrix: {:,} genuine passed, {:,} genuine called fake, {:,} fakes "
            "missed, {:,} fakes caught".format(*counts),
        )
    with bars:
        st.plotly_chart(
            slice_charts.draw_scores(data.scores, data.is_fake, threshold),
            key=_SCORES,
            config=widgets.CALM,
            on_select=_open_bar,
            selection_mode="points",
            alt="Images by score, genuine ones upwards, fakes downwards",
        )
    st.caption(
        "Click a cell or a bar to list its images. Shares are of each row; red are genuine images "
        "called fake."
    )


def _open_cell() -> None:
    if cell := doors.clicked(_MATRIX):
        doors.open_images(cell=cell)


def _open_bar() -> None:
    if bar := doors.clicked(_SCORES):
        doors.open_images(score_from=bar[0], score_to=bar[1], label=bar[2])


def cells_of(data: Scored, threshold: float) -> NDArray[np.int64]:
    """Return for each image (n,) its cell of the matrix, as a place in `charts.CELLS`."""
    return (2 * data.is_fake + (data.scores >= threshold)).astype(np.int64)


def _chosen(
    data: Scored, threshold: float, asked: Asked, matching: NDArray[np.bool_]
) -> NDArray[np.int64]:
    cells = cells_of(data, threshold)
    if asked.cell == MISTAKES:
        matching = matching & np.isin(cells, (1, 2))
    elif asked.cell != ALL:
        matching = matching & (cells == charts.CELLS.index(asked.cell))
    return np.flatnonzero(matching)


def ordered(
    data: Scored, threshold: float, rows: NDArray[np.int64], order: str
) -> NDArray[np.int64]:
    """Return positions of images in one of ORDERS.

    The worst first: genuine images called fake by falling score, missed fakes by rising score, then
    the right calls in the same way, the nearest to a mistake first.
    """
    scores, is_fake = data.scores[rows], data.is_fake[rows]
    if order == "worst":
        rank = _COST[cells_of(data, threshold)[rows]]
        return rows[np.lexsort((np.where(is_fake, scores, -scores), rank))]
    keys = {"nearest": np.abs(scores - threshold), "high": -scores, "low": scores}
    return rows[np.argsort(keys[order], kind="stable")]


def _show_count(data: Scored, threshold: float, rows: NDArray[np.int64]) -> None:
    """Say how many images are shown, the costly ones first."""
    n_each = np.bincount(cells_of(data, threshold)[rows], minlength=len(charts.CELLS))
    words = [
        f"{n_each[at]:,} {CELL_TITLES[charts.CELLS[at]].lower()}"
        for at in np.argsort(_COST)
        if n_each[at]
    ]
    st.markdown(f"**{count(len(rows), 'image')}**: {', '.join(words)}", width="stretch")


def _nothing(asked: Asked) -> None:
    if asked == Asked():
        st.success("No mistakes at this threshold.", icon=":material/check:")
        return
    st.info("Nothing here: no image matches all of this.", icon=":material/filter_list_off:")
    st.button("Show all mistakes", key="all-mistakes", on_click=doors.open_images)


def _show_acts(run: Run, split: Split, cell: str, selected: Sequence[int], shown: Shown) -> None:
    """Draw what can be done with the selected images."""
    scope = Scope(len(selected), tuple(selected))
    request = partial(_request, scope)
    st.markdown(
        f"{len(selected):,} selected" if selected else "None selected",
        help="Click selects, with Shift or Ctrl several; double click or Enter opens. Arrows move, "
        "Space selects, Ctrl + A takes the page.",
        width="content",
    )
    st.button(
        "Hard example",
        key="tag-hard",
        icon=":material/fitness_center:",
        help=f"Tag as {HARD_EXAMPLE}: the next version can be given more of these",
        disabled=not selected,
        on_click=acting.request,
        args=(acting.tag_act(HARD_EXAMPLE), scope),
    )
    tagging.bulk_tags(request, is_off=not selected)
    acting.undo_button()
    mistake_filters.show_ways_on(run, split, cell, shown.threshold, selected, shown.ids())


def _request(scope: Scope, act: Act) -> None:
    acting.request(act, scope)
