"""The morphable head: MakeHuman's CC0 base mesh, its targets and one round of subdivision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy import sparse

from faces_renderer.arrays import Floats, Ints

MODEL_PATH = Path(__file__).with_name("head_model.npz")
BASE_UNIT, TARGET_UNIT = 1e-4, 1e-3
REGIONS = ("lips", "eyelids", "ears", "inside-mouth")


@dataclass(frozen=True)
class HeadModel:
    """Everything about the head that no person changes.

    Attributes:
        base: (n, 3) neutral positions; x to the image's right, y up, z toward the camera.
        targets: Name to (vertex indices, offsets of those vertices).
        refine: (m, n) Catmull-Clark matrix from coarse body vertices to fine ones.
        triangles: (t, 3) fine triangles of the body, counter-clockwise seen from outside.
        fine_base: (m, 3) refined neutral positions, the coordinates that textures stick to.
        regions: Name to (m,) weight in [0, 1] of a painted region.
        eyes: Coarse vertices of the image-left and the image-right eyeball.
        lashes: (k, 4) coarse quads of the eyelash strips.
        teeth: (k, 4) coarse quads of the upper teeth.
    """

    base: Floats
    targets: Mapping[str, tuple[Ints, Floats]]
    refine: sparse.csr_matrix
    triangles: Ints
    fine_base: Floats
    regions: Mapping[str, Floats]
    eyes: tuple[Ints, Ints]
    lashes: Ints
    teeth: Ints

    def shape(self, weights: Mapping[str, float]) -> Floats:
        """Return the coarse vertices after adding every target times its weight."""
        vertices = self.base.copy()
        for name, weight in weights.items():
            index, offsets = self.targets[name]
            vertices[index] += np.float32(weight) * offsets
        return vertices


def catmull_clark(quads: Ints, n_vertices: int) -> tuple[sparse.csr_matrix, Ints]:
    """Return the matrix of one Catmull-Clark step and the four times as many quads.

    Args:
        quads: (f, 4) vertex indices.
        n_vertices: Number of vertices that the indices point into.

    Returns:
        An (n + e + f, n) matrix for e edges, and (4 f, 4) quads into its rows.
    """
    n_quads = len(quads)
    corners = np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2)
    edges, edge_of = np.unique(np.sort(corners, axis=1), axis=0, return_inverse=True)
    edge_of = edge_of.reshape(n_quads, 4)
    n_edges = len(edges)
    ones = np.ones

    def matrix(rows: Ints, columns: Ints, shape: tuple[int, int]) -> sparse.csr_matrix:
        return sparse.csr_matrix((ones(rows.size), (rows.ravel(), columns.ravel())), shape)

    quad_ids = np.repeat(np.arange(n_quads), 4).reshape(-1, 4)
    face = matrix(quad_ids, quads, (n_quads, n_vertices)) / 4
    edge_faces = matrix(edge_of, quad_ids, (n_edges, n_quads))
    edge_ids = np.repeat(np.arange(n_edges), 2).reshape(-1, 2)
    middle = matrix(edge_ids, edges, (n_edges, n_vertices)) / 2
    is_border = np.asarray(edge_faces.sum(axis=1)).ravel() < 2
    inner = sparse.diags((~is_border).astype(float))
    edge = inner @ (middle / 2 + edge_faces @ face / 4) + sparse.diags(is_border * 1.0) @ middle

    around = matrix(quads, quad_ids, (n_vertices, n_quads))
    spokes = matrix(edges, edge_ids, (n_vertices, n_edges))
    valence = np.maximum(np.asarray(spokes.sum(axis=1)).ravel(), 1)
    n_faces = np.maximum(np.asarray(around.sum(axis=1)).ravel(), 1)
    identity = sparse.identity(n_vertices)
    smooth = (
        sparse.diags(1 / (n_faces * valence)) @ around @ face
        + sparse.diags(2 / valence**2) @ spokes @ middle
        + sparse.diags((valence - 3) / valence) @ identity
    )
    rim = spokes @ sparse.diags(is_border * 1.0)
    on_border = np.asarray(rim.sum(axis=1)).ravel() == 2
    border = 0.5 * identity + 0.25 * rim @ middle
    untouched = np.asarray(around.sum(axis=1)).ravel() == 0
    vertex = (
        sparse.diags((~on_border & ~untouched).astype(float)) @ smooth
        + sparse.diags((on_border & ~untouched).astype(float)) @ border
        + sparse.diags(untouched * 1.0) @ identity
    )
    edge_row, face_row = n_vertices + edge_of, n_vertices + n_edges + np.arange(n_quads)
    fine = [
        np.stack([quads[:, i], edge_row[:, i], face_row, edge_row[:, i - 1]], axis=1)
        for i in range(4)
    ]
    return sparse.vstack([vertex, edge, face]).tocsr().astype(np.float32), np.concatenate(fine)


def triangulate(quads: Ints) -> Ints:
    """Split (f, 4) quads into (2 f, 3) triangles."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


@cache
def load_model() -> HeadModel:
    """Read the model beside this file; the result is shared, so treat it as read-only."""
    data = np.load(MODEL_PATH)
    base = data["vertices"].astype(np.float32) * np.float32(BASE_UNIT)
    quads = data["faces body"].astype(np.int64)
    refine, fine_quads = catmull_clark(quads, len(base))
    targets = {}
    for key in data.files:
        if key.startswith("index "):
            name = key.removeprefix("index ")
            offsets = data[f"offset {name}"].T.astype(np.float32) * np.float32(TARGET_UNIT)
            targets[name] = (data[key].astype(np.int64), offsets)
    regions = {name: refine @ (data[f"region {name}"].astype(np.float32) / 255) for name in REGIONS}
    left, right = (np.unique(data[f"faces helper-{side}-eye"]).astype(np.int64) for side in "rl")
    return HeadModel(
        base=base,
        targets=targets,
        refine=refine,
        triangles=triangulate(fine_quads),
        fine_base=refine @ base,
        regions=regions,
        eyes=(left, right),
        lashes=data["faces eyelashes"].astype(np.int64),
        teeth=data["faces helper-upper-teeth"].astype(np.int64),
    )
