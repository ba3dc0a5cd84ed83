"""Drawing the map of faces, and putting new images on it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.curation.identities import Numbers, Vectors
from core.curation.projection import LANDMARKS, Points, Progress, choose_landmarks, lay_out, place
from core.errors import InvalidInput
from dashboard.jobs.child import Report
from dashboard.jobs.context import Context
from db import followed, identities, map_points
from db.engine import reading, writing

_READ = 0.05
_DRAWN = 0.95


def draw_map(
    context: Context, job_id: str, author: str, arguments: Mapping[str, Any], report: Report
) -> dict[str, Any]:
    """Put the described images on the map that are not on it, or draw it anew.

    Args:
        arguments: `anew`, whether to move the images that are on it; `seed`.

    Returns:
        How many images are `on_map`, and how many of them were `placed` now.

    Raises:
        InvalidInput: If no face is described.
    """
    report(0.0, "Reading faces")
    with reading(context.database) as session:
        ids, vectors = followed.follow_faces().read(session)
        mapped, points = map_points.points(session)
    if not len(ids):
        raise InvalidInput(
            "Expected images whose faces are described. Received none: run `faces --wait` first."
        )
    stays = np.isin(mapped, ids)
    if arguments["anew"] or not stays.any():
        stays = np.zeros(len(mapped), np.bool_)
        new, places = ids, _lay_out(context, ids, vectors, arguments["seed"], report)
    else:
        new = np.setdiff1d(ids, mapped)
        at_landmarks = np.searchsorted(ids, mapped[stays])
        places = _place(new, ids, vectors, at_landmarks, points[stays], report)
    report(_DRAWN, "Storing the map")
    with writing(context.database) as session:
        map_points.remove_points(session, mapped[~stays].tolist())
        map_points.add_points(session, new, places)
    return {"on_map": len(ids), "placed": len(new)}


def _lay_out(context: Context, ids: Numbers, vectors: Vectors, seed: int, report: Report) -> Points:
    with reading(context.database) as session:
        names = identities.names_of(session, ids.tolist())
    return lay_out(vectors, names, _within(report), seed=seed)


def _place(
    new: Numbers, ids: Numbers, vectors: Vectors, at: Numbers, points: Points, report: Report
) -> Points:
    """Place new images among at most `LANDMARKS` of those on the map."""
    chosen = choose_landmarks([None] * len(at), LANDMARKS)
    rows = np.searchsorted(ids, new)
    return place(vectors, rows, vectors[at[chosen]], points[chosen], _within(report))


def _within(report: Report) -> Progress:
    """Report a phase's progress as that of the job, at most a hundred times."""
    said: set[tuple[str, int]] = set()

    def tell(message: str, done: int, total: int) -> None:
        percent = (message, 100 * done // total)
        if percent not in said:
            said.add(percent)
            report(_READ + (_DRAWN - _READ) * done / total, message, done, total)

    return tell
