"""All near pairs among random hashes with planted ones, and a small batch against a million.

The batch is measured as pure search, and as an import does it: from the database and back.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert

from benchmarks.rows import Row
from core.curation.duplicates import RADIUS_BITS, near_pairs, near_pairs_between
from core.images.hashes import HASH_VERSION
from dashboard.home import open_database, open_storages, open_store
from dashboard.jobs.context import Context
from dashboard.jobs.pairing import candidates, finish
from dashboard.settings import Settings
from db.engine import open_engine, writing
from db.schema import upgrade
from db.tables import HashRow, ImageRow

SIZES = ((100_000, 6), (100_000, 8), (1_000_000, 6), (1_000_000, 8))
N_BATCH = 1_000
N_QUERIES = 300
N_PEER = 10_000
PLANTED = 0.01
_CHUNK = 20_000


def measure(folder: Path) -> list[Row]:
    """Measure every size in a process of its own; the folder is not read."""
    rows = [_alone(_all_pairs, n, radius_bits) for n, radius_bits in SIZES]
    rows += [_alone(_batch, 1_000_000, radius_bits) for radius_bits in (6, 8)]
    rows += _from_database(1_000_000)
    return [*rows, _alone(_all_pairs, N_PEER, 6), _alone(_imagededup, N_PEER, 6)]


def _alone(work: Callable[..., Row], *arguments: object) -> Row:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


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


def _from_database(n: int) -> Iterator[Row]:
    """Add a thousand to a home of n images, at first without and then with the packed hashes."""
    with tempfile.TemporaryDirectory() as place:
        _alone(_fill, n, place)
        for name in ("batch, database, first", "batch, database"):
            yield _alone(_pairing, n, place, name)


def _fill(n: int, place: str) -> Row:
    """Store images with the three hashes that an import computes; the last thousand are new."""
    database = open_engine(f"sqlite:///{Path(place) / 'verity.sqlite'}")
    upgrade(database)
    hashes = planted(n, RADIUS_BITS)
    mirrored = np.random.default_rng(2).integers(0, 1 << 64, n, dtype=np.uint64)
    named = {"phash": hashes, "phash-mirrored": mirrored, "dhash": mirrored}
    for start in range(0, n, _CHUNK):
        ids = range(start, min(start + _CHUNK, n))
        with writing(database) as session:
            session.execute(insert(ImageRow), [_image(i, is_paired=i < n - N_BATCH) for i in ids])
            rows = [_hash(i, name, int(of[i])) for i in ids for name, of in named.items()]
            session.execute(insert(HashRow), rows)
    return Row("fill", n)


def _image(i: int, *, is_paired: bool) -> dict[str, object]:
    fixed = {"format": "JPEG", "notes": [], "label": "unknown", "status": "active", "n_faces": 1}
    sizes = {"size_bytes": 9_000, "width_px": 250, "height_px": 250, "revision": 1}
    return {"id": i + 1, "checksum": f"{i:064x}", "is_paired": is_paired, **fixed, **sizes}


def _hash(i: int, name: str, value: int) -> dict[str, object]:
    named = {"algorithm": name, "version": HASH_VERSION}
    return {"image_id": i + 1, "value": f"{value:016x}", **named}


def _pairing(n: int, place: str, name: str) -> Row:
    """Find the candidates of the new images; the second time, note them as compared too."""
    home = Settings(home=Path(place))
    context = Context(home, open_database(home), open_store(home), open_storages(home))
    cpu, wall = time.process_time(), time.perf_counter()
    found, new = candidates(context)
    if not name.endswith("first"):
        finish(context, new)
    cpu_s, wall_s, mb = time.process_time() - cpu, time.perf_counter() - wall, _peak_mb()
    i, j = (np.array([getattr(c, end) - 1 for c in found]) for end in ("left_id", "right_id"))
    share = recall(planted(n, RADIUS_BITS), i, j, RADIUS_BITS)
    note = f"added to {n - len(new):,}, read from SQLite; {len(found):,} candidates"
    return Row(name, len(new), cpu_s, wall_s, mb, recall=share, note=note)


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
