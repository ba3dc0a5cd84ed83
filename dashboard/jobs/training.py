"""Training, tuning and scoring a detector; runs in a child process that a cancel may kill."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.detectors.backbones import INPUT_PX, Backbone, load_backbone
from core.detectors.crops import CROPS
from core.detectors.detector import Features, export_detector, load_detector, score
from core.detectors.feature_cache import FeatureCache
from core.detectors.params import TrainParams
from core.detectors.train import devices, package_versions, train_head
from core.detectors.tune import TuneSpace, tune
from core.errors import InvalidInput
from core.types import ChecksumSha256, DatasetItem, EpochMetrics, Label, RgbImage, Split, Trial
from dashboard.jobs.child import Report
from dashboard.jobs.context import Context
from dashboard.jobs.files import stored_pixels
from db import images, runs, versions
from db.engine import reading, writing

_FEATURES_DONE = 0.7  # the trunk takes most of a first training's time


@dataclass(frozen=True)
class Data:
    """The images of one dataset version and how a detector sees them."""

    context: Context
    items: Sequence[DatasetItem]
    backbone: Backbone
    crop: str

    def features(self, report: Report) -> Features:
        """Return (n, 7, 7, 512) features in the order of `items`."""
        cache = FeatureCache(self.context.settings.folder("cache") / "features")

        def tell(done: int, total: int) -> None:
            message = f"Features of {done} of {total} images"
            report(_FEATURES_DONE * done / max(total, 1), message, done=done, total=total)

        keys = [item.checksum for item in self.items]
        return cache.features(keys, self._load, self.backbone, self.crop, tell)

    def _load(self, checksum: ChecksumSha256) -> RgbImage:
        with reading(self.context.database) as session:
            face = images.get_by_checksum(session, checksum).face
        crop = CROPS[self.crop]
        return crop.cut(stored_pixels(self.context.store, crop.kind, checksum), face, INPUT_PX)

    def rows(self, split: Split) -> NDArray[np.int64]:
        """Return the positions of a split's items."""
        return np.flatnonzero([item.split is split for item in self.items])

    @cached_property
    def is_fake(self) -> NDArray[np.bool_]:
        """(n,) True where the item was labelled fake when the version was frozen."""
        return np.array([item.label is Label.FAKE for item in self.items])


def open_data(context: Context, version: int, weights: str, crop: str) -> Data:
    """Load a version's items and the trunk.

    Raises:
        NotFound: If there is no such version.
        InvalidInput: If the crop is unknown or the weights do not fit.
    """
    if crop not in CROPS:
        raise InvalidInput(f"Expected a crop among {', '.join(CROPS)}. Received {crop!r}.")
    with reading(context.database) as session:
        versions.get_version(session, version)
        items = versions.items(session, version)
    return Data(context, items, load_backbone(weights), crop)


def train(
    context: Context, job_id: str, author: str, arguments: Mapping[str, Any], report: Report
) -> dict[str, Any]:
    """Train a head on a version, export the detector and score the version with it."""
    params = TrainParams.from_mapping(arguments["params"])
    version, seed = int(arguments["dataset_version"]), int(arguments["seed"])
    report(0.0, f"Loading {arguments['weights']}")
    data = open_data(context, version, arguments["weights"], arguments["crop"])
    with writing(context.database) as session:
        run_id = runs.start_run(
            session,
            job_id=job_id,
            dataset_version=version,
            params={**params.as_mapping(), "crop": arguments["crop"]},
            seed=seed,
            weights=arguments["weights"],
            author=author,
        )
        runs.describe_run(
            session,
            run_id,
            packages=package_versions(),
            weights_hash=data.backbone.weights_hash,
            device=devices(),
        )
    report(0.0, f"Run {run_id} on {devices()}")
    features = data.features(report)

    def on_epoch(metrics: EpochMetrics) -> None:
        with writing(context.database) as session:
            runs.record_epoch(session, run_id, metrics)
        share = metrics.epoch / params.epochs
        report(
            _FEATURES_DONE + 0.9 * (1 - _FEATURES_DONE) * share,
            f"Epoch {metrics.epoch} of {params.epochs}: validation AUC {metrics.val_auc:.4f}",
            done=metrics.epoch,
            total=params.epochs,
        )

    train_rows, val_rows = data.rows(Split.TRAIN), data.rows(Split.VALIDATION)
    result = train_head(
        features[train_rows],
        data.is_fake[train_rows],
        features[val_rows],
        data.is_fake[val_rows],
        params,
        seed,
        run_folder(context, run_id),
        on_epoch,
    )
    report(0.97, "Scoring every image of the version")
    _score(context, run_id, data, features)
    return {"run": run_id, "best_epoch": result.best_epoch, "best_val_auc": result.best_val_auc}


def evaluate(
    context: Context, job_id: str, author: str, arguments: Mapping[str, Any], report: Report
) -> dict[str, Any]:
    """Score a run's version with the run's best checkpoint."""
    run_id = int(arguments["run_id"])
    with reading(context.database) as session:
        run = runs.get_run(session, run_id)
    data = open_data(context, run.dataset_version, run.weights, run.params["crop"])
    features = data.features(report)
    report(0.9, "Scoring every image of the version")
    _score(context, run_id, data, features)
    return {"run": run_id, "images": len(data.items)}


def run_folder(context: Context, run_id: int) -> Path:
    """Return the folder of a run's checkpoints and exported detector."""
    return context.settings.folder(f"runs/{run_id}")


def _score(context: Context, run_id: int, data: Data, features: Features) -> None:
    folder = run_folder(context, run_id)
    export_detector(data.backbone, folder)
    scores = score(load_detector(folder / "best.keras"), features)
    by_image = {item.image_id: float(s) for item, s in zip(data.items, scores, strict=True)}
    with writing(context.database) as session:
        runs.save_predictions(session, run_id, by_image)
        runs.finish_run(session, run_id)


def search(
    context: Context, job_id: str, author: str, arguments: Mapping[str, Any], report: Report
) -> dict[str, Any]:
    """Search hyper-parameters on a version's cached features."""
    wanted = dict(arguments["params"])
    n_trials, epochs = int(wanted.pop("trials")), int(wanted.pop("epochs"))
    space = _space(wanted)
    version = int(arguments["dataset_version"])
    report(0.0, f"Loading {arguments['weights']}")
    data = open_data(context, version, arguments["weights"], arguments["crop"])
    with writing(context.database) as session:
        study_id = runs.start_study(
            session, job_id=job_id, dataset_version=version, params=dict(arguments), author=author
        )
    features = data.features(report)

    def on_trial(trial: Trial) -> None:
        with writing(context.database) as session:
            runs.record_trial(session, study_id, trial)
        with reading(context.database) as session:
            done = len(runs.trials(session, study_id))
        report(
            _FEATURES_DONE + (1 - _FEATURES_DONE) * done / n_trials,
            f"Trial {done} of {n_trials}: validation AUC {trial.val_auc:.4f}",
            done=done,
            total=n_trials,
        )

    train_rows, val_rows = data.rows(Split.TRAIN), data.rows(Split.VALIDATION)
    found = tune(
        features[train_rows],
        data.is_fake[train_rows],
        features[val_rows],
        data.is_fake[val_rows],
        space,
        n_trials,
        epochs,
        int(arguments["seed"]),
        context.settings.folder(f"studies/{study_id}"),
        on_trial,
    )
    best = max(found, key=lambda trial: trial.val_auc)
    return {"study": study_id, "best_trial": best.number, "best_val_auc": best.val_auc}


def _space(values: Mapping[str, Any]) -> TuneSpace:
    """Read a search space: lists for what is searched, plain values for the rest."""
    searched = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    fixed = {name: value for name, value in values.items() if not isinstance(value, list)}
    return TuneSpace(base=TrainParams.from_mapping(fixed), **searched)
