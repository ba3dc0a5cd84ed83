"""Outcomes: what settled verdicts say of the labels, and of the figures that rest on them.

Only reviewed images are corrected. A queue of mistakes can turn a mistake into a right call, never
the reverse, so figures after it flatter the detector; only a random audit tells how many labels
are wrong among those that nobody looked at.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput
from core.evaluation.bootstrap import (
    BLOCK,
    N_BOOT,
    Estimate,
    draw_weights,
    estimate,
    is_too_coarse,
)
from core.evaluation.intervals import percentile
from core.evaluation.metrics import Interval, wilson_interval
from core.evaluation.tallies import Evidence, tally
from core.evaluation.weighted import Resampled
from core.review.verdicts import ReviewVerdict

ON_LABEL = (ReviewVerdict.LABEL_WRONG, ReviewVerdict.DETECTOR_WRONG, ReviewVerdict.NOTHING_WRONG)
"""Verdicts that say whether the label is right."""


@dataclass(frozen=True)
class Correction:
    """What verdicts make of the truth of (n,) images.

    Attributes:
        is_fake: (n,) labels, those that were judged wrong turned round.
        is_kept: (n,) without the images judged unusable. Of whom nobody could tell, the label
            stays.
        counts: Images by verdict.
        n_turned: Labels turned round: (genuine to fake, fake to genuine).
    """

    is_fake: NDArray[np.bool_]
    is_kept: NDArray[np.bool_]
    counts: Mapping[ReviewVerdict, int]
    n_turned: tuple[int, int]


@dataclass(frozen=True)
class Change:
    """One figure before and after a correction, and how much higher it is after.

    The difference is taken on the very same resamples of people, so its interval is narrower than
    the two beside it suggest.
    """

    before: Estimate
    after: Estimate
    difference: float | None
    interval: Interval | None


@dataclass(frozen=True)
class LabelError:
    """How many labels a random audit found wrong.

    Attributes:
        n_wrong: Of `n_judged` images of which all could tell.
        interval: Wilson's 95 % of the share of wrong labels; None without an image. People with
            several images make it a little too narrow.
        n_unusable: Images judged unusable: not among those judged.
        n_cannot_tell: Images of which nobody could tell: not among those judged.
        n_open: Images without a final verdict: not among those judged.
        n_generated: Fakes made here whose label was called wrong: they stay fake, and are not
            among those judged, as in the figures before and after.
        is_whole: Whether the sample was drawn from all images; else without those settled before.
    """

    n_wrong: int
    n_judged: int
    interval: Interval | None
    n_unusable: int
    n_cannot_tell: int
    n_open: int
    n_generated: int = 0
    is_whole: bool = True

    @property
    def share(self) -> float | None:
        """Share of wrong labels, 0 to 1; None before an image was judged."""
        return self.n_wrong / self.n_judged if self.n_judged else None


def correct(
    image_ids: NDArray[np.int64],
    is_fake: NDArray[np.bool_],
    verdicts: Mapping[int, ReviewVerdict],
) -> Correction:
    """Correct labels by what reviewers settled.

    Args:
        image_ids: (n,) numbers of the images.
        is_fake: (n,) labels as they were when the images were judged.
        verdicts: Final verdicts by the image's number; those of other images do not count.

    Raises:
        InvalidInput: If the arrays differ in shape.
    """
    if image_ids.shape != is_fake.shape:
        raise InvalidInput(
            "Expected one number and one label an image. "
            f"Received: numbers {image_ids.shape}, labels {is_fake.shape}."
        )
    said = [verdicts.get(int(image_id)) for image_id in image_ids]
    is_wrong = np.array([each is ReviewVerdict.LABEL_WRONG for each in said], np.bool_)
    is_unusable = np.array([each is ReviewVerdict.IMAGE_UNUSABLE for each in said], np.bool_)
    turned = (int((is_wrong & ~is_fake).sum()), int((is_wrong & is_fake).sum()))
    counts = Counter(each for each in said if each is not None)
    return Correction(is_fake ^ is_wrong, ~is_unusable, counts, turned)


def changes(
    before: Evidence, correction: Correction, n_boot: int = N_BOOT, seed: int = 0
) -> dict[str, Change]:
    """Return every figure before and after a correction, with 95 % intervals.

    Args:
        before: Scores, labels and groups of (n,) images.
        correction: Of the same images.
        n_boot: Resamples of the groups.
        seed: Of the resampling.

    Returns:
        By the name of the figure as `core.evaluation.bootstrap.estimate` gives it.

    Reference: as `core.evaluation.bootstrap`.
    """
    kept = correction.is_kept
    after = Evidence(
        before.scores[kept],
        correction.is_fake[kept],
        before.groups[kept],
        threshold=before.threshold,
        temperature=before.temperature,
    )
    told = [estimate(each, n_boot, seed) for each in (before, after)]
    strays = _paired(before, after, n_boot, seed)
    return {
        name: _change(
            told[0][name],
            told[1][name],
            strays[name],
            is_coarse=any(is_too_coarse(name, each) for each in (before, after)),
        )
        for name in told[0]
        if name in told[1]
    }


def _paired(before: Evidence, after: Evidence, n_boot: int, seed: int) -> dict[str, Resampled]:
    """Return after minus before of each figure in each resample."""
    groups = np.unique(before.groups)
    present = np.searchsorted(groups, np.unique(after.groups))  # some may have lost all images
    tallies = [tally(before), tally(after)]
    block = max(1, BLOCK // max(len(groups), *(each.n_rows for each in tallies)))
    blocks = []
    for weights in draw_weights(len(groups), n_boot, seed, block):
        first, second = tallies[0].figures(weights), tallies[1].figures(weights[present])
        blocks.append({name: second[name] - first[name] for name in first if name in second})
    return {name: np.concatenate([part[name] for part in blocks]) for name in blocks[0]}


def _change(before: Estimate, after: Estimate, strays: Resampled, *, is_coarse: bool) -> Change:
    if before.value is None or after.value is None:
        return Change(before, after, None, None)
    interval = None if is_coarse else percentile(strays, min(before.n_groups, after.n_groups))
    return Change(before, after, after.value - before.value, interval)


def label_error(
    verdicts: Sequence[ReviewVerdict | None], n_generated: int = 0, *, is_whole: bool = True
) -> LabelError:
    """Estimate how many labels are wrong from a random audit.

    Args:
        verdicts: The final verdict of every image of the audit, None where there is none yet.
        n_generated: Of those called wrongly labelled, the fakes made here: their label is known.
        is_whole: Whether images that were settled before could be drawn too.

    Reference: Wilson (1927).
    """
    counts = Counter(verdicts)
    n_judged = sum(counts[each] for each in ON_LABEL) - n_generated
    n_wrong = counts[ReviewVerdict.LABEL_WRONG] - n_generated
    return LabelError(
        n_wrong,
        n_judged,
        wilson_interval(n_wrong, n_judged),
        n_unusable=counts[ReviewVerdict.IMAGE_UNUSABLE],
        n_cannot_tell=counts[ReviewVerdict.CANNOT_TELL],
        n_open=counts[None],
        n_generated=n_generated,
        is_whole=is_whole,
    )
