import numpy as np
from sqlalchemy.orm import Session

from db import map_points
from tests.db.builders import add


def three(session: Session) -> list[int]:
    return [add(session, word) for word in "abc"]


def places(*rows: tuple[float, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array(rows, np.float32).reshape(-1, 2)


def test_no_map_is_empty(writer: Session) -> None:
    ids, points = map_points.points(writer)
    assert (ids.shape, points.shape) == ((0,), (0, 2))
    assert map_points.fingerprint(writer) == (0, 0, 0.0)


def test_points_come_back_by_number_and_can_be_taken_off(writer: Session) -> None:
    a, b, c = three(writer)
    map_points.add_points(writer, np.array([c, a]), places((1.5, -2), (3, 4)))
    map_points.add_points(writer, np.array([b]), places((0, 0.25)))
    ids, points = map_points.points(writer)
    assert ids.tolist() == [a, b, c]
    assert points.tolist() == [[3, 4], [0, 0.25], [1.5, -2]]
    map_points.remove_points(writer, [a, c])
    assert map_points.points(writer)[0].tolist() == [b]


def test_the_fingerprint_tells_maps_apart(writer: Session) -> None:
    a, b, _ = three(writer)
    seen = [map_points.fingerprint(writer)]
    for ids, where in (([a], (1, 2)), ([b], (1, 2)), ([b], (2, 2))):
        map_points.remove_points(writer, [a, b])
        map_points.add_points(writer, np.array(ids), places(where))
        seen.append(map_points.fingerprint(writer))
    assert len(set(seen)) == 4
