"""What the scoring worker keeps at hand of one run: its detector, and what is ordinary for it."""

import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.detectors.backbones import INPUT_PX, Backbone
from core.detectors.crops import CROPS, Crop
from core.detectors.detector import load_detector
from core.detectors.explain import Explainer, explain, score_inputs, split_detector
from core.detectors.feature_cache import FeatureCache
from core.errors import InvalidInput, NotFound, VerityError
from core.evaluation.familiarity import Familiar, learn
from core.evaluation.robustness import CHANGES
from core.images.spectrum import N_RINGS, SPECTRUM_VERSION, log_power, radial_profile
from core.types import ChecksumSha256, Label, NormaliseRule, Run
from dashboard.jobs.context import Context
from dashboard.jobs.files import stored_pixels
from dashboard.jobs.training import run_folder
from dashboard.tried import Spectra
from db import imports, runs, samples
from db.engine import reading

N_SAMPLE = 200
"""Genuine images whose spectra are compared with, and images of each side for familiarity."""

MAX_BENCHES = 2
"""Detectors that are held at once: 60 MB each, and what a pass through them takes."""

_benches: OrderedDict[tuple[Path, int], "Bench"] = OrderedDict()


@dataclass(frozen=True)
class Bench:
    """Everything that one run's images are judged with.

    Attributes:
        genuine: Spectra of genuine images, or None where the collection has none.
        familiar: None where the training images' features are no longer cached.
    """

    run: Run
    explainer: Explainer
    crop: Crop
    rule: NormaliseRule
    genuine: Spectra | None
    familiar: Familiar | None


def open_bench(context: Context, run_id: int) -> Bench:
    """Return a run's bench; only the first time, or after a new training, it is made.

    Raises:
        NotFound: If there is no such run, or it has no exported detector.
        InvalidInput: If its detector does not load.
    """
    path = run_folder(context, run_id) / "detector.keras"
    if not path.is_file():
        raise NotFound(
            f"Expected run {run_id} to have an exported detector. Received none: its training has "
            "not ended. Wait for it, or choose another run."
        )
    key = path, path.stat().st_mtime_ns
    if key not in _benches:
        _benches[key] = _make(context, run_id, path)
    _benches.move_to_end(key)
    while len(_benches) > MAX_BENCHES:
        _benches.popitem(last=False)
    return _benches[key]


def _make(context: Context, run_id: int, path: Path) -> Bench:
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # a GPU is for training; one image needs none
    with reading(context.database) as session:
        run = runs.get_run(session, run_id)
        rule = imports.normalise_rule(session)
    explainer = split_detector(load_detector(path))
    blank = np.zeros((INPUT_PX, INPUT_PX, 3), np.uint8)
    explain(explainer, blank)  # the first pass of each size takes twice as long
    score_inputs(explainer, [blank] * len(CHANGES))
    crop = CROPS[run.params["crop"]]
    return Bench(run, explainer, crop, rule, _genuine(context), _familiar(context, run))


def _genuine(context: Context) -> Spectra | None:
    with reading(context.database) as session:
        checksums = samples.sample_images(session, Label.GENUINE, N_SAMPLE)
    profiles = _profiles(context, checksums)
    if not len(profiles):
        return None
    low, median, high = np.quantile(profiles, (0.05, 0.5, 0.95), axis=0)
    return Spectra(len(profiles), tuple(low), tuple(median), tuple(high))


def _profiles(context: Context, checksums: Sequence[ChecksumSha256]) -> NDArray[np.float32]:
    """Return (n, 64) profiles of stored images; those known from last time are read again."""
    path = context.settings.folder("cache") / f"{SPECTRUM_VERSION}.npz"
    known = _read_profiles(path)
    found = {name: known[name] if name in known else _profile(context, name) for name in checksums}
    kept = {name: profile for name, profile in found.items() if profile is not None}
    if kept.keys() != known.keys():
        _write_profiles(path, kept)
    return np.array(list(kept.values()), np.float32).reshape(-1, N_RINGS)


def _profile(context: Context, name: ChecksumSha256) -> NDArray[np.float32] | None:
    try:
        return radial_profile(log_power(stored_pixels(context.store, "normalised", name)))
    except VerityError:  # a lost file: the import tells of it, and the others serve as well
        return None


def _read_profiles(path: Path) -> dict[str, NDArray[np.float32]]:
    try:
        with np.load(path, allow_pickle=False) as held:
            return dict(zip(held["names"].tolist(), held["profiles"], strict=True))
    except (OSError, ValueError, KeyError, EOFError):
        return {}


def _write_profiles(path: Path, kept: dict[str, NDArray[np.float32]]) -> None:
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez(file, names=np.array(list(kept)), profiles=np.array(list(kept.values())))
    partial.replace(path)


def _familiar(context: Context, run: Run) -> Familiar | None:
    cache = FeatureCache(context.settings.folder("cache") / "features")
    trunk = Backbone(run.weights, (), run.weights_hash or "")
    with reading(context.database) as session:
        version = run.dataset_version
        sides = [
            samples.sample_items(session, version, N_SAMPLE, trained_on=side)
            for side in (True, False)
        ]
    trained_on, held_out = (
        cache.stored(names, trunk, run.params["crop"]).mean(axis=(1, 2), dtype=np.float32)
        for names in sides
    )
    try:
        return learn(trained_on, held_out) if len(held_out) else None
    except InvalidInput:
        return None
