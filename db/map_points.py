"""The map of faces: where each image stands."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from db.parts import PART, parts
from db.tables import MapPointRow

Fingerprint = tuple[int, int, float]


def points(session: Session) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the (n,) numbers of the images on the map, sorted, and their (n, 2) places."""
    query = select(MapPointRow.image_id, MapPointRow.x, MapPointRow.y)
    rows = session.connection().execute(query.order_by(MapPointRow.image_id)).all()
    ids = np.array([row[0] for row in rows], np.int64)
    return ids, np.array([row[1:] for row in rows], np.float32).reshape(-1, 2)


def fingerprint(session: Session) -> Fingerprint:
    """Return figures that differ between two maps: to know a map that was read before."""
    figures = (func.count(), func.sum(MapPointRow.image_id), func.sum(MapPointRow.x))
    n, numbers, x = session.execute(select(*figures)).one()
    return n, int(numbers or 0), float(x or 0)


def add_points(session: Session, ids: NDArray[np.int64], places: NDArray[np.float32]) -> None:
    """Put images on the map that are not on it yet; the others stay where they are.

    Args:
        ids: (n,) numbers of stored images.
        places: (n, 2) where they stand.
    """
    for start in range(0, len(ids), PART):
        here = slice(start, start + PART)
        rows = [
            {"image_id": number, "x": x, "y": y}
            for number, (x, y) in zip(ids[here].tolist(), places[here].tolist(), strict=True)
        ]
        session.execute(insert(MapPointRow), rows)


def remove_points(session: Session, ids: Sequence[int]) -> None:
    """Take images off the map."""
    for part in parts(ids):
        session.execute(delete(MapPointRow).where(MapPointRow.image_id.in_(part)))
