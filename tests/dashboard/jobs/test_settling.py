"""The steps of an import in one process: what is decoded, what is stored, what is known."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from upath import UPath

from core.errors import Conflict
from core.images.checksum import checksum
from core.images.storage import Kind, Storages, Store
from core.types import Face, RgbImage
from dashboard.jobs import importing
from dashboard.jobs.context import Context
from dashboard.settings import Settings
from db import imports
from db.engine import open_engine, reading
from db.schema import upgrade

WISHES: dict[str, Any] = {"manifest": None, "label": "genuine", "rule": None}
KINDS: tuple[Kind, ...] = ("originals", "normalised", "thumbnails")


class Eyes:
    """A face detector that counts the pictures it was shown: one for every decoded file."""

    n_shown = 0

    def __call__(self, pixels: RgbImage) -> list[Face]:
        self.n_shown += 1
        return []


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    home = tmp_path / "home"
    home.mkdir()
    database = open_engine(f"sqlite:///{home / 'verity.sqlite'}")
    upgrade(database)
    store = Store(UPath(home) / "files", scratch=home / "tmp")
    yield Context(Settings(home=home), database, store, Storages(home))
    database.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures, a copy of one of them, and a broken file twice."""
    path = tmp_path / "photographs"
    path.mkdir()
    (path / "a.jpg").write_bytes(jpeg(1))
    (path / "b.jpg").write_bytes(jpeg(2))
    shutil.copy(path / "a.jpg", path / "c.jpg")
    for name in ("d.jpg", "e.jpg"):
        (path / name).write_bytes(jpeg(3)[:700])
    return path


def jpeg(seed: int) -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(seed).integers(0, 256, (90, 60, 3), np.uint8)
    Image.fromarray(noise).save(buffer, "JPEG")
    return buffer.getvalue()


def settle(context: Context, folder: Path, job_id: str, batch: int = 50) -> tuple[int, Any]:
    """Import a folder batch by batch; return how many files were decoded, and the counts."""
    eyes = Eyes()
    storage = context.storages.register(UPath(folder))
    *_, n_files = importing.list_files(context, job_id, {"storage": storage, **WISHES})
    for start in range(0, n_files, batch):
        importing.settle_files(context, job_id, start, start + batch, eyes)
    return eyes.n_shown, importing.reconcile(context, job_id, "ada")


def test_a_list_that_was_cut_short_is_begun_anew(
    context: Context, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LISTED_FILES", 2)
    wishes = {"storage": context.storages.register(UPath(folder)), **WISHES, "rule": "letterbox"}
    n_files = sum(path.is_file() for path in folder.rglob("*"))
    first = importing.list_files(context, "job", wishes)
    assert next(first) == 2
    with reading(context.database) as session:
        assert imports.find_rule(session) is None  # nobody has imported anything yet
    second = [*importing.list_files(context, "job", wishes)]
    assert second == [*range(2, n_files, 2), n_files]
    with pytest.raises(Conflict, match="a second one's files"):
        next(first)
    with reading(context.database) as session:
        assert imports.outcomes(session, "job")["waiting"] == n_files
        assert imports.find_rule(session) == "letterbox"
    with pytest.raises(Conflict, match="Received 'crop'"):
        [*importing.list_files(context, "another", {**wishes, "rule": "crop"})]


def test_an_import_whose_files_wait_does_not_end_well() -> None:
    importing.refuse_unsettled({"new": 3, "waiting": 0})
    with pytest.raises(Conflict, match="1,200 that wait"):
        importing.refuse_unsettled({"new": 3, "waiting": 1200})


@pytest.mark.parametrize("batch", [1, 2, 50])
def test_equal_bytes_are_decoded_once(context: Context, folder: Path, batch: int) -> None:
    n_decoded, counts = settle(context, folder, "job", batch)
    assert n_decoded == 2
    assert counts == {"new": 2, "known": 1, "rejected": 2, "waiting": 0}


def test_known_images_are_not_decoded_again(context: Context, folder: Path) -> None:
    settle(context, folder, "first")
    n_decoded, counts = settle(context, folder, "second")
    assert n_decoded == 0
    assert counts == {"new": 0, "known": 3, "rejected": 2, "waiting": 0}


@pytest.mark.parametrize("kind", KINDS)
def test_a_known_image_that_lost_a_file_is_made_whole(
    context: Context, folder: Path, kind: Kind
) -> None:
    settle(context, folder, "first")
    name = checksum((folder / "a.jpg").read_bytes())
    lost = context.store.read(kind, name)
    context.store.path(kind, name).unlink()
    n_decoded, counts = settle(context, folder, "second")
    assert n_decoded == 1
    assert counts["known"] == 3
    assert context.store.read(kind, name) == lost


def test_files_without_a_row_are_settled_as_new(context: Context, folder: Path) -> None:
    """As a kill leaves them, between storing the files and writing the row."""
    data = (folder / "a.jpg").read_bytes()
    for kind in KINDS:
        context.store.put(kind, checksum(data), data)
    n_decoded, counts = settle(context, folder, "job")
    assert n_decoded == 2
    assert counts["new"] == 2
