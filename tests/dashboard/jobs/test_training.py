import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests import homes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with few photographs (their features take most of the time), fakes and a version."""
    folder = homes.copy_photographs(tmp_path_factory.mktemp("photographs") / "people", 16, 2)
    root = tmp_path_factory.mktemp("frozen") / "home"
    homes.import_folder(root, folder, "genuine")
    homes.make_fakes(root)
    homes.freeze(root)
    return root


@pytest.fixture(scope="module")
def trained(frozen: Path, make_module_home: Callable[..., Any]) -> Path:
    """The same with features cached and a first run."""
    home = make_module_home("trained")
    shutil.copytree(frozen, home.root)
    home.work("gpu-1", "gpu")
    assert home.run("train", "--version", "1", "--set", "epochs=2", "--wait")["run"] == 1
    home.stop()
    return Path(home.root)


@pytest.fixture
def copy_of_trained(trained: Path, make_home: Callable[..., Any]) -> Any:
    """A home that holds what `trained` holds."""
    home = make_home("home")
    shutil.copytree(trained, home.root)
    return home


@pytest.fixture
def copy_of_frozen(frozen: Path, make_home: Callable[..., Any]) -> Callable[..., Any]:
    """Make homes that hold what `frozen` holds."""

    def make(name: str) -> Any:
        home = make_home(name)
        shutil.copytree(frozen, home.root)
        return home

    return make


def test_no_group_crosses_the_frozen_split(
    frozen: Path, snapshot: Callable[[Path], dict[str, Any]]
) -> None:
    held = snapshot(frozen)
    identity_of = {row[0]: row[5] for row in held["images"]}
    splits_of: dict[str, set[str]] = {}
    for _, checksum, _, split in held["items"]:
        splits_of.setdefault(identity_of[checksum], set()).add(split)
    assert {len(splits) for splits in splits_of.values()} == {1}
    assert {split for splits in splits_of.values() for split in splits} == {
        "train",
        "validation",
        "test",
    }


def test_a_training_killed_five_times_ends_as_an_undisturbed_one(
    copy_of_frozen: Callable[..., Any], snapshot: Callable[[Path], dict[str, Any]]
) -> None:
    words = ("train", "--version", "1", "--set", "epochs=40", "--seed", "3")
    calm = copy_of_frozen("calm")
    calm.work("gpu-1", "gpu")
    result = calm.run(*words, "--wait")
    calm.stop()
    assert 0.5 <= result["best_val_auc"] <= 1
    shaken = copy_of_frozen("shaken")
    shaken.serve()
    job_id = shaken.run(*words)["job"]
    moments = random.Random(11)
    n_kills = 0
    while n_kills < 5 and trains(shaken, job_id):
        time.sleep(moments.uniform(0, 9))
        shaken.kill("gpu-")
        n_kills += 1
    assert n_kills >= 3  # a fast machine may be done before the fifth
    assert shaken.await_end(job_id) == "done"

    after, before = snapshot(shaken.root), snapshot(calm.root)
    assert len(after["epochs"]) == 40
    assert after == before


def trains(home: Any, job_id: str) -> bool:
    """Wait until the job's process runs; False where the job has ended."""
    while home.state(job_id) in ("queued", "running"):
        if home.trainings():
            return True
        time.sleep(0.1)
    return False


def test_cancel_kills_the_training_and_keeps_its_best_checkpoint(
    copy_of_trained: Any, snapshot: Callable[[Path], dict[str, Any]]
) -> None:
    home = copy_of_trained
    home.work("gpu-1", "gpu")
    job_id = home.run("train", "--version", "1", "--set", "epochs=1000")["job"]
    while not [row for row in snapshot(home.root)["epochs"] if row[0] == 2]:
        assert home.state(job_id) in ("queued", "running")
        time.sleep(0.5)

    home.run("cancel", job_id)
    psutil.wait_procs(home.trainings(), timeout=30)

    assert home.state(job_id) == "cancelled"
    assert not home.trainings()
    assert (home.root / "runs" / "2" / "best.h5").is_file()
    assert (home.root / "runs" / "2" / "best.keras").is_file()
    figures = home.run("evaluate", "--run", "2")
    assert 0 <= figures["auc"] <= 1
    assert figures["indicative_only"]


def test_scoring_files_gives_every_file_a_score_or_a_reason(
    copy_of_trained: Any, photographs: Path, tmp_path: Path
) -> None:
    home = copy_of_trained
    broken = photographs / next(
        path.relative_to(photographs) for path in photographs.glob("*/planted_text.jpg")
    )
    good = next(photographs.glob("*/*_0001.jpg"))
    out = tmp_path / "scores.csv"

    home.call("score", str(good), str(broken), "--run", "1", "--csv", str(out), expect=1)

    rows = out.read_text().splitlines()
    assert len(rows) == 3
    assert 0 <= float(rows[1].split(",")[1]) <= 1
    assert "Expected" in rows[2]


def test_tuning_stores_a_trial_once(
    copy_of_trained: Any, snapshot: Callable[[Path], dict[str, Any]]
) -> None:
    home = copy_of_trained
    home.work("gpu-1", "gpu")
    words = ("tune", "--version", "1", "--trials", "3", "--epochs", "3", "--wait")
    assert home.run(*words)["study"] == 1
    assert [row[:2] for row in snapshot(home.root)["trials"]] == [(1, 1), (1, 2), (1, 3)]


def test_a_version_that_does_not_exist_is_refused(copy_of_frozen: Callable[..., Any]) -> None:
    home = copy_of_frozen("home")
    assert "version" in home.run("train", "--version", "9", "--wait", expect=1)
