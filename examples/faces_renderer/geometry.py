"""Build one picture's surfaces in camera space: the posed head, clothes, glasses and strands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from faces_renderer.arrays import Floats, Ints, floats
from faces_renderer.glasses import build_glasses
from faces_renderer.hair import grow_hair
from faces_renderer.model import load_model
from faces_renderer.person import Person
from faces_renderer.raster import vertex_normals
from faces_renderer.shot import Shot
from faces_renderer.skin import smooth_step
from faces_renderer.strands import Strands, measure_scalp
from faces_renderer.subdivide import triangulate
from faces_renderer.whiskers import grow_beard, grow_brows, grow_lashes

PIVOT = floats([0, 6.2, 0.25])  # the head turns about the top of the neck
NOSE, MOUTH_LEFT, MOUTH_RIGHT = (0, 6.925, 1.678), (-0.257, 6.614, 1.425), (0.257, 6.614, 1.425)
EYE_SCALE = 0.985  # a little smaller than the lids' inside, so that no eyeball pokes through


@dataclass(frozen=True)
class Eye:
    """An eyeball in camera space."""

    centre: Floats
    radius: float


@dataclass(frozen=True)
class Geometry:
    """Everything to draw, in camera space.

    Attributes:
        vertices, normals: (n, 3) of the body, then of the solid extras.
        triangles: (t, 3); the first `n_body` rows are the body's.
        n_body: Number of body triangles.
        n_glasses: Number of glasses triangles, which follow the body's; teeth come last.
        cloth: (m,) signed depth below the neckline per body vertex; positive is cloth.
        eyes: Image-left and image-right eyeball.
        strands: Hair of every kind.
        landmarks: (5, 3) eyes, nose tip and mouth corners, image-left before image-right.
        rotation: (3, 3) of the head.
        face: Middle of the face.
    """

    vertices: Floats
    normals: Floats
    triangles: Ints
    n_body: int
    n_glasses: int
    cloth: Floats
    eyes: tuple[Eye, Eye]
    strands: list[Strands]
    landmarks: Floats
    rotation: Floats
    face: Floats


def build(person: Person, shot: Shot) -> Geometry:
    """Return the surfaces of one picture."""
    model = load_model()
    coarse = _level(model.shape(_open_eyes(person.shape) | _expression(person, shot)))
    fine = (model.refine @ coarse).astype(np.float32)
    normals = vertex_normals(fine, model.triangles)
    head = measure_scalp(fine, normals)
    jitter = np.random.default_rng([shot.seed, 8])
    strands = [*grow_hair(person, head, jitter), *grow_beard(person, head)]
    strands += [grow_brows(person, head), grow_lashes(person, coarse)]
    cloth = neckline(model.fine_base, shot.neckline)
    dressed = fine + normals * (0.055 * smooth_step(-0.01, 0.09, cloth))[:, None]
    frame, frame_triangles = build_glasses(person, coarse, fine)
    teeth, teeth_triangles = _teeth(coarse)

    turn, body = rotation(shot.yaw, shot.pitch, shot.roll), rotation(shot.body_yaw, 0, 0)
    pieces = [dressed, frame, teeth]
    triangles = [model.triangles, frame_triangles + len(fine)]
    triangles.append(teeth_triangles + len(fine) + len(frame))
    vertices = pose(np.concatenate(pieces), turn, body)
    joined = np.concatenate(triangles)
    eyes = tuple(_eye(coarse[index], turn, body) for index in model.eyes)
    marks = [fine[np.argmin(((model.fine_base - floats(p)) ** 2).sum(axis=1))]
             for p in (NOSE, MOUTH_LEFT, MOUTH_RIGHT)]  # fmt: skip
    front = turn @ floats([0, 0, 1])
    landmarks = np.stack([
        *(eye.centre + eye.radius * front for eye in eyes), *pose(np.stack(marks), turn, body)
    ])  # fmt: skip
    chin = fine[np.argmin(((model.fine_base - floats([0, 6.25, 1.45])) ** 2).sum(axis=1))]
    return Geometry(
        vertices=vertices,
        normals=vertex_normals(vertices, joined),
        triangles=joined,
        n_body=len(model.triangles),
        n_glasses=len(frame_triangles),
        cloth=cloth,
        eyes=(eyes[0], eyes[1]),
        strands=[replace(s, paths=_pose_paths(s.paths, turn, body)) for s in strands],
        landmarks=landmarks.astype(np.float32),
        rotation=turn,
        face=(landmarks[:2].mean(axis=0) + pose(chin[None], turn, body)[0]) / 2,
    )


def _level(coarse: Floats) -> Floats:
    """Move a body so that its eyes lie at the neutral eyes' height: people differ in stature.

    The neck would otherwise twist in the face of the short and in the chest of the tall.
    """
    model = load_model()
    eyes = np.concatenate(model.eyes)
    shift = coarse[eyes].mean(axis=0) - model.base[eyes].mean(axis=0)
    return np.asarray(coarse - shift * floats([0, 1, 1]), np.float32)


def _open_eyes(shape: dict[str, float]) -> dict[str, float]:
    """Widen the eyes a little: the neutral mesh has heavy lids."""
    return shape | {"eye-opened-up": 0.24, "eye-scale-incr": shape.get("eye-scale-incr", 0) + 0.25}


def _expression(person: Person, shot: Shot) -> dict[str, float]:
    blink = {"eye-closure": 0.12 * max(0.0, shot.pitch / 0.2)}
    return shot.mood | blink


def rotation(yaw: float, pitch: float, roll: float) -> Floats:
    """Return the matrix that nods by `pitch`, turns by `yaw`, then tilts by `roll`."""
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(a), np.sin(a)) for a in (yaw, pitch, roll))
    nod = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    tilt = np.array([[cr, sr, 0], [-sr, cr, 0], [0, 0, 1]])
    return floats(tilt @ turn @ nod)


def pose(points: Floats, head: Floats, body: Floats) -> Floats:
    """Turn (n, 3) points: the head by `head`, the shoulders by `body`, the neck between."""
    offset = points - PIVOT
    part = smooth_step(5.7, 6.45, points[:, 1])[:, None]
    return np.asarray(part * (offset @ head.T) + (1 - part) * (offset @ body.T), np.float32)


def _pose_paths(paths: Floats, head: Floats, body: Floats) -> Floats:
    """Pose strands; their lower ends follow the shoulders a little less than the neck does."""
    return pose(paths.reshape(-1, 3), head, body).reshape(paths.shape)


def neckline(base: Floats, kind: str) -> Floats:
    """Return how far below the collar's edge each base position lies."""
    x, y, z = np.abs(base[:, 0]), base[:, 1], base[:, 2]
    edge = 5.86 - 0.20 * (z - 0.1)
    edge = (
        edge
        + {
            "crew": 0 * x,
            "jacket": 0 * x,
            "v": -0.75 * np.maximum(0, 0.42 - x) * (z > 0.2),
            "scoop": -0.35 * smooth_step(0.75, 0.0, x) * (z > 0.1),
            "high": 0.17 + 0 * x,
        }[kind]
    )
    return np.asarray(edge - y, np.float32)


def _eye(ball: Floats, head: Floats, body: Floats) -> Eye:
    centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
    radius = float((ball.max(axis=0) - ball.min(axis=0))[:2].mean() / 2)
    # the model's ball bulges at the cornea, so its middle lies a little too far forward
    centre = centre - floats([0, 0, 0.012])
    return Eye(pose(centre[None], head, body)[0], radius * EYE_SCALE)


def _teeth(coarse: Floats) -> tuple[Floats, Ints]:
    quads = load_model().teeth
    used, flat = np.unique(quads, return_inverse=True)
    return coarse[used], triangulate(flat.reshape(quads.shape))
