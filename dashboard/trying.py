"""What a run makes of one image: its call, how likely it is right, and whether it would last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from core.evaluation.robustness import CHANGES, JPEG, RESIZE, Change, first_flip
from core.types import Run, Split
from dashboard.calibrating import Calibration, calibration_of
from dashboard.scores import Operating, Scored, load_scores, operating_threshold
from dashboard.tried import Familiarity, Tried

Interval = tuple[float, float]

LEAST_ALIKE, MOST_ALIKE = 10, 50
UNFAMILIAR = 0.01
"""Where at most this share of the held-out images lies as far out, the image is called unlike."""


class Call(StrEnum):
    """What a score means under a threshold."""

    GENUINE = "genuine"
    FAKE = "fake"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Share:
    """Some of a number of images, with Wilson's 95 % interval; no interval without images."""

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
        fitted: The scores it was fitted on, or none.
        false_positives: Genuine test images called fake.
    """

    run: Run
    operating: Operating
    calibration: Calibration
    fitted: Scored
    false_positives: Share

    @property
    def fake_from(self) -> float:
        """The score from which an image is called fake: above the uncertain band, if any."""
        return self.operating.value if self.operating.high is None else self.operating.high

    @property
    def genuine_below(self) -> float:
        """The score below which an image is called genuine."""
        return self.operating.value if self.operating.low is None else self.operating.low

    def call(self, score: float) -> Call:
        """Return what a score means."""
        if score >= self.fake_from:
            return Call.FAKE
        return Call.GENUINE if score < self.genuine_below else Call.UNCERTAIN


@dataclass(frozen=True)
class Judgement:
    """One image under a standard.

    Attributes:
        probability: That it is fake, calibrated, where fakes are as frequent as in `mix`.
        mix: Fakes among the images that the calibration was fitted on.
        alike: None where too few images were held out.
        survivals: The call after each of CHANGES; none until the scores are known.
        is_unfamiliar: Whether it is unlike the training images; None where nobody can tell.
    """

    call: Call
    score: float
    probability: float
    mix: Share
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
    split = calibration.split or Split.VALIDATION
    fitted, test = load_scores(session, run.id, split), load_scores(session, run.id, Split.TEST)
    cut = operating.value if operating.high is None else operating.high
    n_wrong = int(np.sum(~test.is_fake & (test.scores >= cut)))
    return Standard(run, operating, calibration, fitted, _share(n_wrong, test.n_genuine))


def judge(tried: Tried, standard: Standard) -> Judgement:
    """Say what a run makes of an image that was tried."""
    from core.evaluation.calibration import calibrate

    score, fitted = tried.score, standard.fitted
    temperature = standard.calibration.temperature
    return Judgement(
        call=standard.call(score),
        score=score,
        probability=float(calibrate(np.array([score]), temperature)[0]),
        mix=_share(fitted.n_fake, len(fitted.scores)),
        alike=alike(score, fitted),
        survivals=tuple(standard.call(each) for each in tried.survival),
        is_unfamiliar=_is_unfamiliar(tried.familiarity),
    )


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
    near = fitted.scores[is_near]
    fakes = _share(int(fitted.is_fake[is_near].sum()), len(near))
    return Alike(fakes, float(near.min()), float(near.max()))


def _share(part: int, whole: int) -> Share:
    from core.evaluation.metrics import wilson_interval

    return Share(part, whole, wilson_interval(part, whole))


def _is_unfamiliar(found: Familiarity | None) -> bool | None:
    if found is None or not found.n_images:
        return None
    return found.n_farther <= UNFAMILIAR * found.n_images


def summary(tried: Tried, judged: Judgement, standard: Standard) -> Mapping[str, Any]:
    """Return the figures of a tried image under the names that the command line prints."""
    operating, calibration = standard.operating, standard.calibration
    return {
        "checksum": tried.checksum,
        "format": tried.format,
        "width_px": tried.width_px,
        "height_px": tried.height_px,
        "conversions": list(tried.notes),
        "faces": len(tried.faces),
        "call": judged.call.value,
        "score": round(judged.score, 6),
        "probability": round(judged.probability, 6),
        "probability_rests_on": calibration.note,
        "fakes_in_calibration": _told(judged.mix),
        "similar_scores_fake": _told(judged.alike.fakes) if judged.alike else None,
        "threshold": operating.value,
        "uncertain_band": _band(operating),
        "threshold_origin": operating.origin,
        "test_false_positives": _told(standard.false_positives),
        "is_unfamiliar": judged.is_unfamiliar,
        "survival": _survival(tried.survival, judged.survivals),
        "turns_at": {kind: _name(judged.flip(kind)) for kind in (JPEG, RESIZE)},
        "cues": dict(tried.cues),
        "checks": dict(tried.checks),
        "seconds": dict(tried.seconds),
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
