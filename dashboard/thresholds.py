"""What the slider over the threshold is fed with: counts of a run on one split, counted once."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.evaluation.cuts import Cut
from core.evaluation.operating_points import MODES, Costs
from core.evaluation.threshold import threshold_counts, threshold_steps, threshold_table
from core.types import ImageRecord, Run, Split
from dashboard import resources
from dashboard.evaluation import scored
from dashboard.scores import Operating, Scored, saved_threshold, suggested_threshold
from db import images, thresholds

MAX_SLICES = 30
N_POOL = 20
"""Images of each label on each side of the starting threshold whose thumbnails are sent ahead."""


@dataclass(frozen=True)
class Counts:
    """Wrong calls at every step of a slider, and what they are a part of.

    Attributes:
        false_fake: (k,) genuine images called fake.
        false_genuine: (k,) fakes called genuine.
    """

    false_fake: NDArray[np.int64]
    false_genuine: NDArray[np.int64]
    n_genuine: int
    n_fake: int


@dataclass(frozen=True)
class Board:
    """What the slider needs of a run on one split.

    Attributes:
        steps: (k,) rising thresholds, the starting one among them.
        shown: Counts on the split that is looked at.
        chosen_on: Counts on validation, which the rules go by.
    """

    steps: NDArray[np.float64]
    shown: Counts
    chosen_on: Counts


@dataclass(frozen=True)
class PoolImage:
    """An image near the starting threshold, to be shown the moment its call changes."""

    image: ImageRecord
    score: float
    is_fake: bool


def starting(run: Run) -> Operating:
    """Return the threshold in force, else the one that the validation scores suggest."""
    with resources.session() as session:
        saved = thresholds.in_force(session, run.id)
    return saved_threshold(saved) or _suggested(run.id, run.finished_at, run)


@st.cache_data(show_spinner=False, max_entries=32)
def _suggested(run_id: int, finished_at: datetime | None, _run: Run) -> Operating:
    return suggested_threshold(scored(_run, Split.VALIDATION))


def rule_of(run: Run, value: float, costs: Costs, asked: str | None = None) -> str | None:
    """Return the rule that gives exactly this threshold on validation, or None.

    Where several do, it is the one asked for, else the first.
    """
    given = _rules(run.id, run.finished_at, astuple(costs), run)
    rules = [rule for rule, at in given.items() if at == value]
    return asked if asked in rules else next(iter(rules), None)


@st.cache_data(show_spinner=False, max_entries=32)
def _rules(
    run_id: int, finished_at: datetime | None, costs: tuple[float, ...], _run: Run
) -> dict[str, float]:
    validation = scored(_run, Split.VALIDATION)
    table = threshold_table(validation.scores, validation.is_fake)
    found = {rule: step_of(table, Costs(*costs)) for rule, step_of in MODES.items()}
    return {rule: float(table.steps[step]) for rule, step in found.items() if step is not None}


def board(run: Run, split: Split, start: float, *asked: float) -> Board:
    """Return a run's counts, counted once.

    Args:
        run: With scores.
        split: The one that is looked at.
        start: The starting threshold, and
        asked: other ones that must be among the steps.
    """
    usual = _board(run.id, split, run.finished_at, (start,), run)
    more = tuple(value for value in asked if value not in usual.steps)
    return _board(run.id, split, run.finished_at, (start, *more), run) if more else usual


@st.cache_data(show_spinner=False, max_entries=32)
def _board(
    run_id: int, split: Split, finished_at: datetime | None, values: Sequence[float], _run: Run
) -> Board:
    validation, data = scored(_run, Split.VALIDATION), scored(_run, split)
    base = validation if validation.scores.size else data
    steps = np.union1d(threshold_steps(base.scores, base.is_fake), list(values))
    return Board(steps, count(data, steps), count(validation, steps))


def count(
    data: Scored, steps: NDArray[np.float64], rows: NDArray[np.int64] | None = None
) -> Counts:
    """Count the wrong calls at every step, among some rows of the scores or among all."""
    chosen = slice(None) if rows is None else rows
    scores, is_fake = data.scores[chosen], data.is_fake[chosen]
    counts = threshold_counts(scores, is_fake, steps)
    n_fake = int(is_fake.sum())
    return Counts(counts[:, 1], counts[:, 2], len(is_fake) - n_fake, n_fake)


def largest(cut: Cut) -> list[tuple[str, NDArray[np.int64]]]:
    """Return the names and rows of a cut's largest slices."""
    named = zip(cut.names, cut.rows(), strict=True)
    return sorted(named, key=lambda each: -len(each[1]))[:MAX_SLICES]


def pool(data: Scored, start: float) -> list[PoolImage]:
    """Return the images nearest to a threshold, the genuine ones first, by falling score."""
    rows = np.concatenate([_nearest(data, start, is_fake=each) for each in (False, True)])
    return read_images(data, rows)


def _nearest(data: Scored, start: float, *, is_fake: bool) -> NDArray[np.int64]:
    of_label = np.flatnonzero(data.is_fake == is_fake)  # scores fall from row to row
    n_above = int((data.scores[of_label] >= start).sum())
    return of_label[max(0, n_above - N_POOL) : n_above + N_POOL]


def further_flips(data: Scored, start: float, value: float) -> list[PoolImage]:
    """Return images beyond the pool whose call differs at two thresholds.

    They follow those of the pool: of each label the nearest to the starting threshold.
    """
    rows = []
    for is_fake in (False, True):
        of_label = data.is_fake == is_fake
        flipped = np.flatnonzero(of_label & ((data.scores >= start) != (data.scores >= value)))
        nearest_first = flipped if value < start else flipped[::-1]
        rows.append(nearest_first[N_POOL : 2 * N_POOL])
    return read_images(data, np.concatenate(rows))


def read_images(data: Scored, rows: NDArray[np.int64]) -> list[PoolImage]:
    """Return the images of some rows of the scores, in their order."""
    with resources.session() as session:
        records = images.get_images(session, [int(each) for each in data.image_ids[rows]])
    return [
        PoolImage(record, float(data.scores[row]), bool(data.is_fake[row]))
        for record, row in zip(records, rows, strict=True)
    ]
