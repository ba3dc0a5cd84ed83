"""The slices of a run's images: what is known of these, read once, and the figures, counted once.

What is kept is shared by all sessions and never changed.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.evaluation.cuts import Cut, cuts_of
from core.evaluation.slices import Measure, Slice, compare_slices, whole_of
from core.types import Run, Split
from dashboard import evaluation, resources
from dashboard.slice_words import KINDS, MEASURES, title_of
from db.changes import newest_revision
from db.slices import facts_of

__all__ = ["KINDS", "MEASURES", "cuts", "find_rows", "slices", "title_of", "whole"]


def cuts(run: Run, split: Split) -> list[Cut]:
    """Return every way to cut the images that a run was scored on, by what is known of them now."""
    with resources.session() as session:
        revision = newest_revision(session)
    return _cuts(run.id, split, run.finished_at, revision, run)


@st.cache_resource(show_spinner="Reading what is known of the images ...", max_entries=8)
def _cuts(
    run_id: int, split: Split, finished_at: datetime | None, revision: int, _run: Run
) -> list[Cut]:
    ids = evaluation.scored(_run, split).image_ids
    with resources.session() as session:
        return cuts_of(facts_of(session, resources.catalogue(), ids))


def slices(run: Run, split: Split, threshold: float) -> list[Slice]:
    """Return the figures of every slice at a threshold."""
    with resources.session() as session:
        revision = newest_revision(session)
    return _slices(run.id, split, run.finished_at, revision, threshold, run)


@st.cache_resource(show_spinner="Comparing slices ...", max_entries=8)
def _slices(
    run_id: int,
    split: Split,
    finished_at: datetime | None,
    revision: int,
    threshold: float,
    _run: Run,
) -> list[Slice]:
    data = evaluation.scored(_run, split)
    cut = _cuts(run_id, split, finished_at, revision, _run)
    return compare_slices(cut, data.scores, data.is_fake, data.groups, threshold)


def whole(run: Run, split: Split, threshold: float) -> dict[Measure, float | None]:
    """Return each measure over all images."""
    data = evaluation.scored(run, split)
    return whole_of(data.scores, data.is_fake, threshold)


def find_rows(found: Sequence[Cut], key: str) -> NDArray[np.int64] | None:
    """Return the positions of the images of a slice by its key; None if there is no such slice."""
    kind, _, name = key.partition(":")
    for cut in found:
        if cut.kind == kind and name in cut.names:
            rows: NDArray[np.int64] = cut.at[cut.codes == cut.names.index(name)]
            return rows
    return None
