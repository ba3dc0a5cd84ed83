import csv
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import homes

pytestmark = [pytest.mark.slow]


def planted_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "planted.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_import_says_of_each_planted_file_what_the_manifest_says(
    home: Any, photographs: Path, snapshot: Callable[[Path], dict[str, Any]]
) -> None:
    n_files = sum(1 for path in photographs.rglob("*") if path.is_file()) - 1  # planted.csv

    result = home.run("import", str(photographs), "--label", "genuine", "--wait")

    assert result["new"] + result["known"] + result["rejected"] == n_files
    held = snapshot(home.root)
    rejected = {key: reason for _, key, reason, _ in held["rejects"]}
    located = {key: checksum for checksum, _, key, _, _ in held["locations"]}
    offered = {frozenset(row[:2]) for row in held["pairs"] if row[4]}
    for planted in planted_rows(photographs):
        path, source = planted["path"], planted["source"]
        if planted["outcome"] == "rejected":
            assert rejected[path] == planted["reason"], path
            continue
        assert (located[path] == located[source]) == (planted["outcome"] == "known"), path
        is_offered = frozenset((located[path], located[source])) in offered
        assert is_offered == (planted["is_pair"] == "True"), path


def test_a_second_import_adds_nothing(
    home: Any, photographs: Path, snapshot: Callable[[Path], dict[str, Any]]
) -> None:
    homes.import_folder(home.root, photographs)
    before = snapshot(home.root)

    again = home.run("import", str(photographs), "--wait")

    assert again["new"] == 0
    after = snapshot(home.root)
    assert {**after, "files": None} == {**before, "files": None}


def test_an_import_by_another_rule_is_refused_with_the_reason(home: Any, tmp_path: Path) -> None:
    homes.import_folder(home.root, homes.copy_faces(tmp_path / "people", 1, 1))
    words = ("import", str(tmp_path / "people"), "--normalise", "letterbox", "--wait")
    told = home.run(*words, expect=1)
    assert "Expected the normalisation rule 'crop', which the first import chose" in told
    assert "Traceback" not in told


def test_an_import_killed_five_times_ends_as_an_undisturbed_one(
    make_home: Callable[..., Any],
    photographs: Path,
    tmp_path: Path,
    snapshot: Callable[[Path], dict[str, Any]],
) -> None:
    many = _multiplied(photographs, tmp_path / "many" / "people")
    calm = make_home("calm")
    homes.import_folder(calm.root, many, "genuine")
    shaken = make_home("shaken", n_cpu_workers=2)
    shaken.serve()
    job_id = shaken.run("import", str(many), "--label", "genuine")["job"]
    moments = random.Random(7)
    for _ in range(5):
        time.sleep(moments.uniform(0.3, 2.5))
        shaken.kill("cpu-")
    assert shaken.await_end(job_id) == "done"

    assert snapshot(shaken.root) == snapshot(calm.root)


def _multiplied(folder: Path, into: Path) -> Path:
    """Copy the photographs often enough for an import to last; half of them differ by a byte."""
    for path in sorted(folder.glob("*/*")):
        target = into / path.parent.name
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
        (target / f"again_{path.name}").write_bytes(path.read_bytes() + b"\n")
    return into


def test_cancel_stops_an_import_and_retry_finishes_it(home: Any, photographs: Path) -> None:
    home.serve()
    job_id = home.run("import", str(photographs))["job"]
    while home.state(job_id) == "queued":
        time.sleep(0.02)
    home.jobs.cancel(job_id)
    assert home.state(job_id) == "cancelled"

    home.run("retry", job_id)

    assert home.await_end(job_id) == "done"
    counts = home.run("status")
    assert counts["files_seen"] == counts["images_imported"] + counts["known"] + counts["rejected"]
    assert counts["rejected"] == sum(r["outcome"] == "rejected" for r in planted_rows(photographs))


def test_a_folder_that_is_not_there_is_refused_by_name(home: Any, tmp_path: Path) -> None:
    said = home.run("import", str(tmp_path / "nowhere"), expect=2)
    assert "nowhere" in said
    assert "Expected a folder" in said
