"""Shortcuts: whether a file's metadata alone tells fakes from photographs.

A detector that learned the file format has learned nothing of forgeries. So a classifier tries
with what is known of the files without their pixels; where it succeeds, the version is marked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.curation.dealing import deal
from core.types import Label

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

LIMIT_AUC = 0.55
"""From here on a version is marked."""

_FOLDS = 5
_DRAWS = 300
_MAX_IMAGES = 20_000
_JPEG = "jpeg"

File = Mapping[str, Any]


@dataclass(frozen=True)
class Shortcut:
    """How well metadata alone tells the classes apart, on images not trained on.

    Attributes:
        auc: Of a classifier on all features; 0.5 is chance.
        low, high: 95 % interval, by bootstrap over groups.
        features: (name in plain words, AUC of a classifier on it alone), the best first.
        n_images: How many were looked at.
    """

    auc: float
    low: float
    high: float
    features: tuple[tuple[str, float], ...]
    n_images: int


def find_shortcut(files: Sequence[File], seed: int = 0) -> Shortcut | None:
    """Try to tell fakes from photographs by metadata alone, grouped 5-fold cross-validation.

    Args:
        files: One mapping an image: group, label, size_bytes, format, width_px, height_px, notes,
            scores (those whose name contains "jpeg" are used; None where not measured).
        seed: Of the folds, the classifier and the bootstrap.

    Returns:
        What was found, or None where a label has fewer than two groups.

    Reference: Geirhos et al. (2020), "Shortcut learning in deep neural networks"; the interval is
    the cluster bootstrap of Field and Welsh (2007).
    """
    is_fake = np.array([file["label"] == Label.FAKE for file in files], bool)
    groups = np.array([file["group"] for file in files], np.int64)
    k = min(_FOLDS, *(len(set(groups[is_fake == side])) for side in (True, False)))
    if k < 2:
        return None
    fractions = dict.fromkeys(range(k), 1 / k)
    labels = [Label.FAKE if fake else Label.GENUINE for fake in is_fake]
    folds = np.array(deal(groups, labels, fractions, seed))
    columns = describe_files(files)
    scores = _held_out_scores(np.column_stack(list(columns.values())), is_fake, folds, seed)
    low, high = _interval(is_fake, scores, groups, seed)
    alone = {
        name: _auc(is_fake, _held_out_scores(column[:, None], is_fake, folds, seed))
        for name, column in columns.items()
    }
    ranked = tuple(sorted(alone.items(), key=lambda item: (-item[1], item[0])))
    return Shortcut(_auc(is_fake, scores), low, high, ranked, len(files))


def draw(groups: NDArray[np.int64], seed: int = 0) -> NDArray[np.bool_]:
    """Draw whole groups until they hold 20,000 images: enough to find a shortcut with.

    Args:
        groups: (n,) group of each image.
        seed: The same seed draws the same groups.

    Returns:
        (n,) whether an image is drawn; all are where there are no more than 20,000.
    """
    if len(groups) <= _MAX_IMAGES:
        return np.ones(len(groups), np.bool_)
    numbers, sizes = np.unique(groups, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(numbers))
    chosen = numbers[order[: np.searchsorted(np.cumsum(sizes[order]), _MAX_IMAGES) + 1]]
    return np.isin(groups, chosen)


def describe_files(files: Sequence[File]) -> dict[str, NDArray[np.float64]]:
    """Return the features by their names in plain words: (n,) each, NaN where not known.

    A format is numbered by its place among the names in use; a feature that is the same for all
    images is left out, unless all are.
    """
    width, height, size = (
        np.array([file[name] for file in files], np.float64)
        for name in ("width_px", "height_px", "size_bytes")
    )
    formats = sorted({file["format"] for file in files})
    columns = {
        "file format": np.array([formats.index(file["format"]) for file in files], np.float64),
        "width": width,
        "height": height,
        "width over height": width / height,
        "file size": size,
        "bytes per pixel": size / (width * height),
        "conversions on import": np.array([len(file["notes"]) for file in files], np.float64),
        "EXIF orientation": np.array([_has_exif(file) for file in files], np.float64),
    }
    names = sorted({name for file in files for name in file["scores"] or {} if _JPEG in name})
    for name in names:
        values = [(file["scores"] or {}).get(name) for file in files]
        said = name.replace("_", " ").replace(_JPEG, "JPEG")
        columns[said] = np.array([np.nan if v is None else v for v in values], np.float64)
    varying = {name: c for name, c in columns.items() if len(np.unique(c)) > 1}
    return varying or {"file format": columns["file format"]}


def _has_exif(file: File) -> bool:
    return any("EXIF" in note for note in file["notes"])


def _held_out_scores(
    features: NDArray[np.float64],
    is_fake: NDArray[np.bool_],
    folds: NDArray[np.int64],
    seed: int,
) -> NDArray[np.float64]:
    """Return (n,) scores of each image by a classifier that has not seen its fold."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    model, scores = _classifier(seed), np.empty(len(folds))
    with threadpool_limits(1):  # on busy cores more threads took 20 times as long
        for fold in np.unique(folds):
            held_out = folds == fold
            model.fit(features[~held_out], is_fake[~held_out])
            scores[held_out] = model.predict_proba(features[held_out])[:, 1]
    return scores


def _classifier(seed: int) -> "HistGradientBoostingClassifier":
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=20, learning_rate=0.2, max_leaf_nodes=8, min_samples_leaf=5, random_state=seed
    )


def _auc(
    is_fake: NDArray[np.bool_],
    scores: NDArray[np.float64],
    weights: NDArray[np.float64] | None = None,
) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(is_fake, scores, sample_weight=weights))


def _interval(
    is_fake: NDArray[np.bool_],
    scores: NDArray[np.float64],
    groups: NDArray[np.int64],
    seed: int,
) -> tuple[float, float]:
    """Draw groups with replacement; return the 2.5th and 97.5th percentile of the AUC."""
    _, members = np.unique(groups, return_inverse=True)
    n_groups = int(members.max()) + 1
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(_DRAWS):
        times = np.bincount(rng.integers(n_groups, size=n_groups), minlength=n_groups)
        weights = times[members].astype(np.float64)
        if weights[is_fake].sum() and weights[~is_fake].sum():
            drawn.append(_auc(is_fake, scores, weights))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)
