import shutil
from pathlib import Path
from typing import Any

import pytest

from tests import homes
from tests.homes import rows

pytestmark = [pytest.mark.slow]
N_PICTURES = 6


@pytest.fixture(scope="module")
def imported_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds some of the demo's photographs."""
    folder = tmp_path_factory.mktemp("photographs") / "people"
    folder.mkdir()
    for path in sorted(homes.FACES.glob("*/*.jpg"))[:N_PICTURES]:
        shutil.copy(path, folder)
    root = tmp_path_factory.mktemp("imported")
    homes.import_folder(root, folder)
    return root


@pytest.fixture
def imported(imported_once: Path, home: Any) -> Any:
    """A copy of it."""
    shutil.copytree(imported_once, home.root)
    return home


def test_every_image_gets_its_faces_measured_once(imported: Any) -> None:
    imported.work("cpu-1", "cpu", "flow")
    result = imported.run("faces", "--wait")
    assert (result["measured"], result["unreadable"]) == (N_PICTURES, 0)
    largest = "SELECT image_id, features, length(embedding) FROM faces WHERE position = 0"
    largest_faces = rows(imported.root, largest)
    assert sorted(image_id for image_id, *_ in largest_faces) == list(range(1, N_PICTURES + 1))
    assert all("left eye" in features and size == 256 for _, features, size in largest_faces)
    scores = rows(imported.root, "SELECT scores FROM images")
    assert all("chin_contour" in text for (text,) in scores)
    assert imported.run("faces", "--wait")["measured"] == 0


def test_a_lost_file_is_counted_and_tried_again(imported: Any) -> None:
    imported.work("cpu-1", "cpu", "flow")
    ((checksum,),) = rows(imported.root, "SELECT checksum FROM images WHERE id = 2")
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
    ((n_images,),) = rows(imported.root, "SELECT count(DISTINCT image_id) FROM faces")
    assert n_images == N_PICTURES
