import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow]
FACES = Path(__file__).parents[3] / "examples" / "faces"
N_PICTURES = 6


@pytest.fixture
def imported(home: Any, tmp_path: Path) -> Any:
    """A home that holds some of the demo's photographs."""
    folder = tmp_path / "people"
    folder.mkdir()
    for path in sorted(FACES.glob("*/*.jpg"))[:N_PICTURES]:
        shutil.copy(path, folder)
    home.run("import", str(folder), "--wait")
    return home


def _query(home: Any, sql: str) -> list[Any]:
    (database,) = [path for path in home.root.glob("*.sqlite") if _has_images(path)]
    with sqlite3.connect(database) as connection:
        return connection.execute(sql).fetchall()


def _has_images(path: Path) -> bool:
    with sqlite3.connect(path) as connection:
        sql = "SELECT count(*) FROM sqlite_master WHERE name = 'faces'"
        return bool(connection.execute(sql).fetchone()[0])


def test_every_image_gets_its_faces_measured_once(imported: Any) -> None:
    result = imported.run("faces", "--wait")
    assert (result["measured"], result["unreadable"]) == (N_PICTURES, 0)
    largest = "SELECT image_id, features, length(embedding) FROM faces WHERE position = 0"
    rows = _query(imported, largest)
    assert sorted(image_id for image_id, *_ in rows) == list(range(1, N_PICTURES + 1))
    assert all("left eye" in features and size == 256 for _, features, size in rows)
    scores = _query(imported, "SELECT scores FROM images")
    assert all("chin_contour" in text for (text,) in scores)
    assert imported.run("faces", "--wait")["measured"] == 0


def test_a_lost_file_is_counted_and_tried_again(imported: Any) -> None:
    ((checksum,),) = _query(imported, "SELECT checksum FROM images WHERE id = 2")
    (original,) = [path for path in imported.root.rglob(checksum) if "originals" in path.parts]
    kept = original.read_bytes()
    original.unlink()
    result = imported.run("faces", "--wait")
    assert (result["measured"], result["unreadable"]) == (N_PICTURES - 1, 1)
    original.write_bytes(kept)
    assert imported.run("faces", "--wait")["measured"] == 1


def test_a_cancelled_job_goes_on_after_a_retry(imported: Any) -> None:
    job_id = imported.run("faces")["job"]
    assert imported.run("cancel", job_id)["state"] == "cancelled"
    assert imported.run("retry", job_id, "--wait")["state"] == "done"
    ((n_images,),) = _query(imported, "SELECT count(DISTINCT image_id) FROM faces")
    assert n_images == N_PICTURES
