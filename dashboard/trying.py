"""What a run makes of one image: its call, how likely it is right, and whether it would last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from core.evaluation.bootstrap import estimate
from core.evaluation.robustness import CHANGES, JPEG, RESIZE, Change, first_flip
from core.evaluation.tallies import Evidence
from core.types import Run, Split
from dashboard.assessment import assess_calls
from dashboard.calibrating import Calibration, calibration_of
from dashboard.scores import Operating, Scored, load_scores, operating_threshold
from dashboard.tried import Familiarity, Tried

Interval = tuple[float, float]

LEAST_ALIKE, MOST_ALIKE = 10, 50
NO_FACE = "No face was found, so there is no verdict: what detectors here judge is a face."
UNFAMILIAR = 0.01
"""Where at most this share of the held-out images lies as far out, the image is called unlike."""


class Call(StrEnum):
    """What a score means under a threshold."""

    GENUINE = "genuine"
    FAKE = "fake"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Share:
    """Some of a number of images, with the 95 % interval by people where one can be told."""

    part: int
    whole: int
    interval: Interval | None


@dataclass(frozen=True)
class Alike:
    """The held-out images whose scores are nearest.

    Attributes:
        fakes: How many of them were fake.
        low: The lowest of their scores.
        high: The highest.
    """

    fakes: Share
    low: float
    high: float


@dataclass(frozen=True)
class Standard:
    """What a run's images are judged by; the same for every image.

    Attributes:
        calibration: Turns scores into probabilities.
        fitted: The scores it was fitted on; those of validation where nothing could be fitted.
        false_positives: Genuine test images called fake, those in the uncertain band not counted.
    """

    run: Run
    operating: Operating
    calibration: Calibration
    fitted: Scored
    false_positives: Share

    def call(self, score: float) -> Call:
        """Return what a score means."""
        return Call(self.operating.call(score))


@dataclass(frozen=True)
class Judgement:
    """One image under a standard.

    Attributes:
        probability: That it is fake, calibrated, where fakes are as frequent as in `mix`; None
            where nothing could be calibrated: a bare score is no probability.
        mix: Fakes among the images that the calibration was fitted on; None where there is none.
        alike: None where too few images were held out.
        survivals: The call after each of CHANGES; none until the scores are known.
        is_unfamiliar: Whether it is unlike the training images; None where nobody can tell.
    """

    call: Call
    score: float
    probability: float | None
    mix: Share | None
    alike: Alike | None
    survivals: tuple[Call, ...]
    is_unfamiliar: bool | None

    def flip(self, kind: str) -> Change | None:
        """Return the mildest change of a kind that turns the call."""
        return first_flip(CHANGES, self.survivals, self.call, kind)


def standard_of(session: Session, run: Run) -> Standard:
    """Load what a run's images are judged by."""
    calibration = calibration_of(session, run)
    operating = operating_threshold(session, run.id)
    fitted = load_scores(session, run.id, calibration.split or Split.VALIDATION)
    return Standard(run, operating, calibration, fitted, _wrong(session, run, operating))


def _wrong(session: Session, run: Run, operating: Operating) -> Share:
    cut = operating.value if operating.high is None else operating.high
    found = assess_calls(session, run, Split.TEST, cut).get("false_positive_rate")
    if found is None or found.value is None:
        return Share(0, 0, None)
    return Share(round(found.value * found.n_images), found.n_images, found.interval)


def judge(tried: Tried, standard: Standard) -> Judgement | None:
    """Say what a run makes of an image that was tried; None without a face: there is no verdict."""
    if tried.judged is None:
        return None
    score, fitted = tried.score, standard.fitted
    return Judgement(
        call=standard.call(score),
        score=score,
        probability=_probability(score, standard.calibration),
        mix=Share(fitted.n_fake, len(fitted.scores), None) if standard.calibration.split else None,
        alike=alike(score, fitted),
        survivals=tuple(standard.call(each) for each in tried.survival),
        is_unfamiliar=_is_unfamiliar(tried.familiarity),
    )


def _probability(score: float, calibration: Calibration) -> float | None:
    from core.evaluation.calibration import calibrate

    if calibration.split is None:
        return None
    return float(calibrate(np.array([score]), calibration.temperature)[0])


def alike(score: float, fitted: Scored) -> Alike | None:
    """Count the fakes among the held-out images whose scores are nearest to one.

    A quarter of them, at least 10 and at most 50, and all that are as near as the last of these;
    None where there are fewer than 10.
    """
    n = len(fitted.scores)
    if n < LEAST_ALIKE:
        return None
    distances = np.abs(fitted.scores - score)
    k = int(np.clip(n // 4, LEAST_ALIKE, MOST_ALIKE))
    is_near = distances <= np.partition(distances, k - 1)[k - 1]
    near = Evidence(
        fitted.scores[is_near], fitted.is_fake[is_near], fitted.groups[is_near], threshold=0.0
    )
    share = estimate(near, with_curves=False)["precision"]  # with all called fake, that of fakes
    fakes = Share(int(near.is_fake.sum()), len(near.scores), share.interval)
    return Alike(fakes, float(near.scores.min()), float(near.scores.max()))


def _is_unfamiliar(found: Familiarity | None) -> bool | None:
    if found is None or not found.n_images:
        return None
    return found.n_farther <= UNFAMILIAR * found.n_images


def summary(tried: Tried, judged: Judgement | None, standard: Standard) -> Mapping[str, Any]:
    """Return the figures of a tried image under the names that the command line prints."""
    return {
        "checksum": tried.checksum,
        "format": tried.format,
        "width_px": tried.width_px,
        "height_px": tried.height_px,
        "conversions": list(tried.notes),
        "faces": len(tried.faces),
        **(_verdict(tried, judged) if judged else {"call": None, "reason": NO_FACE}),
        **_basis(standard),
        "cues": dict(tried.cues),
        "checks": dict(tried.checks),
        "seconds": dict(tried.seconds),
    }


def _verdict(tried: Tried, judged: Judgement) -> dict[str, Any]:
    return {
        "call": judged.call.value,
        "score": round(judged.score, 6),
        "probability": None if judged.probability is None else round(judged.probability, 6),
        "fakes_in_calibration": _told(judged.mix) if judged.mix else None,
        "similar_scores_fake": _told(judged.alike.fakes) if judged.alike else None,
        "is_unfamiliar": judged.is_unfamiliar,
        "survival": _survival(tried.survival, judged.survivals),
        "turns_at": {kind: _name(judged.flip(kind)) for kind in (JPEG, RESIZE)},
    }


def _basis(standard: Standard) -> dict[str, Any]:
    operating = standard.operating
    return {
        "probability_rests_on": standard.calibration.note,
        "threshold": operating.value,
        "uncertain_band": _band(operating),
        "threshold_origin": operating.origin,
        "test_false_positives": _told(standard.false_positives),
    }


def _told(share: Share) -> dict[str, Any]:
    return {"part": share.part, "whole": share.whole, "interval": share.interval}


def _band(operating: Operating) -> list[float] | None:
    if operating.low is None or operating.high is None:
        return None
    return [operating.low, operating.high]


def _survival(scores: Sequence[float], calls: Sequence[Call]) -> list[dict[str, Any]]:
    return [
        {"change": str(change), "score": round(score, 6), "call": call.value}
        for change, score, call in zip(CHANGES, scores, calls, strict=True)
    ]


def _name(change: Change | None) -> str | None:
    return str(change) if change else None
