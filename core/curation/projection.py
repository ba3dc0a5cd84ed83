"""A map of faces: a place in two dimensions for each, where those that are alike stand together.

Up to `LANDMARKS` faces are laid out by t-SNE; every other one is placed among the landmarks that
it is most like. So time is bounded, and new faces find their place without moving the old.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.curation.identities import Numbers, Vectors, check_pairing

LANDMARKS = 10_000
NEIGHBOURS = 5
"""Of the landmarks, among which another face is placed."""

_PERPLEXITY = 30
_N_EXAGGERATED, _N_ITERATIONS = 250, 500
_REPORT_EVERY = 25
_FEWEST = 5  # t-SNE has no neighbourhoods to keep among fewer
_SHARPNESS = 20.0  # a landmark less like by a cosine of 0.05 counts 1 / e
_BLOCK_CELLS = 1 << 23

Points = NDArray[np.float32]
Progress = Callable[[str, int, int], None]
"""Is told what is done now, and how much of how much: may raise to stop it."""


def lay_out(
    vectors: Vectors,
    names: Sequence[str | None],
    report: Progress,
    *,
    seed: int = 0,
    n_landmarks: int = LANDMARKS,
) -> Points:
    """Give every face a place; the same faces and seed give the same map.

    Args:
        vectors: (n, 128) float32, length 1 each.
        names: (n,) who each is said to show; everybody has a landmark while there are enough.
        report: Told of the progress.
        seed: Of the choice of landmarks and of t-SNE.
        n_landmarks: At most so many faces are laid out by t-SNE.

    Returns:
        (n, 2) float32 without a unit.

    Raises:
        InvalidInput: If `vectors` and `names` differ in length.

    Reference: van der Maaten & Hinton (2008), "Visualizing data using t-SNE"; Policar, Strazar &
    Zupan (2024), "openTSNE: a modular Python library for t-SNE".
    """
    check_pairing(vectors, names)
    chosen = choose_landmarks(names, n_landmarks, seed)
    points = np.empty((len(vectors), 2), np.float32)
    points[chosen] = _embed(vectors[chosen], report, seed)
    rest = np.setdiff1d(np.arange(len(vectors)), chosen)
    points[rest] = place(vectors, rest, vectors[chosen], points[chosen], report)
    return points


def choose_landmarks(names: Sequence[str | None], limit: int, seed: int = 0) -> Numbers:
    """Choose images at random, first one of every name, then a second, and so on.

    Args:
        names: (n,) who each image is said to show; those that nobody named are taken for one.
        limit: At most so many.

    Returns:
        Places in `names`, counted from 0, sorted.
    """
    shuffled = np.random.default_rng(seed).permutation(len(names))
    if len(names) <= limit:
        return np.sort(shuffled)
    seen: dict[str | None, int] = defaultdict(int)
    turns = np.empty(len(names), np.int64)
    for at, index in enumerate(shuffled.tolist()):
        turns[at] = seen[names[index]]
        seen[names[index]] += 1
    return np.sort(shuffled[np.argsort(turns, kind="stable")[:limit]])


def place(
    vectors: Vectors, rows: Numbers, landmarks: Vectors, points: Points, report: Progress
) -> Points:
    """Place faces at the mean of the landmarks most like them, the nearest by far the weightiest.

    Args:
        vectors: (n, 128) float32, length 1 each.
        rows: (m,) which of them to place.
        landmarks: (k, 128) float32, length 1 each; at least one.
        points: (k, 2) where the landmarks stand.
        report: Told of the progress.

    Returns:
        (m, 2) float32.
    """
    placed = np.empty((len(rows), 2), np.float32)
    step = max(1, _BLOCK_CELLS // len(landmarks)) if len(landmarks) else 1
    n_near = min(NEIGHBOURS, len(landmarks))
    for begin in range(0, len(rows), step):
        report("Placing the other faces", begin, len(rows))
        near, cosines = _nearest(vectors[rows[begin : begin + step]] @ landmarks.T, n_near)
        weights = np.exp(_SHARPNESS * (cosines - cosines[:, :1]))
        weights /= weights.sum(axis=1, keepdims=True)
        placed[begin : begin + step] = np.einsum("nk,nkd->nd", weights, points[near])
    return placed


def _nearest(cosines: Vectors, n: int) -> tuple[Numbers, Vectors]:
    """Return the columns of the `n` largest cosines of each row, falling, and these; uses them up.

    Repeated `argmax` takes a tenth of the time of `argpartition`.
    """
    rows = np.arange(len(cosines))
    near = np.empty((len(cosines), n), np.int64)
    found = np.empty((len(cosines), n), np.float32)
    for rank in range(n):
        near[:, rank] = cosines.argmax(axis=1)
        found[:, rank] = cosines[rows, near[:, rank]]
        cosines[rows, near[:, rank]] = -np.inf
    return near, found


def _embed(vectors: Vectors, report: Progress, seed: int) -> Points:
    """Lay faces out by t-SNE, starting from their principal components."""
    if len(vectors) < _FEWEST:
        return _principal(vectors)
    from openTSNE import TSNE

    total, done = _N_EXAGGERATED + _N_ITERATIONS, 0

    def tell(iteration: int, error: float, embedding: object) -> None:
        nonlocal done
        done += _REPORT_EVERY
        report(f"Laying {len(vectors):,} faces out", done, total)

    report(f"Laying {len(vectors):,} faces out", 0, total)
    method = TSNE(
        perplexity=min(_PERPLEXITY, (len(vectors) - 1) / 3),
        metric="cosine",
        neighbors="exact",
        negative_gradient_method="bh",
        early_exaggeration_iter=_N_EXAGGERATED,
        n_iter=_N_ITERATIONS,
        n_jobs=1,  # its threads wait for each other by spinning: on a busy machine for minutes
        random_state=seed,
        callbacks=tell,
        callbacks_every_iters=_REPORT_EVERY,
    )
    return np.asarray(method.fit(vectors), np.float32)


def _principal(vectors: Vectors) -> Points:
    """Return the first two principal components."""
    points = np.zeros((len(vectors), 2), np.float32)
    if len(vectors) > 1:
        left, size, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
        points[:, : len(size)] = (left * size)[:, :2]
    return points


def inside(points: Points, polygon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark the points inside of a polygon, which may cross itself.

    Args:
        points: (n, 2).
        polygon: (k, 2) its corners in order; the last is joined to the first.

    Returns:
        (n,) True where a ray to the right crosses an odd number of edges.

    Reference: Shimrat (1962), "Algorithm 112: Position of point relative to polygon".
    """
    marks = np.zeros(len(points), np.bool_)
    if not len(polygon):
        return marks
    lows, highs = polygon.min(axis=0), polygon.max(axis=0)
    near = np.flatnonzero(((points >= lows) & (points <= highs)).all(axis=1))
    x, y = points[near].astype(np.float64).T
    is_inside = np.zeros(len(near), np.bool_)
    for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if y1 != y2:
            crosses = (y1 > y) != (y2 > y)
            is_inside ^= crosses & (x < x1 + (y - y1) * (x2 - x1) / (y2 - y1))
    marks[near] = is_inside
    return marks
