import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from core.detectors.detector import load_detector, score
from core.detectors.train import TrainParams, TrainResult, devices, package_versions, train_head
from core.errors import Conflict, InvalidInput
from core.types import EpochMetrics

pytestmark = pytest.mark.slow

PARAMS = TrainParams(epochs=4, batch_size=8, hidden_units=8, dropout=0.4, learning_rate=0.01)


def train(
    workdir: Path, params: TrainParams = PARAMS, seed: int = 3
) -> tuple[TrainResult, list[EpochMetrics]]:
    """Train on faint structure in noise: hard enough for the validation AUC to go up and down."""
    is_fake = np.arange(60) % 3 == 0
    features = np.random.default_rng(0).random((60, 7, 7, 512)).astype(np.float16)
    features[is_fake, ..., :40] += np.float16(0.02)
    seen: list[EpochMetrics] = []
    result = train_head(
        features[:40], is_fake[:40], features[40:], is_fake[40:],
        params, seed, workdir, on_epoch=seen.append,
    )  # fmt: skip
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
    is_fake = np.arange(60) % 3 == 0
    features = np.random.default_rng(0).random((60, 7, 7, 512)).astype(np.float16)
    features[is_fake, ..., :40] += np.float16(0.02)
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


# Each dies by SIGKILL at a named event of the interpreter, without a chance to clean up.
KILLS = {
    "before the first epoch": ("open", "best.h5.none", 0),
    "while the second best checkpoint is written": ("open", "best.keras", 2),
    "between report and commit": ("report", "", 2),
    "before the history is replaced": ("os.rename", "history.partial", 2),
    "after the history is replaced": ("os.remove", "epoch-0002.weights.h5", 1),
    "in the last epoch": ("report", "", 4),
}
