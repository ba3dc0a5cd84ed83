"""What an import costs a file, in one process, beside peers: processor seconds on one corpus.

Start-up is not counted, ours or theirs. Peers run under the Python that VERITY_PEERS_PYTHON (or
`--peers-python`) names, for what they ask for does not go together with ours.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from upath import UPath

from benchmarks import peers
from benchmarks.corpus import N_FILES, make_corpus
from benchmarks.rows import Row
from core.curation.ingest import DetectFaces, inspect
from core.faces.detect import detect
from core.images.checksum import checksum
from core.images.storage import Storages, Store
from core.types import ImageFacts
from dashboard.jobs import importing
from dashboard.jobs.context import Context
from dashboard.jobs.workflows.importing import BATCH_FILES
from dashboard.settings import Settings
from db.engine import open_engine
from db.schema import upgrade

PEERS_PYTHON = "VERITY_PEERS_PYTHON"
_PEER_LIMIT_S = 1800


def measure(folder: Path, n_files: int = N_FILES) -> list[Row]:
    """Make the corpus and measure ours and the peers that are installed.

    Args:
        folder: Not read: the corpus is always the same made one.
        n_files: In the corpus.
    """
    with tempfile.TemporaryDirectory() as scratch:
        paths = make_corpus(Path(scratch) / "corpus", n_files)
        megabytes = sum(path.stat().st_size for path in paths) / 1e6
        work: dict[str, Callable[[], object]] = {
            "analysis": lambda: _analyse_only(paths),
            "full import, no faces": lambda: _import(paths, Path(scratch) / "a", lambda _: []),
            "full import, with faces": lambda: _import(paths, Path(scratch) / "b", detect),
        }
        ours = [_timed(name, n_files, act, f"{megabytes:.0f} MB") for name, act in work.items()]
        theirs = [_peer(name, n_files, paths[0].parent) for name in peers.PEERS]
        return [*ours, *(_compared(row, ours) for row in theirs)]


def _timed(name: str, n_files: int, work: Callable[[], object], note: str) -> Row:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Row(
        name,
        n_files,
        cpu_s=time.process_time() - cpu,
        wall_s=time.perf_counter() - wall,
        rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        note=note,
    )


def _analyse_only(paths: Sequence[Path]) -> None:
    seen: dict[str, ImageFacts] = {}
    for path in paths:
        data = path.read_bytes()
        name = checksum(data)
        if name not in seen:
            seen[name] = inspect(data, name=name)


def _import(paths: Sequence[Path], home: Path, find_faces: DetectFaces) -> None:
    """Do in one process what the jobs do, by their own steps: list, settle, reconcile."""
    home.mkdir()
    database = open_engine(f"sqlite:///{home / 'verity.sqlite'}")
    upgrade(database)
    storages, store = Storages(home), Store(UPath(home) / "files", scratch=home / "tmp")
    context = Context(Settings(), database, store, storages)
    wishes = {"manifest": None, "label": "genuine", "rule": None}
    storage = storages.register(UPath(paths[0].parent))
    *_, n_files = importing.list_files(context, "job", {"storage": storage, **wishes})
    for start in range(0, n_files, BATCH_FILES):
        importing.settle_files(context, "job", start, start + BATCH_FILES, find_faces)
    counts = importing.reconcile(context, "job", "ada")
    if counts["new"] + counts["known"] != len(paths):
        raise RuntimeError(f"Expected {len(paths)} images. Received {counts}: nothing is compared.")
    database.dispose()


def _peer(name: str, n_files: int, folder: Path) -> Row:
    python = os.environ.get(PEERS_PYTHON, sys.executable)
    command = [python, peers.__file__, name, str(folder)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_PEER_LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return Row(name, n_files, note=f"not measured: took over {_PEER_LIMIT_S} s")
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["it was killed"])[-1]
        return Row(name, n_files, note=f"not measured: {why}; {PEERS_PYTHON} names its Python")
    return Row(name, n_files, **json.loads(done.stdout.splitlines()[-1]))


def _compared(peer: Row, ours: Sequence[Row]) -> Row:
    """Say how many times our processor seconds a peer took."""
    if peer.cpu_s is None:
        return peer
    told = [f"{peer.cpu_s / row.cpu_s:.2f} x our {row.name}" for row in ours if row.cpu_s]
    return replace(peer, note=", ".join(told))
