"""A run's scores, read once for every session, and the images in a cell of its confusion matrix."""

from datetime import datetime

import numpy as np
import streamlit as st

from core.types import ImageRecord, Run, Split
from dashboard import resources
from dashboard.charts import CELLS
from dashboard.scores import Scored, load_scores
from db import images


def scored(run: Run, split: Split) -> Scored:
    """Return a run's scores on one split; empty arrays if it was never scored."""
    return _scored(run.id, split, run.finished_at)


@st.cache_data(show_spinner=False, max_entries=32)
def _scored(run_id: int, split: Split, finished_at: datetime | None) -> Scored:
    with resources.session() as session:
        return load_scores(session, run_id, split)


def images_in_cell(
    data: Scored, threshold: float, cell: str, *, offset: int, limit: int
) -> list[tuple[ImageRecord, float]]:
    """Return one page of the images in a cell of the confusion matrix, with their scores.

    Mistakes come worst first, right calls nearest to a mistake first: in both, the fakes by rising
    and the genuine images by falling score.
    """
    is_fake, called_fake = divmod(CELLS.index(cell), 2)
    chosen = (data.is_fake == is_fake) & ((data.scores >= threshold) == called_fake)
    rows = np.flatnonzero(chosen)  # scores fall from row to row
    rows = (rows[::-1] if is_fake else rows)[offset : offset + limit]
    with resources.session() as session:
        records = images.get_images(session, [int(each) for each in data.image_ids[rows]])
    return list(zip(records, [float(score) for score in data.scores[rows]], strict=True))
