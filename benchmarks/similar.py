"""Similar images: the nearest to one among synthetic faces and hashes, exactly."""

import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.rows import Row
from core.curation.similar import nearest_faces, nearest_hashes

SIZES = (10_000, 100_000, 1_000_000)
N_QUESTIONS, N_NEAREST = 20, 200


def measure(folder: Path, sizes: tuple[int, ...] = SIZES) -> list[Row]:
    """Ask for the 200 nearest of several images; the folder is not used."""
    return [row for n in sizes for row in _measure(n)]


def _measure(n: int) -> list[Row]:
    draw = np.random.default_rng(n)
    vectors = draw.standard_normal((n, 128), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    hashes = draw.integers(0, 2**64, n, np.uint64)
    chosen = [int(i) for i in draw.integers(0, n, N_QUESTIONS)]
    faces = [partial(nearest_faces, vectors, vectors[i], N_NEAREST) for i in chosen]
    perceptual = [partial(nearest_hashes, hashes, int(hashes[i]), N_NEAREST) for i in chosen]
    note = f"the matrix has {vectors.nbytes / 1e6:.0f} MB"
    return [_timed("nearest faces", n, faces, note), _timed("nearest hashes", n, perceptual)]


def _timed(name: str, n: int, asks: Sequence[Callable[[], object]], note: str = "") -> Row:
    cpu, took = time.process_time(), []
    for ask in asks:
        started = time.perf_counter()
        ask()
        took.append((time.perf_counter() - started) * 1000)
    cpu_ms = (time.process_time() - cpu) * 1000 / len(asks)
    told = ", ".join(filter(None, [f"{cpu_ms:.0f} CPU ms each", note]))
    return Row(
        name,
        n,
        p50_ms=statistics.median(took),
        p95_ms=sorted(took)[int(0.95 * len(took))],
        note=told,
    )
