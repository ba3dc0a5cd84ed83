"""Installations as the jobs leave them, made in this process, for tests of other things.

To start workers costs seconds: only the tests of the jobs themselves do.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from plant import plant
from upath import UPath

from core.images.storage import Storages
from dashboard.home import open_database, open_store
from dashboard.jobs import facing, freezing, generating, importing, pairing
from dashboard.jobs.context import Context
from dashboard.settings import Settings

ROOT = Path(__file__).parents[1]
FACES = ROOT / "examples" / "faces"


@contextmanager
def opened(root: Path) -> Iterator[Context]:
    """Open an installation for jobs that are done here."""
    settings = Settings(home=root, user="tester")
    database = open_database(settings)
    try:
        yield Context(settings, database, open_store(settings), Storages(settings.root))
    finally:
        database.dispose()


def rows(root: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask an installation's database itself."""
    with closing(sqlite3.connect(root / "verity.sqlite")) as database:
        return database.execute(query).fetchall()


def copy_faces(folder: Path, n_identities: int, n_pictures: int) -> Path:
    """Copy some pictures of some of the demo's identities, a folder each."""
    identities = sorted(path for path in FACES.iterdir() if path.is_dir())
    for identity in identities[:n_identities]:
        (folder / identity.name).mkdir(parents=True)
        for picture in sorted(identity.glob("*.jpg"))[:n_pictures]:
            shutil.copy(picture, folder / identity.name)
    return folder


def copy_photographs(folder: Path, n_identities: int, n_pictures: int) -> Path:
    """Copy them with the planted trouble among them."""
    plant(copy_faces(folder, n_identities, n_pictures))
    return folder


def import_folder(
    root: Path, folder: Path, label: str = "unknown", manifest: str | None = None
) -> dict[str, int]:
    """Import a folder, near-duplicates included; return what became of its files."""
    with opened(root) as context:
        storage = context.storages.register(UPath(folder))
        job_id = f"import of {storage}"
        wishes = {"storage": storage, "manifest": manifest, "label": label, "rule": None}
        *_, n_files = importing.list_files(context, job_id, wishes)
        importing.settle_files(context, job_id, 0, n_files)
        counts = importing.reconcile(context, job_id, "ada")
        found, new = pairing.candidates(context)
        pairing.check(context, found)
        pairing.finish(context, new)
        return counts


def measure_faces(root: Path) -> None:
    """Measure the faces of all images."""
    with opened(root) as context:
        for first, last in facing.list_stretches(context, 1000):
            facing.measure_batch(context, first - 1, last, limit=1000)


def make_fakes(root: Path) -> None:
    """Make a self-blended fake of every genuine image."""
    arguments = {"generator": "self-blended", "params": {}, "seed": 0, "limit": None}
    with opened(root) as context:
        generating.generate(context, "fakes", "tester", arguments, lambda *told, **more: None)


def freeze(root: Path) -> None:
    """Freeze a version by the usual rule."""
    with opened(root) as context:
        freezing.freeze(context, "tester", {"test_fraction": 0.3, "seed": 0, "sources": []})
