"""Exports by real workers: out of one home, into another, and what a cancel leaves."""

import csv
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import InvalidInput
from tests import homes
from tests.homes import rows

pytestmark = [pytest.mark.slow]

FORMATS = ("csv", "coco", "yolo", "keras", "tfrecord")


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of twelve small images with a manifest."""
    folder = tmp_path_factory.mktemp("labelled")
    people = sorted(path for path in homes.FACES.iterdir() if path.is_dir())[:12]
    with (folder / "manifest.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("path", "label", "identity", "generator"))
        for n, person in enumerate(people):
            shutil.copy(min(person.glob("*.jpg")), folder / f"{n}.jpg")
            fake = n % 2
            lines.writerow(
                (f"{n}.jpg", "fake" if fake else "genuine", f"Anne, {n}", "gan" if fake else "")
            )
    return folder


@pytest.fixture(scope="module")
def source(make_module_home: Callable[[str], Any], labelled: Path) -> Any:
    """A home with a frozen version of them, and a worker that exports."""
    home = make_module_home("source")
    homes.import_folder(home.root, labelled, manifest="manifest.csv")
    homes.freeze(home.root)
    home.work("cpu-1", "cpu")
    return home


def held(home: Any) -> dict[str, tuple[str, str | None, str | None]]:
    found = rows(home.root, "SELECT checksum, label, identity, generator FROM images")
    return {checksum: (label, *rest) for checksum, label, *rest in found}


@pytest.mark.parametrize("name", FORMATS)
def test_a_version_moves_to_another_home_without_loss(
    name: str, source: Any, make_home: Callable[[str], Any]
) -> None:
    done = source.run("export", "--version", "1", "--format", name, "--wait")
    assert (done["state"], done["images"], done["folder"]) == ("done", 12, f"exports/1-{name}")
    other = make_home("other")
    result = homes.import_folder(other.root, source.root / done["folder"])
    assert (result["new"], result["rejected"]) == (12, 0)
    assert held(other) == held(source)
    assert not list((source.root / "exports").glob(".*"))


def test_a_changed_export_is_refused(source: Any, make_home: Callable[[str], Any]) -> None:
    source.run("export", "--version", "1", "--format", "yolo", "--copies", "normalised", "--wait")
    folder = source.root / "exports" / "1-yolo-normalised"
    assert json.loads((folder / "verity.json").read_text())["copies"] == "normalised"
    changed = min(folder.rglob("*.jpg"))
    changed.write_bytes(changed.read_bytes() + b"x")
    with pytest.raises(InvalidInput, match=f"{changed.name}.* changed"):
        homes.import_folder(make_home("other").root, folder)


def test_a_cancelled_export_leaves_nothing(source: Any) -> None:
    shutil.rmtree(source.root / "exports" / "1-csv", ignore_errors=True)
    (source.root / "exports").mkdir(exist_ok=True)
    job_id = source.jobs.export(1, "csv")
    while source.state(job_id) == "queued":
        time.sleep(0.02)
    source.jobs.cancel(job_id)  # while its process still starts
    assert source.await_end(job_id) == "cancelled"
    left = {path.name for path in (source.root / "exports").iterdir()}
    assert not {name for name in left if name == "1-csv" or name.startswith(".")}


def test_what_cannot_be_exported_is_refused_at_once(source: Any) -> None:
    said = source.call("export", "--version", "1", "--format", "voc", expect=2)
    assert "tfrecord" in said and "'voc'" in said
    assert "frozen version" in source.call("export", "--version", "9", "--format", "csv", expect=1)
