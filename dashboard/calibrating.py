"""The calibration of a run: one temperature, fitted on images that will not judge it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.evaluation.calibration import fit_temperature
from core.types import Run, Split
from dashboard.scores import Scored, load_scores

FITTED_ON = (Split.CALIBRATION, Split.VALIDATION)
"""The splits a temperature may be fitted on, the best first: never train, never test."""

ENOUGH_TO_FIT = 200
"""With fewer images of either label, a temperature is indicative only."""


@dataclass(frozen=True)
class Calibration:
    """What turns a run's scores into probabilities.

    Attributes:
        temperature: For `core.evaluation.calibration.calibrate`; 1 where nothing could be fitted.
        split: Whose images it was fitted on; None where nothing could be fitted.
        n_images: How many those were.
        n_genuine: How many of them were genuine.
        note: All of this in a sentence or two, for people.
    """

    temperature: float
    split: Split | None
    n_images: int
    n_genuine: int
    note: str


def calibration_of(session: Session, run: Run) -> Calibration:
    """Fit a run's temperature on the calibration split, or else on validation, never on test.

    Where a split holds images of one label only, the next is tried; where none is left, the scores
    stay as they are and the note says so.
    """
    for split in FITTED_ON:
        data = load_scores(session, run.id, split)
        if data.n_genuine and data.n_fake:
            temperature = fit_temperature(data.scores, data.is_fake)
            note = _note(temperature, split, data)
            return Calibration(temperature, split, len(data.scores), data.n_genuine, note)
    note = (
        "Not calibrated: neither the calibration nor the validation split of version "
        f"{run.dataset_version} holds scored images of both labels. Freeze a version with a "
        "calibration split, and train on it."
    )
    return Calibration(1.0, None, 0, 0, note)


def _note(temperature: float, split: Split, data: Scored) -> str:
    kinds = f"{data.n_genuine:,} genuine and {data.n_fake:,} fake images of the {split} split"
    words = [f"Temperature {temperature:.2f}, fitted on {kinds}."]
    if split is not Split.CALIBRATION:
        words.append(
            "This version has no calibration split with both labels; validation images also chose "
            "the epoch, so the fit may flatter."
        )
    if min(data.n_genuine, data.n_fake) < ENOUGH_TO_FIT:
        words.append("So few images make it indicative only.")
    return " ".join(words)
