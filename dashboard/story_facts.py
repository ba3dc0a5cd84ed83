"""Gathering what the story of a run tells, once for page, files and command line."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.types import Label, Split, Threshold
from dashboard import reporting
from dashboard.scores import Scored, load_scores
from dashboard.story_types import (
    Data,
    Decision,
    Example,
    Facts,
    Interval,
    Measure,
    Review,
    Share,
    Slice,
    Test,
)
from db import images, provenance, runs, thresholds, versions
from db.tables import now

DEFAULT_PREVALENCE = 0.01
"""Where nobody said how many of the images in use are fake."""

N_SAMPLE, N_MISTAKES, N_BINS = 24, 6, 40


def gather(
    session: Session, run_id: int, prevalence: float | None = None, at: datetime | None = None
) -> Facts:
    """Return everything that the story of a run tells.

    Args:
        session: A reading one.
        run_id: Of a scored run.
        prevalence: Share of fakes among the images in use, 0 to 1; by default what the threshold
            was chosen for, else 1 %.
        at: The moment that stands on the story; now by default.

    Raises:
        InvalidInput: If the prevalence is no share.
        NotFound: If there is no such run, or it was never scored.
    """
    if prevalence is not None and not 0 < prevalence < 1:
        raise InvalidInput(
            f"Expected a share of fakes above 0 and below 1, such as 0.01. Received {prevalence}."
        )
    figures = reporting.report(session, run_id)
    run = runs.get_run(session, run_id)
    decision = _decision(session, run_id, figures)
    return Facts(
        run=run,
        data=_data(session, run.dataset_version),
        test=_test(session, run_id, figures),
        decision=decision,
        prevalence=prevalence or assumed_prevalence(decision.in_force),
        review=None,
        gathered_at=at or now(),
    )


def assumed_prevalence(in_force: Threshold | None) -> float:
    """Return the share of fakes that a threshold was chosen for, else 1 %."""
    costs = in_force.policy.get("costs") if in_force else None
    return float(costs["prevalence"]) if costs else DEFAULT_PREVALENCE


def _data(session: Session, number: int) -> Data:
    return Data(
        version=versions.get_version(session, number),
        n_identities=provenance.count_identities(session, number),
        origins=tuple(provenance.origins(session, number)),
        generators=tuple(provenance.generators(session, number)),
        left_out=tuple(provenance.left_out(session, number)),
        refused=tuple(provenance.refused(session)),
        duplicates=provenance.duplicates(session),
        sample=tuple(provenance.sample(session, number, N_SAMPLE)),
    )


def _decision(session: Session, run_id: int, figures: Mapping[str, Any]) -> Decision:
    waiting = thresholds.pending(session, run_id)
    return Decision(
        value=figures["threshold"],
        origin=figures["threshold_origin"],
        in_force=thresholds.in_force(session, run_id),
        waiting=waiting[0] if waiting else None,
    )


def _test(session: Session, run_id: int, figures: Mapping[str, Any]) -> Test:
    from core.evaluation.threshold import threshold_counts

    scored, confusion = load_scores(session, run_id, Split.TEST), figures["confusion"]
    n_genuine, n_fake = scored.n_genuine, scored.n_fake
    wrong, missed = confusion["false_fake"], confusion["false_genuine"]
    return Test(
        n_genuine=n_genuine,
        n_fake=n_fake,
        is_indicative=figures["indicative_only"],
        auc=Measure(figures["auc"], figures["auc_interval"]),
        tpr_at={},
        false_positives=Share(wrong, n_genuine, figures["false_positive_rate_interval"]),
        misses=Share(missed, n_fake, figures["miss_rate_interval"]),
        misses_by_attack=(),
        slices=(),
        mistakes=_mistakes(session, scored, figures["threshold"]),
        histogram=_histogram(scored),
        counts=threshold_counts(scored.scores, scored.is_fake),
    )


def _histogram(scored: Scored) -> "np.typing.NDArray[np.int64]":
    parts = (scored.scores[~scored.is_fake], scored.scores[scored.is_fake])
    return np.stack([np.histogram(part, N_BINS, (0.0, 1.0))[0] for part in parts])


def _mistakes(session: Session, scored: Scored, threshold: float) -> tuple[Example, ...]:
    """Return the worst mistakes: genuine images called fake first, then missed fakes."""
    called_fake = scored.scores >= threshold
    wrong = np.flatnonzero(~scored.is_fake & called_fake)[:N_MISTAKES]
    missed = np.flatnonzero(scored.is_fake & ~called_fake)[::-1][:N_MISTAKES]
    rows = [*wrong, *missed]
    records = images.get_images(session, [int(scored.image_ids[row]) for row in rows])
    return tuple(
        Example(
            record.checksum,
            Label.FAKE if scored.is_fake[row] else Label.GENUINE,
            float(scored.scores[row]),
        )
        for record, row in zip(records, rows, strict=True)
    )
