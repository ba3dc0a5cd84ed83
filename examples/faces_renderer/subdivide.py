"""One step of Catmull-Clark subdivision (1978) as a sparse matrix, so that it is done once."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from faces_renderer.arrays import Bools, Ints


def triangulate(quads: Ints) -> Ints:
    """Split (f, 4) quads into (2 f, 3) triangles."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def catmull_clark(quads: Ints, n_vertices: int) -> tuple[sparse.csr_matrix, Ints]:
    """Return the matrix of one subdivision step and the four times as many quads.

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

    quad_ids = np.repeat(np.arange(n_quads), 4).reshape(-1, 4)
    edge_ids = np.repeat(np.arange(n_edges), 2).reshape(-1, 2)
    face = _links(quad_ids, quads, (n_quads, n_vertices)) / 4
    middle = _links(edge_ids, edges, (n_edges, n_vertices)) / 2
    edge_faces = _links(edge_of, quad_ids, (n_edges, n_quads))
    is_border = _row_sums(edge_faces) < 2
    edge = _keep(~is_border) @ (middle / 2 + edge_faces @ face / 4) + _keep(is_border) @ middle
    around = _links(quads, quad_ids, (n_vertices, n_quads))
    spokes = _links(edges, edge_ids, (n_vertices, n_edges))
    vertex = _moved_vertices(face, middle, around, spokes, is_border)

    edge_row, face_row = n_vertices + edge_of, n_vertices + n_edges + np.arange(n_quads)
    fine = [
        np.stack([quads[:, i], edge_row[:, i], face_row, edge_row[:, i - 1]], axis=1)
        for i in range(4)
    ]
    return sparse.vstack([vertex, edge, face]).tocsr().astype(np.float32), np.concatenate(fine)


def _moved_vertices(
    face: sparse.csr_matrix, middle: sparse.csr_matrix, around: sparse.csr_matrix,
    spokes: sparse.csr_matrix, is_border: Bools,
) -> sparse.csr_matrix:  # fmt: skip
    """Return where the old vertices move: inner, border and unused ones each by their own rule."""
    identity = sparse.identity(around.shape[0])
    valence = np.maximum(_row_sums(spokes), 1)
    n_faces = np.maximum(_row_sums(around), 1)
    smooth = (
        sparse.diags(1 / (n_faces * valence)) @ around @ face
        + sparse.diags(2 / valence**2) @ spokes @ middle
        + sparse.diags((valence - 3) / valence) @ identity
    )
    rim = spokes @ _keep(is_border)
    border = 0.5 * identity + 0.25 * rim @ middle
    on_border, unused = _row_sums(rim) == 2, _row_sums(around) == 0
    return (
        _keep(~on_border & ~unused) @ smooth
        + _keep(on_border & ~unused) @ border
        + _keep(unused) @ identity
    )


def _links(rows: Ints, columns: Ints, shape: tuple[int, int]) -> sparse.csr_matrix:
    return sparse.csr_matrix((np.ones(rows.size), (rows.ravel(), columns.ravel())), shape)


def _keep(rows: Bools) -> sparse.dia_matrix:
    return sparse.diags(rows.astype(float))


def _row_sums(matrix: sparse.csr_matrix) -> Ints:
    return np.asarray(matrix.sum(axis=1)).ravel()
