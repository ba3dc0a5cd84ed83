"""All near pairs among random hashes with planted ones, and a small batch against a million."""

import time
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.rows import Row
from core.curation.duplicates import near_pairs, near_pairs_between

SIZES = ((100_000, 6), (100_000, 8), (1_000_000, 6), (1_000_000, 8))
N_BATCH = 1_000
N_QUERIES = 300
N_PEER = 10_000
PLANTED = 0.01


def measure(folder: Path) -> list[Row]:
    """Measure every size in a process of its own; the folder is not read."""
    rows = [_alone(_all_pairs, n, radius_bits) for n, radius_bits in SIZES]
    rows += [_alone(_batch, 1_000_000, radius_bits) for radius_bits in (6, 8)]
    return [*rows, _alone(_all_pairs, N_PEER, 6), _alone(_imagededup, N_PEER, 6)]


def _alone(work: object, n: int, radius_bits: int) -> Row:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, n, radius_bits).result()  # type: ignore[arg-type]


def planted(n: int, radius_bits: int, seed: int = 0) -> NDArray[np.uint64]:
    """Return n random hashes, of which the last hundredth lie near others: within r + 2 bits."""
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 1 << 64, n, dtype=np.uint64)
    n_near = int(n * PLANTED)
    for i in range(n_near):
        bits = rng.choice(64, rng.integers(0, radius_bits + 3), replace=False)
        hashes[n - 1 - i] = hashes[i] ^ np.bitwise_or.reduce(np.uint64(1) << bits.astype(np.uint64))
    return hashes


def recall(
    hashes: NDArray[np.uint64], i: NDArray[np.int64], j: NDArray[np.int64], radius_bits: int
) -> float:
    """Return which share of 300 late hashes' near pairs was found; brute force is the truth."""
    last = np.arange(len(hashes) - N_BATCH, len(hashes))
    queries = np.random.default_rng(1).choice(last, N_QUERIES, replace=False)
    found = set(zip(i.tolist(), j.tolist(), strict=True))
    wanted = {
        (min(query, int(other)), max(query, int(other)))
        for query in queries.tolist()
        for other in np.flatnonzero(np.bitwise_count(hashes ^ hashes[query]) <= radius_bits)
        if other != query
    }
    return len(wanted & found) / len(wanted)


def _all_pairs(n: int, radius_bits: int) -> Row:
    hashes = planted(n, radius_bits)
    cpu, wall = time.process_time(), time.perf_counter()
    i, j, _ = near_pairs(hashes, radius_bits)
    cpu_s, wall_s, mb = time.process_time() - cpu, time.perf_counter() - wall, _peak_mb()
    share = recall(hashes, i, j, radius_bits)
    note = f"{len(i):,} pairs"
    return Row(f"all pairs, {radius_bits} bits", n, cpu_s, wall_s, mb, recall=share, note=note)


def _batch(n: int, radius_bits: int) -> Row:
    """Add a thousand as an import does: among all, and mirrored either way."""
    hashes = planted(n, radius_bits)
    n_old, new = n - N_BATCH, hashes[n - N_BATCH :]
    cpu, wall = time.process_time(), time.perf_counter()
    i, j, _ = near_pairs(hashes, radius_bits, n_old)
    for _ in range(2):
        near_pairs_between(new, hashes, radius_bits)
    cpu_s, wall_s, mb = time.process_time() - cpu, time.perf_counter() - wall, _peak_mb()
    note = f"added to {n_old:,}, plain and mirrored; {len(i):,} pairs"
    share = recall(hashes, i, j, radius_bits)
    return Row(f"batch, {radius_bits} bits", N_BATCH, cpu_s, wall_s, mb, recall=share, note=note)


def _imagededup(n: int, radius_bits: int) -> Row:
    name = f"imagededup, {radius_bits} bits"
    if find_spec("imagededup") is None:
        return Row(name, n, note="not measured: imagededup is not installed")
    from imagededup.methods import PHash  # type: ignore[import-not-found,unused-ignore]

    names = {str(k): f"{value:016x}" for k, value in enumerate(planted(n, radius_bits).tolist())}
    cpu, wall = time.process_time(), time.perf_counter()
    found = PHash().find_duplicates(encoding_map=names, max_distance_threshold=radius_bits)
    cpu_s, wall_s = time.process_time() - cpu, time.perf_counter() - wall
    note = f"{sum(map(len, found.values())) // 2:,} pairs"
    return Row(name, n, cpu_s, wall_s, _peak_mb(), note=note)


def _peak_mb() -> float:
    """Read this process' own peak; `getrusage` would count what its parent had."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6
