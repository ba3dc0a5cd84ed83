"""Ways to choose an operating threshold, each from the counts at a slider's steps.

All of them take validation counts: chosen on test images, a threshold would flatter the detector.
Where several steps do equally well, the highest is taken, as it accuses the fewest genuine images;
only a bound on the false positive rate takes the lowest, as it catches the most fakes.
`dashboard/threshold/arithmetic.js` says the same for the browser.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.errors import InvalidInput
from core.evaluation.metrics import Confusion, Scores, Truth, wilson_interval
from core.evaluation.threshold import ThresholdTable, threshold_table
from core.rounding import percent

DEFAULT_PREVALENCE = 0.1
"""Share of fakes among the images in use where nobody said one."""


@dataclass(frozen=True)
class Costs:
    """What wrong calls cost, and how common fakes are where the detector will be used.

    Attributes:
        genuine_called_fake: Cost of one, in any unit.
        missed_fake: Cost of one, in the same unit.
        prevalence: Share of fakes among the images to be checked, 0 to 1.
    """

    genuine_called_fake: float = 10.0
    missed_fake: float = 1.0
    prevalence: float = DEFAULT_PREVALENCE

    def __post_init__(self) -> None:
        for name in ("genuine_called_fake", "missed_fake"):
            if not 0 <= getattr(self, name) < np.inf:
                raise InvalidInput(
                    f"Expected a cost of 0 or more for {name}. Received {getattr(self, name)}."
                )
        if not 0 <= self.prevalence <= 1:
            raise InvalidInput(
                f"Expected a share of fakes from 0 to 1. Received {self.prevalence}."
            )


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold with the rule that chose it and what it does on the images it was chosen on."""

    value: float
    mode: str
    reason: str
    confusion: Confusion


FPR_1, FPR_5, MINIMUM_COST, EER, YOUDEN = "fpr-1", "fpr-5", "minimum-cost", "eer", "youden"


def at_most_fpr(table: ThresholdTable, max_fpr: float) -> int | None:
    """Return the first step with at most this share of genuine images called fake.

    None where no step is high enough, or there is no genuine image.
    """
    allowed = np.flatnonzero(table.false_positive_rates <= max_fpr)
    return int(allowed[0]) if len(allowed) else None


def expected_costs(table: ThresholdTable, costs: Costs) -> Scores:
    """Return the expected cost of 1,000 images at each of k steps; NaN where a rate is undefined.

    Reference: Drummond & Holte (2006), "Cost curves".
    """
    genuine = (1 - costs.prevalence) * costs.genuine_called_fake * table.false_positive_rates
    fake = costs.prevalence * costs.missed_fake * table.miss_rates
    expected: Scores = 1000 * (genuine + fake)
    return expected


def minimum_cost(table: ThresholdTable, costs: Costs) -> int | None:
    """Return the step with the lowest expected cost; None where a label is missing."""
    return _last_least(expected_costs(table, costs))


def equal_error(table: ThresholdTable) -> int | None:
    """Return the step where false positive rate and miss rate are nearest to each other."""
    return _last_least(np.abs(table.false_positive_rates - table.miss_rates))


def youden(table: ThresholdTable) -> int | None:
    """Return the step with the largest true positive less false positive rate.

    Reference: Youden (1950), "Index for rating diagnostic tests".
    """
    return _last_least(table.false_positive_rates + table.miss_rates)


def _last_least(values: Scores) -> int | None:
    """Return the last place of the least value; None where a value is undefined.

    Sums of the same counts may differ in the last bit: what is equal to 12 digits is equal.
    """
    if np.isnan(values).any():
        return None
    return int(np.flatnonzero(values <= values.min() + 1e-12 * (1 + abs(values.min())))[-1])


Mode = Callable[[ThresholdTable, Costs], int | None]
MODES: Mapping[str, Mode] = {
    FPR_1: lambda table, _: at_most_fpr(table, 0.01),
    FPR_5: lambda table, _: at_most_fpr(table, 0.05),
    MINIMUM_COST: minimum_cost,
    EER: lambda table, _: equal_error(table),
    YOUDEN: lambda table, _: youden(table),
}
RULES: Mapping[str, str] = {
    FPR_1: "The smallest threshold with at most 1 % false positives",
    FPR_5: "The smallest threshold with at most 5 % false positives",
    MINIMUM_COST: "The threshold with the lowest expected cost",
    EER: "The threshold where false positive rate and miss rate are equal",
    YOUDEN: "The threshold with the largest true positive less false positive rate",
}


def choose(mode: str, scores: Scores, is_fake: Truth, costs: Costs | None = None) -> OperatingPoint:
    """Choose a threshold by a rule.

    Args:
        mode: One of MODES.
        scores: (n,) scores of validation images.
        is_fake: (n,) ground truth.
        costs: What wrong calls cost, for the minimum.

    Raises:
        InvalidInput: If there is no such rule, or the images cannot tell it.
    """
    if mode not in MODES:
        raise InvalidInput(f"Expected a rule among {', '.join(MODES)}. Received {mode!r}.")
    table = threshold_table(scores, is_fake)
    step = MODES[mode](table, costs or Costs())
    if step is None:
        raise InvalidInput(_unable(mode, table))
    confusion = Confusion(*(int(n) for n in table.counts[step]))
    value = float(table.steps[step])
    return OperatingPoint(
        value, mode, f"{RULES[mode]} on validation: {_told(confusion)}", confusion
    )


def _unable(mode: str, table: ThresholdTable) -> str:
    last = Confusion(*(int(n) for n in table.counts[-1]))
    if mode in (FPR_1, FPR_5):
        return (
            f"Expected genuine validation images of which at most {mode[-1]} % score 1. "
            f"Received: {last.n_genuine} genuine images, {last.false_fake} of them with a score "
            "of 1. Add genuine images, train again or accept more false positives."
        )
    return (
        "Expected genuine and fake validation images. "
        f"Received: {last.n_genuine} genuine and {last.n_fake} fake ones."
    )


def _told(confusion: Confusion) -> str:
    low, high = wilson_interval(confusion.false_fake, confusion.n_genuine) or (0.0, 1.0)
    return (
        f"{confusion.false_fake:,} of {confusion.n_genuine:,} genuine images called fake "
        f"(95 % interval {percent(low)} to {percent(high)}), "
        f"{confusion.false_genuine:,} of {confusion.n_fake:,} fakes missed."
    )


def policy_of(point: OperatingPoint, costs: Costs | None) -> dict[str, Any]:
    """Return what is kept of how a threshold was chosen, as JSON takes it."""
    kept: dict[str, Any] = {"mode": point.mode, "validation": asdict(point.confusion)}
    if point.mode == MINIMUM_COST:
        kept["costs"] = asdict(costs or Costs())
    return kept
