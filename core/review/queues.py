"""Queues: which images of a run are worth a person's time, and in which order.

A kind of queue is one function and one line in `QUEUES`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput
from core.types import Split

Rows: TypeAlias = NDArray[np.intp]
Choose: TypeAlias = Callable[["Candidates", Mapping[str, Any]], Rows]

FALSE_POSITIVES, MISSES = "false positives", "misses"
UNCERTAIN, DISAGREEMENTS = "uncertain band", "disagreements"
RANDOM_AUDIT, CHOSEN = "random audit", "chosen images"
N_AUDITED = 200


@dataclass(frozen=True)
class Candidates:
    """The images that a queue may be made of.

    Attributes:
        image_ids: (n,) numbers of the images.
        scores: (n,) probability that each is fake; NaN where no detector said.
        is_fake: (n,) labels.
        threshold: From which score on an image is called fake; None without a detector.
        other_scores: (n,) a second run's scores; NaN where it has none, or was trained on it.
        other_threshold: The second run's threshold.
    """

    image_ids: NDArray[np.int64]
    scores: NDArray[np.float64]
    is_fake: NDArray[np.bool_]
    threshold: float | None = None
    other_scores: NDArray[np.float64] | None = None
    other_threshold: float | None = None


@dataclass(frozen=True)
class QueueRequest:
    """What a queue is to hold.

    Attributes:
        kind: A name in `QUEUES`.
        run_id: Whose images; None only for chosen images.
        split: Of the run's version.
        threshold: From which score on the run calls an image fake.
        n_opinions: How many people judge each image, 1 to 5.
        reviewers: Who may judge; anybody where it is empty.
        limit: How many images at most; None for all (200 in a random audit).
        params: The figures of the kind: low and high, or nearest; other_run and other_threshold;
            seed; image_ids.
        again: Also images that a queue of this run has settled, and for a random audit also those
            relabelled since; None as the kind has it: only a random audit is drawn from all.
    """

    kind: str
    name: str
    run_id: int | None = None
    split: Split | None = None
    threshold: float | None = None
    n_opinions: int = 2
    reviewers: Sequence[str] = ()
    limit: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    again: bool | None = None

    @property
    def has_settled(self) -> bool:
        """Whether images that were settled before may be chosen again.

        An audit without them would miss labels found wrong before: their share comes out too low.
        """
        return self.kind == RANDOM_AUDIT if self.again is None else self.again


def choose(kind: str, candidates: Candidates, params: Mapping[str, Any]) -> Rows:
    """Return the rows of the candidates that a queue of this kind holds, first to be seen first.

    Args:
        kind: A name in `QUEUES`.
        candidates: What to choose from; the same ones give the same queue.
        params: The figures of the kind, and "limit": how many images at most, None for all.

    Raises:
        InvalidInput: If there is no such kind, a figure is missing, or no image fits.
    """
    if kind not in QUEUES:
        raise InvalidInput(f"Expected a kind among {', '.join(QUEUES)}. Received {kind!r}.")
    rows = QUEUES[kind](candidates, params)[: params.get("limit")]
    if not len(rows):
        raise InvalidInput(
            f"Expected images for a queue of the kind {kind!r}. Received none among "
            f"{len(candidates.image_ids):,} that are active and labelled as when they were scored: "
            "choose another split or threshold, or a wider band."
        )
    return rows


def false_positives(candidates: Candidates, params: Mapping[str, Any]) -> Rows:
    """Genuine images called fake, the costly error: highest score first."""
    wrong = ~candidates.is_fake & (candidates.scores >= _threshold(candidates))
    return _ordered(wrong, -candidates.scores, candidates)


def misses(candidates: Candidates, params: Mapping[str, Any]) -> Rows:
    """Fakes called genuine: lowest score first."""
    wrong = candidates.is_fake & (candidates.scores < _threshold(candidates))
    return _ordered(wrong, candidates.scores, candidates)


def uncertain(candidates: Candidates, params: Mapping[str, Any]) -> Rows:
    """Scores from `low` to below `high`, or the `nearest` ones; nearest to the threshold first.

    Params: low and high, 0 to 1; or nearest, a number of images.
    """
    distance = np.abs(candidates.scores - _threshold(candidates))
    if params.get("nearest") is not None:
        everything = np.isfinite(candidates.scores)
        return _ordered(everything, distance, candidates)[: int(params["nearest"])]
    low, high = _figure(params, "low"), _figure(params, "high")
    if not 0 <= low < high <= 1:
        raise InvalidInput(f"Expected a band with 0 <= low < high <= 1. Received {low} to {high}.")
    in_band = (candidates.scores >= low) & (candidates.scores < high)
    return _ordered(in_band, distance, candidates)


def disagreements(candidates: Candidates, params: Mapping[str, Any]) -> Rows:
    """Images that two runs call differently: largest gap between their scores first."""
    other, line = candidates.other_scores, candidates.other_threshold
    if other is None or line is None:
        raise InvalidInput(
            "Expected a second run and its threshold for a queue of disagreements. Received none."
        )
    differs = (candidates.scores >= _threshold(candidates)) != (other >= line)
    differs &= np.isfinite(candidates.scores) & np.isfinite(other)
    return _ordered(differs, -np.abs(candidates.scores - other), candidates)


def random_audit(candidates: Candidates, params: Mapping[str, Any]) -> Rows:
    """A random sample in random order, genuine and fake images in the share that they have.

    Whatever part of the queue has been judged is a random sample too.

    Params: seed; limit, 200 without one.
    """
    rng = np.random.default_rng(int(params.get("seed", 0)))
    by_id = np.argsort(candidates.image_ids)
    share = min(1.0, (params.get("limit") or N_AUDITED) / max(len(by_id), 1))
    drawn = []
    for stratum in (by_id[~candidates.is_fake[by_id]], by_id[candidates.is_fake[by_id]]):
        n_drawn = min(len(stratum), max(1, round(share * len(stratum))))
        drawn.append(rng.permutation(stratum)[:n_drawn])
    return rng.permutation(np.concatenate(drawn))


def chosen(candidates: Candidates, params: Mapping[str, Any]) -> Rows:
    """The images that a person chose, in the given order.

    Params: image_ids.
    """
    row_of = {int(image_id): row for row, image_id in enumerate(candidates.image_ids)}
    wanted = dict.fromkeys(int(image_id) for image_id in params.get("image_ids", ()))
    return np.array([row_of[image_id] for image_id in wanted if image_id in row_of], np.intp)


def _ordered(chosen: NDArray[np.bool_], keys: NDArray[np.float64], of: Candidates) -> Rows:
    """Return the chosen rows by rising key; equal keys genuine first, then by number."""
    rows = np.flatnonzero(chosen)
    return rows[np.lexsort((of.image_ids[rows], of.is_fake[rows], keys[rows]))]


def _threshold(candidates: Candidates) -> float:
    if candidates.threshold is None:
        raise InvalidInput("Expected a threshold for this kind of queue. Received none.")
    return candidates.threshold


def _figure(params: Mapping[str, Any], name: str) -> float:
    if params.get(name) is None:
        raise InvalidInput(f"Expected {name!r} for this kind of queue. Received none.")
    return float(params[name])


QUEUES: dict[str, Choose] = {
    FALSE_POSITIVES: false_positives,
    MISSES: misses,
    UNCERTAIN: uncertain,
    DISAGREEMENTS: disagreements,
    RANDOM_AUDIT: random_audit,
    CHOSEN: chosen,
}
"""Kinds of queues by name."""
