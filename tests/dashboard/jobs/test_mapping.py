import shutil
from pathlib import Path
from typing import Any

import pytest

from tests import homes
from tests.homes import rows

pytestmark = [pytest.mark.slow]
PICTURES = sorted(homes.FACES.glob("*/*.jpg"))
N_FIRST, N_MORE = 8, 3


def take_in(root: Path, folder: Path, paths: list[Path]) -> None:
    """Import some of the demo's photographs and measure their faces."""
    folder.mkdir(parents=True)
    for path in paths:
        shutil.copy(path, folder)
    homes.import_folder(root, folder)
    homes.measure_faces(root)


@pytest.fixture(scope="module")
def measured_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("measured")
    take_in(root, tmp_path_factory.mktemp("photographs") / "first", PICTURES[:N_FIRST])
    return root


@pytest.fixture
def measured(measured_once: Path, home: Any) -> Any:
    """A home that holds the first photographs with their faces measured."""
    shutil.copytree(measured_once, home.root)
    return home


def points(home: Any) -> dict[int, tuple[float, float]]:
    found = rows(home.root, "SELECT image_id, x, y FROM map_points")
    return {image_id: (x, y) for image_id, x, y in found}


def test_the_map_is_drawn_grows_and_is_drawn_anew(measured: Any, tmp_path: Path) -> None:
    home = measured
    home.work("cpu-1", "cpu")
    result = home.run("map", "--wait")
    assert (result["on_map"], result["placed"]) == (N_FIRST, N_FIRST)
    drawn = points(home)
    assert len(set(drawn.values())) == N_FIRST

    take_in(home.root, tmp_path / "more", PICTURES[N_FIRST : N_FIRST + N_MORE])
    result = home.run("map", "--wait")
    assert (result["on_map"], result["placed"]) == (N_FIRST + N_MORE, N_MORE)
    grown = points(home)
    assert len(grown) == N_FIRST + N_MORE
    assert {image_id: grown[image_id] for image_id in drawn} == drawn

    assert home.run("map", "--anew", "--wait")["placed"] == N_FIRST + N_MORE
    anew = points(home)
    assert anew.keys() == grown.keys()
    assert all(anew[image_id] != grown[image_id] for image_id in drawn)
    home.run("map", "--anew", "--wait")
    assert points(home) == anew


def test_without_faces_it_says_what_to_do_first(home: Any) -> None:
    assert "faces --wait" in home.run("map", "--wait", expect=1)


def test_a_cancelled_map_goes_on_after_a_retry(measured: Any) -> None:
    home = measured
    job_id = home.run("map")["job"]
    assert home.run("cancel", job_id)["state"] == "cancelled"
    assert points(home) == {}
    assert home.run("retry", job_id, "--wait")["state"] == "done"
    assert len(points(home)) == N_FIRST
