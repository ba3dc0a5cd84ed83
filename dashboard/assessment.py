"""All figures of a run on one split with their intervals, for pages and for the command line."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.evaluation import calibration
from core.evaluation.attack_types import attack_types
from core.evaluation.bootstrap import Estimate, estimate
from core.evaluation.calibration import ReliabilityBin
from core.evaluation.tallies import BRIER, ECE, Evidence
from core.types import Run, Split
from dashboard.calibrating import Calibration, calibration_of
from dashboard.scores import ENOUGH_GENUINE, load_scores
from db import generators


@dataclass(frozen=True)
class Assessment:
    """The figures of a run that no threshold changes.

    Attributes:
        estimates: By the names of `core.evaluation.bootstrap.estimate`.
        calibration: What the figures called calibrated rest on.
        before: The reliability curve of the scores as they are.
        after: The reliability curve of the calibrated scores.
        ece_by_chance: ECE that a perfectly calibrated detector would show on as many images.
    """

    n_genuine: int
    n_fake: int
    n_groups: int
    estimates: Mapping[str, Estimate]
    calibration: Calibration
    before: tuple[ReliabilityBin, ...]
    after: tuple[ReliabilityBin, ...]
    ece_by_chance: float | None

    @property
    def is_indicative(self) -> bool:
        """Whether there are too few genuine images to rely on the figures."""
        return self.n_genuine < ENOUGH_GENUINE


def assess(session: Session, run: Run, split: Split) -> Assessment:
    """Return a run's figures on one split; without scores they are empty."""
    data = load_scores(session, run.id, split)
    found = calibration_of(session, run)
    evidence = Evidence(data.scores, data.is_fake, data.groups, temperature=found.temperature)
    curves = [
        tuple(calibration.reliability(data.scores, data.is_fake, temperature))
        for temperature in (1.0, found.temperature)
    ]
    calibrated = calibration.calibrate(data.scores, found.temperature)
    return Assessment(
        n_genuine=data.n_genuine,
        n_fake=data.n_fake,
        n_groups=evidence.n_groups,
        estimates=estimate(evidence),
        calibration=found,
        before=curves[0],
        after=curves[1],
        ece_by_chance=calibration.ece_by_chance(calibrated),
    )


def assess_calls(session: Session, run: Run, split: Split, threshold: float) -> dict[str, Estimate]:
    """Return the figures of a run's calls at a threshold, with APCER by attack type."""
    data = load_scores(session, run.id, split)
    made_by = generators.generators_of_run(session, run.id, split)
    kinds = attack_types(data.is_fake, [made_by.get(int(each)) for each in data.image_ids])
    evidence = Evidence(
        data.scores, data.is_fake, data.groups, threshold=threshold, attack_types=kinds
    )
    found = estimate(evidence, with_curves=False)
    return {name: each for name, each in found.items() if not name.startswith((BRIER, ECE))}
