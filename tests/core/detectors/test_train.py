import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import log_loss, roc_auc_score

from core.detectors.detector import load_detector, score
from core.detectors.train import TrainParams, TrainResult, devices, package_versions, train_head
from core.errors import Conflict, InvalidInput
from core.types import EpochMetrics

pytestmark = pytest.mark.slow

PARAMS = TrainParams(epochs=4, batch_size=8, hidden_units=8, dropout=0.4, learning_rate=0.01)


def data() -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
    """Faint structure in noise: hard enough for the validation AUC to go up and down."""
    is_fake = np.arange(60) % 3 == 0
    features = np.random.default_rng(0).random((60, 7, 7, 512)).astype(np.float16)
    features[is_fake, ..., :40] += np.float16(0.02)
    return features, is_fake


def train(
    workdir: Path, params: TrainParams = PARAMS, seed: int = 3
) -> tuple[TrainResult, list[EpochMetrics]]:
    features, is_fake = data()
    seen: list[EpochMetrics] = []

    def report(metrics: EpochMetrics) -> None:
        sys.audit("report", metrics.epoch)
        seen.append(metrics)

    result = train_head(
        features[:40], is_fake[:40], features[40:], is_fake[40:], params, seed, workdir, report
    )
    return result, seen


def figures(epochs: list[EpochMetrics]) -> list[EpochMetrics]:
    return [replace(each, seconds=0.0) for each in epochs]


def weights(path: Path) -> list[Any]:
    return [np.asarray(each) for each in load_detector(path).weights]


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, TrainResult, list[EpochMetrics]]:
    workdir = tmp_path_factory.mktemp("undisturbed")
    return workdir, *train(workdir)


def test_every_epoch_is_reported_once_and_the_best_kept(
    undisturbed: tuple[Path, TrainResult, list[EpochMetrics]],
) -> None:
    workdir, result, seen = undisturbed
    assert [each.epoch for each in seen] == [1, 2, 3, 4]
    best = max(seen, key=lambda each: each.val_auc)
    assert (result.best_epoch, result.best_val_auc) == (best.epoch, best.val_auc)
    assert result.epochs_run == 4
    assert 1 < result.best_epoch < 4, "the data no longer tell a checkpoint from the last epoch"
    for one, other in zip(
        weights(workdir / "best.h5"), weights(workdir / "best.keras"), strict=True
    ):
        assert np.array_equal(one, other)
    assert h5py.is_hdf5(workdir / "best.h5")


def test_metrics_are_those_of_the_saved_head(
    undisturbed: tuple[Path, TrainResult, list[EpochMetrics]],
) -> None:
    workdir, result, seen = undisturbed
    features, is_fake = data()
    scores = score(load_detector(workdir / "best.keras"), features)
    best = seen[result.best_epoch - 1]
    assert best.auc == pytest.approx(roc_auc_score(is_fake[:40], scores[:40]), abs=1e-9)
    assert best.val_auc == pytest.approx(roc_auc_score(is_fake[40:], scores[40:]), abs=1e-9)
    assert best.val_loss == pytest.approx(log_loss(is_fake[40:], scores[40:]), abs=1e-5)


def test_finished_training_is_not_repeated(
    undisturbed: tuple[Path, TrainResult, list[EpochMetrics]],
) -> None:
    workdir, result, _ = undisturbed
    assert train(workdir) == (result, [])
    with pytest.raises(Conflict):
        train(workdir, seed=4)


# Each child dies by SIGKILL at the n-th event of its kind, with no chance to clean up.
KILLS = {
    "while the first best checkpoint is written": ("open", "best.keras", 1),
    "while the second best checkpoint is written": ("open", "best.keras", 2),
    "between report and commit": ("report", "2", 1),
    "before the history is replaced": ("os.rename", "history.partial", 2),
    "after the history is replaced": ("os.remove", "epoch-0002.weights.h5", 1),
    "in the last epoch": ("report", "4", 1),
}
CHILD = """
import gc, os, runpy, signal, sys
from pathlib import Path
gc.disable()  # TensorFlow loads faster
script, workdir, kind, ending, n = sys.argv[1:]
train = runpy.run_path(script)["train"]
left = int(n)
def hook(event, args):
    global left
    if event == kind and str(args[0]).endswith(ending):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
train(Path(workdir))
"""


@pytest.mark.parametrize("moment", KILLS)
def test_killed_training_ends_as_if_undisturbed(
    undisturbed: tuple[Path, TrainResult, list[EpochMetrics]], tmp_path: Path, moment: str
) -> None:
    workdir, result, seen = undisturbed
    kind, ending, n = KILLS[moment]
    child = subprocess.run(
        [sys.executable, "-c", CHILD, __file__, str(tmp_path), kind, ending, str(n)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    history = tmp_path / "history.json"
    n_committed = len(json.loads(history.read_text())["epochs"]) if history.exists() else 0
    torn = tmp_path / "backup" / f"epoch-{n_committed + 1:04d}.weights.h5"
    torn.write_bytes(b"a file that was cut off")

    resumed, seen_again = train(tmp_path)

    assert replace(resumed, seconds=0.0) == replace(result, seconds=0.0)
    assert figures(seen_again) == figures(seen[n_committed:])
    committed = [EpochMetrics(**each) for each in json.loads(history.read_text())["epochs"]]
    assert figures(committed) == figures(seen)
    for name in ("best.h5", "best.keras"):
        for one, other in zip(weights(workdir / name), weights(tmp_path / name), strict=True):
            assert np.array_equal(one, other)


def test_patience_stops_and_stays_stopped(tmp_path: Path) -> None:
    params = replace(PARAMS, epochs=30, patience=1)
    result, seen = train(tmp_path, params)
    assert result.epochs_run == result.best_epoch + 1 < 30
    assert train(tmp_path, params) == (result, [])
    assert len(seen) == result.epochs_run


@pytest.mark.parametrize("labels", [np.zeros(4, bool), np.ones(4, bool), np.array([True, False])])
def test_labels_must_fit_and_both_occur(tmp_path: Path, labels: Any) -> None:
    features = np.zeros((4, 7, 7, 512), np.float16)
    both = np.array([True, False, True, False])
    for train_labels, val_labels in ((labels, both), (both, labels)):
        with pytest.raises(InvalidInput, match=r"Expected .* both labels among them"):
            train_head(
                features, train_labels, features, val_labels, PARAMS, 0, tmp_path, lambda _: None
            )


def test_what_is_recorded_of_the_machine() -> None:
    assert devices() == "CPU" or devices().startswith("GPU: ")
    versions = package_versions()
    assert {"tensorflow", "keras", "keras-tuner"} <= set(versions)
    assert all(version[0].isdigit() for version in versions.values())
