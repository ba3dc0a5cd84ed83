"""How far figures may be off, by resampling people instead of images.

Images of one person are not independent: resampling images alone would claim more certainty than
there is. All figures of a run are resampled together, so that one pass serves all of them and two
runs are compared on the very same resamples.

Reference: Efron & Tibshirani (1993), "An introduction to the bootstrap", chapter 13; Field & Welsh
(2007), "Bootstrapping clustered data".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput
from core.evaluation import intervals, metrics
from core.evaluation.metrics import Interval, Scores, Truth
from core.evaluation.tallies import BRIER, ECE, Evidence, Tally, tally
from core.evaluation.weighted import Resampled

N_BOOT = 2000
BLOCK = 2_000_000
"""Numbers in each of the ten or so arrays that are held at once: 160 MB together."""

LEAST_ALLOWED = 2
"""A TPR at a given FPR has an interval from so many allowed false positives on."""


@dataclass(frozen=True)
class Estimate:
    """A figure, how far it may be off, and what it rests on.

    Attributes:
        value: None where it is undefined.
        interval: Of 95 %; None where resampling has nothing to say, as of a perfect ranking.
        n_images: Images it was counted on.
        n_groups: Groups (people) they belong to; of the label with fewer, where both matter.
    """

    value: float | None
    interval: Interval | None
    n_images: int
    n_groups: int


def estimate(
    evidence: Evidence, n_boot: int = N_BOOT, seed: int = 0, *, with_curves: bool = True
) -> dict[str, Estimate]:
    """Return every figure of a run on some images with its 95 % interval.

    Args:
        evidence: Scores, truth and groups of (n,) images; what it leaves out is left out here.
        n_boot: Resamples of the groups.
        seed: Of the resampling.
        with_curves: Whether to include the first five, which take most of the time.

    Returns:
        By name: auc, average_precision, eer, tpr_at_1_fpr, tpr_at_5_fpr, brier, ece; with a
        temperature brier_calibrated and ece_calibrated; with a threshold false_positive_rate
        (also called BPCER), miss_rate, true_positive_rate, precision, accuracy; with attack types
        `apcer: ` and the type for each. Every value is exact. For the intervals of the first five
        more than 4,096 different scores are joined into steps: see `weighted.step_numbers`.
    """
    if not len(evidence.scores):
        return {}
    tallied = tally(evidence, with_curves)
    (resampled,) = resample([tallied], evidence.n_groups, n_boot, seed)
    values = _values(evidence, tallied)
    return {
        name: _estimate(name, value, resampled[name], evidence, tallied)
        for name, value in values.items()
    }


def differences(
    first: Evidence, second: Evidence, n_boot: int = N_BOOT, seed: int = 0
) -> dict[str, Estimate]:
    """Return how much higher each figure of the second run is, with its 95 % interval.

    Both runs are judged on every resample alike, so what makes images hard for both cancels.

    Args:
        first: Of (n,) images.
        second: Of the same images in the same order.
        n_boot: Resamples of the groups.
        seed: Of the resampling.

    Raises:
        InvalidInput: If labels or groups differ.
    """
    _check_same(first, second)
    if not len(first.scores):
        return {}
    tallies = [tally(first), tally(second)]
    resampled = resample(tallies, first.n_groups, n_boot, seed)
    values = [_values(each, told) for each, told in zip((first, second), tallies, strict=True)]
    found = {}
    for name in [name for name in values[0] if name in values[1]]:
        n_images, n_groups = _basis(name, first, tallies[0])
        before, after = values[0][name], values[1][name]
        strays = resampled[1][name] - resampled[0][name]
        difference = None if before is None or after is None else after - before
        has_interval = difference is not None and not is_too_coarse(name, first)
        interval = intervals.percentile(strays, n_groups) if has_interval else None
        found[name] = Estimate(difference, interval, n_images, n_groups)
    return found


def is_too_coarse(name: str, evidence: Evidence) -> bool:
    """Say whether a TPR at a given FPR allows too few false positives to have an interval."""
    allowed = {"tpr_at_1_fpr": 0.01, "tpr_at_5_fpr": 0.05}.get(name)
    return allowed is not None and allowed * int((~evidence.is_fake).sum()) < LEAST_ALLOWED


def auc_interval(
    scores: Scores,
    is_fake: Truth,
    groups: NDArray[np.generic],
    n_boot: int = N_BOOT,
    seed: int = 0,
) -> Interval | None:
    """Return the 95 % interval of the AUC alone; see `estimate`."""
    figures = estimate(Evidence(scores, is_fake, groups), n_boot, seed)
    return figures["auc"].interval if figures else None


def draw_weights(
    n_groups: int, n_boot: int, seed: int, block: int
) -> Iterator[NDArray[np.float64]]:
    """Yield (groups, b) how often each group is drawn, in blocks of b that sum to `n_boot`."""
    rng = np.random.default_rng(seed)
    for start in range(0, n_boot, block):
        size = min(block, n_boot - start)
        drawn = rng.integers(0, n_groups, (size, n_groups)) * size + np.arange(size)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=n_groups * size)
        yield counts.reshape(n_groups, size).astype(np.float64)


def resample(
    tallies: Sequence[Tally], n_groups: int, n_boot: int = N_BOOT, seed: int = 0
) -> list[dict[str, Resampled]]:
    """Return every figure of each tally in each resample; the tallies share the resamples."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    block = max(1, BLOCK // max(each.n_rows for each in tallies))
    blocks: list[list[dict[str, Resampled]]] = [[] for _ in tallies]
    with threadpool_limits(1):  # on busy cores two threads took three times as long
        for weights in draw_weights(n_groups, n_boot, seed, block):
            for found, each in zip(blocks, tallies, strict=True):
                found.append(each.figures(weights))
    return [
        {name: np.concatenate([part[name] for part in found]) for name in found[0]}
        for found in blocks
    ]


def _values(evidence: Evidence, tallied: Tally) -> dict[str, float | None]:
    """Return the figures of the images as they are, every score kept apart."""
    scores, is_fake = evidence.scores, evidence.is_fake
    sums = tallied.group_figures(np.ones((evidence.n_groups, 1)))
    by_group = {name: None if np.isnan(one[0]) else float(one[0]) for name, one in sums.items()}
    if tallied.ladder is None:
        return by_group
    return {
        "auc": metrics.roc_auc(scores, is_fake),
        "average_precision": metrics.average_precision(scores, is_fake),
        "eer": metrics.eer(scores, is_fake),
        "tpr_at_1_fpr": metrics.tpr_at_fpr(scores, is_fake, 0.01),
        "tpr_at_5_fpr": metrics.tpr_at_fpr(scores, is_fake, 0.05),
        **by_group,
    }


def _estimate(
    name: str, value: float | None, resampled: Resampled, evidence: Evidence, tallied: Tally
) -> Estimate:
    n_images, n_groups = _basis(name, evidence, tallied)
    interval = None
    if value is None or is_too_coarse(name, evidence):
        pass
    elif name.startswith(ECE):
        interval = intervals.reflected(value, resampled, n_groups)
    elif name in tallied.parts and not name.startswith(BRIER):
        interval = intervals.of_proportion(value, resampled, n_images, n_groups)
    else:
        interval = intervals.of_figure(value, resampled, n_groups)
    return Estimate(value, interval, n_images, n_groups)


def _basis(name: str, evidence: Evidence, tallied: Tally) -> tuple[int, int]:
    """Return how many images and how many groups a figure rests on."""
    whole = tallied.wholes.get(name)
    if whole is not None:
        return int(whole.sum()), int((whole > 0).sum())
    if name.startswith(ECE):
        return len(evidence.scores), evidence.n_groups
    groups, is_fake = evidence.group_numbers, evidence.is_fake
    n_groups = min(len(np.unique(groups[chosen])) for chosen in (is_fake, ~is_fake))
    return len(evidence.scores), n_groups


def _check_same(first: Evidence, second: Evidence) -> None:
    if not (
        np.array_equal(first.is_fake, second.is_fake)
        and np.array_equal(first.group_numbers, second.group_numbers)
    ):
        raise InvalidInput(
            "Expected two runs on the same images. Received labels or groups that differ: compare "
            "on the images that both have scored."
        )
