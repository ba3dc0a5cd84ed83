"""How far a training has come, on disk, so that a killed one continues as if nothing happened."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from core.detectors.backbones import KerasModel
from core.errors import Conflict
from core.types import EpochMetrics


class TrainingState:
    """The finished epochs of one training in `workdir`.

    Keras' BackupAndRestore writes weights and epoch number one after the other and in place: a
    kill between the two trains an epoch twice, a kill within either cannot be resumed. Here
    replacing history.json is the one instant at which an epoch becomes finished; the weights it
    refers to are complete by then, and those of the epoch before are still there until then.
    """

    def __init__(self, workdir: Path, identity: Mapping[str, Any]) -> None:
        """Open or begin the training in `workdir`.

        Args:
            workdir: Folder of this training alone.
            identity: JSON values that tell this training from another: parameters, seed, sizes.

        Raises:
            Conflict: If the folder holds another training.
        """
        self.workdir = workdir
        self._folder = workdir / "backup"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file = workdir / "history.json"
        self._identity = dict(identity)
        self.epochs: list[EpochMetrics] = []
        if self._file.exists():
            self._read()

    def best(self) -> EpochMetrics:
        """Return the first epoch of the highest validation AUC; there must be an epoch."""
        aucs = np.array([each.val_auc for each in self.epochs], np.float32)  # as ModelCheckpoint
        return self.epochs[int(np.argmax(aucs))]

    def restore(self, model: KerasModel) -> None:
        """Give a compiled model the weights and optimizer of the last finished epoch."""
        if self.epochs:
            model.optimizer.build(model.trainable_variables)
            model.load_weights(self._weights(len(self.epochs)))

    def commit(self, model: KerasModel, metrics: EpochMetrics) -> None:
        """Make `metrics.epoch` the last finished epoch."""
        model.save_weights(self._weights(metrics.epoch))
        self.epochs.append(metrics)
        content = {"identity": self._identity, "epochs": [asdict(each) for each in self.epochs]}
        partial = self._file.with_suffix(".partial")
        partial.write_text(json.dumps(content, indent=1))
        partial.replace(self._file)
        self._weights(metrics.epoch - 1).unlink(missing_ok=True)

    def clear(self) -> None:
        """Drop the weights needed to continue; the history stays."""
        for path in self._folder.glob("*.weights.h5"):
            path.unlink()

    def _weights(self, epoch: int) -> Path:
        return self._folder / f"epoch-{epoch:04d}.weights.h5"

    def _read(self) -> None:
        content = json.loads(self._file.read_text())
        if content["identity"] != self._identity:
            raise Conflict(
                f"Expected {self._file} to be of the training {self._identity}. "
                f"Received: {content['identity']}. Start it in an empty folder."
            )
        self.epochs = [EpochMetrics(**each) for each in content["epochs"]]
