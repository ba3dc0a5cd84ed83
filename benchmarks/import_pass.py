"""What an import costs a file, in one process, beside peers: processor seconds on one corpus."""

import importlib.util
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import imagehash
from PIL import Image
from upath import UPath

from benchmarks.corpus import N_FILES, make_corpus
from benchmarks.rows import Row
from core.curation.ingest import Analysed, DetectFaces, analyse, inspect
from core.faces.detect import detect
from core.images.storage import Store
from core.types import NormaliseRule, SourceFile
from db import imports
from db.engine import open_engine, writing
from db.schema import upgrade

STRETCH = 200
"""Files a transaction, as in the jobs."""


def measure(folder: Path, n_files: int = N_FILES) -> list[Row]:
    """Make the corpus and measure ours and the peers that are installed.

    Args:
        folder: Not read: the corpus is always the same made one.
        n_files: In the corpus.
    """
    with tempfile.TemporaryDirectory() as scratch:
        paths = make_corpus(Path(scratch) / "corpus", n_files)
        megabytes = sum(path.stat().st_size for path in paths) / 1e6
        ours = {
            "analysis": lambda: _analyse_only(paths),
            "full import, no faces": lambda: _import(paths, Path(scratch) / "a", lambda _: []),
            "full import, with faces": lambda: _import(paths, Path(scratch) / "b", detect),
            "imagehash pHash": lambda: _hash_only(paths),
        }
        rows = [_timed(name, n_files, work, f"{megabytes:.0f} MB") for name, work in ours.items()]
        return [*rows, *(_peer(name, n_files, paths[0].parent) for name in PEERS)]


def _timed(name: str, n_files: int, work: Callable[[], object], note: str = "") -> Row:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Row(
        name,
        n_files,
        cpu_s=time.process_time() - cpu,
        wall_s=time.perf_counter() - wall,
        note=note,
    )


def _analyse_only(paths: Sequence[Path]) -> None:
    for path in paths:
        inspect(path.read_bytes())


def _hash_only(paths: Sequence[Path]) -> None:
    for path in paths:
        with Image.open(path) as image:
            imagehash.phash(image)


def _import(paths: Sequence[Path], home: Path, faces: DetectFaces) -> None:
    """Do in one process what the jobs do: list, analyse, store, settle."""
    home.mkdir()
    database = open_engine(f"sqlite:///{home / 'verity.sqlite'}")
    upgrade(database)
    store = Store(UPath(home) / "files", scratch=home / "tmp")
    root = paths[0].parent
    with writing(database) as session:
        imports.list_files(session, "job", "corpus", (SourceFile(path.name) for path in paths))
    for start in range(0, len(paths), STRETCH):
        with writing(database) as session:
            files = imports.pending_files(session, "job", start, start + STRETCH)
        found = [(file, _take_in(store, root / file.key, faces)) for file in files]
        with writing(database) as session:
            imports.settle_all(session, "job", found)
    database.dispose()


def _take_in(store: Store, path: Path, faces: DetectFaces) -> Analysed:
    data = path.read_bytes()
    seen = analyse(data, NormaliseRule.CROP, faces)
    store.put("originals", seen.checksum, data)
    store.put("normalised", seen.checksum, seen.normalised)
    store.put("thumbnails", seen.checksum, seen.thumbnail)
    return seen


def _peer(name: str, n_files: int, folder: Path) -> Row:
    if importlib.util.find_spec(name) is None:
        return Row(name, n_files, note=f"not measured: pip install {name}")
    return _timed(name, n_files, lambda: PEERS[name](folder))


def _imagededup(folder: Path) -> None:
    from imagededup.methods import PHash  # type: ignore[import-not-found,unused-ignore]

    PHash(verbose=False).find_duplicates(image_dir=str(folder), max_distance_threshold=6)


def _cleanvision(folder: Path) -> None:
    from cleanvision import Imagelab  # type: ignore[import-not-found,unused-ignore]

    Imagelab(data_path=str(folder)).find_issues(n_jobs=1, verbose=False)


def _fastdup(folder: Path) -> None:
    import fastdup  # type: ignore[import-not-found,unused-ignore]

    fastdup.create(input_dir=str(folder)).run(num_threads=1, overwrite=True)


def _fiftyone(folder: Path) -> None:
    import fiftyone  # type: ignore[import-not-found,unused-ignore]
    import fiftyone.brain as brain  # type: ignore[import-not-found,unused-ignore]

    brain.compute_exact_duplicates(fiftyone.Dataset.from_images_dir(str(folder)))


PEERS: dict[str, Callable[[Path], None]] = {
    "imagededup": _imagededup,
    "cleanvision": _cleanvision,
    "fastdup": _fastdup,
    "fiftyone": _fiftyone,
}
