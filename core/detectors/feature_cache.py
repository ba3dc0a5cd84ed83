"""Features of a frozen trunk, computed once an image and kept on disk."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.detectors.backbones import Backbone
from core.detectors.heads import FEATURE_SHAPE
from core.types import ChecksumSha256, RgbImage

BATCH = 16
Features = NDArray[np.float16]


class FeatureCache:
    """A folder with one .npy file (50 KB) an image, crop, set of weights and preprocessing."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def features(
        self,
        keys: Sequence[ChecksumSha256],
        load: Callable[[ChecksumSha256], RgbImage],
        backbone: Backbone,
        crop: str,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Features:
        """Return the features of every image, computing only the missing ones.

        Args:
            keys: Checksums of n images, in the order of the result.
            load: Gives the (224, 224, 3) crop of one image; called for missing ones only.
            backbone: Its network is built only if something is missing.
            crop: Name of the way `load` cuts; another name is another feature.
            progress: Told (done, total) images, first for what was cached.

        Returns:
            (n, 7, 7, 512) features.
        """
        folder = self._folder(backbone, crop)
        rows = np.empty((len(keys), *FEATURE_SHAPE), np.float16)
        missing = [row for row, key in enumerate(keys) if not _read(_path(folder, key), rows[row])]
        progress(len(keys) - len(missing), len(keys))
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            pixels = np.stack([load(keys[row]) for row in batch])
            rows[batch] = np.asarray(backbone.model(pixels, training=False))
            for row in batch:
                _write(_path(folder, keys[row]), rows[row])
            progress(len(keys) - len(missing) + start + len(batch), len(keys))
        return rows

    def stored(self, keys: Sequence[ChecksumSha256], backbone: Backbone, crop: str) -> Features:
        """Return the features (m, 7, 7, 512) of those images that have some, computing none."""
        folder, rows = self._folder(backbone, crop), np.empty((len(keys), *FEATURE_SHAPE), "f2")
        found = [row for row, key in enumerate(keys) if _read(_path(folder, key), rows[row])]
        return np.asarray(rows[found], np.float16)

    def _folder(self, backbone: Backbone, crop: str) -> Path:
        name = "\n".join((crop, backbone.weights_hash, backbone.preprocessing_version))
        return self._root / hashlib.sha256(name.encode()).hexdigest()[:16]


def _path(folder: Path, key: ChecksumSha256) -> Path:
    return folder / key[:2] / f"{key}.npy"


def _read(path: Path, row: Features) -> bool:
    """Fill `row` with a stored feature; False if it is missing or damaged."""
    try:
        feature: Features = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return False
    is_sound = feature.shape == row.shape and feature.dtype == row.dtype
    if is_sound:
        row[:] = feature
    return is_sound


def _write(path: Path, feature: Features) -> None:
    """Write whole or not at all; what a kill leaves behind, the next try replaces."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.save(file, feature, allow_pickle=False)
    partial.replace(path)
