import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests import homes
from tests.homes import rows

pytestmark = [pytest.mark.slow]
N_PICTURES, N_COPIES = 6, 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some of the demo's photographs, with smaller copies of two of them."""
    into = tmp_path_factory.mktemp("photographs") / "people"
    into.mkdir()
    paths = sorted(homes.FACES.glob("*/*.jpg"))[:N_PICTURES]
    for path in paths:
        shutil.copy(path, into)
    for path in paths[:N_COPIES]:
        with Image.open(path) as image:
            image.resize((240, 240)).save(into / f"copy of {path.name}", quality=80)
    return into


@pytest.fixture(scope="module")
def imported_once(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("imported")
    homes.import_folder(root, folder)
    return root


@pytest.fixture
def imported(imported_once: Path, home: Any) -> Any:
    """A home that holds them."""
    shutil.copytree(imported_once, home.root)
    return home


def _change(home: Any, sql: str) -> None:
    with closing(sqlite3.connect(home.root / "verity.sqlite")) as connection, connection:
        connection.execute(sql)


def _age(home: Any) -> None:
    """Make the home look as if an older version had measured it, with other figures."""
    _change(home, "UPDATE images SET scores_version = 'checks-0', scores = '{\"gone\": 1}'")
    _change(home, "UPDATE image_hashes SET version = 'old', value = '0123456789abcdef'")


def _held(home: Any) -> dict[str, list[Any]]:
    """Return all that is measured, and the pairs, by checksum."""
    return {
        "images": rows(
            home.root,
            "SELECT checksum, scores, scores_version, is_paired FROM images ORDER BY checksum",
        ),
        "hashes": rows(
            home.root,
            "SELECT checksum, algorithm, version, value FROM image_hashes "
            "JOIN images ON images.id = image_id ORDER BY checksum, algorithm, version",
        ),
        "pairs": rows(
            home.root,
            "SELECT min(l.checksum, r.checksum), max(l.checksum, r.checksum), distance_bits, "
            "is_confirmed FROM pairs JOIN images l ON l.id = left_id "
            "JOIN images r ON r.id = right_id ORDER BY 1, 2",
        ),
    }


def test_what_is_measured_again_is_what_an_import_measures(imported: Any) -> None:
    home = imported
    home.work("cpu-1", "cpu", "flow")
    fresh = _held(home)
    assert sum(row[3] for row in fresh["pairs"]) >= N_COPIES
    assert home.run("status")["outdated"] == 0
    _age(home)
    ((kept,),) = rows(home.root, "SELECT min(id) FROM pairs")
    _change(home, "DELETE FROM pairs WHERE id > (SELECT min(id) FROM pairs)")
    _change(home, "UPDATE pairs SET verdict = 'not a duplicate', decided_by = 'ada'")
    assert home.run("status")["outdated"] == N_PICTURES + N_COPIES

    result = home.run("measure", "--wait")

    assert (result["measured"], result["unreadable"]) == (N_PICTURES + N_COPIES, 0)
    assert home.run("status")["outdated"] == 0
    assert _held(home) == fresh
    decided = rows(home.root, "SELECT id, decided_by FROM pairs WHERE verdict IS NOT NULL")
    assert decided == [(kept, "ada")]
    assert home.run("measure", "--wait")["measured"] == 0


def test_a_lost_or_damaged_original_is_counted_and_tried_again(imported: Any) -> None:
    home = imported
    home.work("cpu-1", "cpu", "flow")
    _age(home)
    originals = sorted(path for path in home.root.rglob("*") if _is_original(path))
    lost, damaged = originals[:2]
    kept = {path: path.read_bytes() for path in (lost, damaged)}
    lost.unlink()
    damaged.write_bytes(originals[2].read_bytes())

    result = home.run("measure", "--wait")

    n_images = N_PICTURES + N_COPIES
    assert (result["measured"], result["unreadable"]) == (n_images - 2, 2)
    assert home.run("status")["outdated"] == 2
    assert rows(home.root, "SELECT count(*) FROM images") == [(n_images,)]
    for path, data in kept.items():
        path.write_bytes(data)
    assert home.run("measure", "--wait")["measured"] == 2


def _is_original(path: Path) -> bool:
    return "originals" in path.parts and path.is_file() and len(path.name) == 64


def test_a_job_killed_in_between_ends_as_an_undisturbed_one(imported: Any, tmp_path: Path) -> None:
    home = imported
    homes.import_folder(home.root, _noise(tmp_path / "noise"))
    fresh = _held(home)
    _age(home)
    n_outdated = n_images = home.run("status")["outdated"]
    home.serve()
    job_id = home.jobs.measure_again()
    while n_outdated == n_images:
        time.sleep(0.02)
        ((n_outdated,),) = rows(
            home.root, "SELECT count(*) FROM images WHERE scores_version = 'checks-0'"
        )
    home.kill("cpu-")
    assert n_outdated > 0  # killed in between, not after

    assert home.await_end(job_id) == "done"
    assert _held(home) == fresh


def _noise(folder: Path) -> Path:
    """Make pictures that are like no other, for the job to last."""
    folder.mkdir()
    rng = np.random.default_rng(7)
    for number in range(300):
        coarse = Image.fromarray(rng.integers(0, 255, (6, 6, 3), dtype=np.uint8))
        coarse.resize((200, 200)).save(folder / f"noise {number}.png")
    return folder


def test_a_cancelled_job_goes_on_after_a_retry(imported: Any) -> None:
    home = imported
    _age(home)
    job_id = home.run("measure")["job"]
    assert home.run("cancel", job_id)["state"] == "cancelled"
    assert home.run("retry", job_id, "--wait")["state"] == "done"
    assert home.run("status")["outdated"] == 0
