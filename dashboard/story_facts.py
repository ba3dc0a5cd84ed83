"""Gathering what the story of a run tells, once for page, files and command line."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.evaluation.operating_points import DEFAULT_PREVALENCE
from core.types import Label, Run, Split, Threshold
from dashboard import reporting
from dashboard.review_figures import reviewed_figures
from dashboard.scores import Scored, load_scores
from dashboard.slice_words import title_of
from dashboard.story_types import (
    Data,
    Decision,
    Example,
    Facts,
    Measure,
    Results,
    Review,
    Share,
    Slice,
)
from db import images, provenance, review_results, runs, thresholds, versions
from db.catalogue import Catalogue
from db.review_items import list_queues
from db.slices import facts_of
from db.tables import now

N_SAMPLE, N_MISTAKES, N_SLICES, N_BINS = 24, 6, 4, 40
_NAMES_PEOPLE = "identity"
_TPR_AT = {0.01: "tpr_at_1_fpr", 0.05: "tpr_at_5_fpr"}


def gather(
    session: Session,
    catalogue: Catalogue,
    run_id: int,
    prevalence: float | None = None,
    at: datetime | None = None,
) -> Facts:
    """Return everything that the story of a run tells.

    Args:
        session: A reading one.
        catalogue: What slices are cut by.
        run_id: Of a scored run.
        prevalence: Share of fakes among the images in use, between 0 and 1; by default what the
            threshold was chosen for, else 10 %.
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
        test=_test(session, catalogue, run_id, figures),
        decision=decision,
        prevalence=prevalence or assumed_prevalence(decision.in_force),
        review=_review(session, run, decision.value),
        gathered_at=at or now(),
    )


def assumed_prevalence(in_force: Threshold | None) -> float:
    """Return the share of fakes that a threshold was chosen for, else 10 %.

    All and none count as no answer: of such images nothing needs to be told apart.
    """
    costs = in_force.policy.get("costs") if in_force else None
    share = float(costs["prevalence"]) if costs else DEFAULT_PREVALENCE
    return share if 0 < share < 1 else DEFAULT_PREVALENCE


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


def _test(
    session: Session, catalogue: Catalogue, run_id: int, figures: Mapping[str, Any]
) -> Results:
    from core.evaluation.threshold import threshold_counts

    scored, confusion = load_scores(session, run_id, Split.TEST), figures["confusion"]
    slices = _slices(session, catalogue, scored, figures["threshold"])
    return Results(
        n_genuine=scored.n_genuine,
        n_fake=scored.n_fake,
        n_groups=figures["n_groups"],
        is_indicative=figures["indicative_only"],
        auc=_measure(figures, "auc"),
        tpr_at={fpr: _measure(figures, name) for fpr, name in _TPR_AT.items()},
        false_positives=_share(figures, "false_positive_rate", confusion["false_fake"]),
        misses=_share(figures, "miss_rate", confusion["false_genuine"]),
        misses_by_attack=tuple(_attack(each) for each in figures["apcer"]),
        slices=slices[: max(N_SLICES, sum(map(_stands_out, slices)))],
        n_slices=len(slices),
        mistakes=_mistakes(session, scored, figures["threshold"]),
        histogram=_histogram(scored),
        counts=threshold_counts(scored.scores, scored.is_fake),
    )


def _measure(figures: Mapping[str, Any], name: str) -> Measure:
    return Measure(figures[name], figures[f"{name}_interval"])


def _share(figures: Mapping[str, Any], name: str, part: int) -> Share:
    found = figures["figures"][name]
    return Share(part, found["n_images"], found["interval"], found["n_groups"])


def _attack(found: Mapping[str, Any]) -> tuple[str, Share]:
    part = round((found["value"] or 0) * found["n_images"])
    return found["attack_type"], Share(
        part, found["n_images"], found["interval"], found["n_groups"]
    )


def _slices(
    session: Session, catalogue: Catalogue, scored: Scored, threshold: float
) -> tuple[Slice, ...]:
    """Return the parts by how many of their genuine images are called fake, the worst first.

    Those that do worse beyond chance come before all others.
    """
    from core.evaluation.cuts import cuts_of
    from core.evaluation.slices import Measure as By
    from core.evaluation.slices import compare_slices

    known = facts_of(session, catalogue, scored.image_ids)
    cuts = [cut for cut in cuts_of(known) if cut.kind != _NAMES_PEOPLE]
    compared = compare_slices(cuts, scored.scores, scored.is_fake, scored.groups, threshold)
    found = [
        Slice(
            title_of(each.key),
            Share(round((figure.value or 0) * figure.n), figure.n, figure.interval),
            figure.is_beyond_chance,
            (figure.difference or 0) > 0,
        )
        for each in compared
        if (figure := each.figures.get(By.FPR)) and not figure.is_too_few
    ]
    return tuple(sorted(found, key=_worst_first))


def _stands_out(part: Slice) -> bool:
    return part.is_beyond_chance and part.is_worse


def _worst_first(part: Slice) -> tuple[bool, float]:
    return not _stands_out(part), -(part.false_positives.value or 0.0)


def _review(session: Session, run: Run, threshold: float) -> Review | None:
    """Return what a team settled about a run's test images; None where it has settled nothing."""
    from core.review.reviewers import report

    if not review_results.verdicts_on_run(session, run.id):
        return None
    found = reviewed_figures(session, run, Split.TEST, threshold)
    if not found.n_reviewed:
        return None
    made = [each for each in list_queues(session) if each.split is Split.TEST]
    queues = [queue.id for queue in made if queue.run_id == run.id]
    alpha = report([each for id_ in queues for each in review_results.ratings(session, id_)]).alpha
    change = found.changes.get("false_positive_rate")
    return Review(
        n_images=found.n_images,
        n_settled=found.n_reviewed,
        verdicts=tuple((verdict.value, n) for verdict, n in found.counts.items() if n),
        n_turned=found.n_turned,
        alpha=Measure(alpha.value, alpha.interval),
        n_rated=alpha.n_items,
        false_positives_after=Measure(change.after.value, change.after.interval)
        if change
        else None,
    )


def _histogram(scored: Scored) -> NDArray[np.int64]:
    parts = (scored.scores[~scored.is_fake], scored.scores[scored.is_fake])
    return np.stack([np.histogram(part, N_BINS, (0.0, 1.0))[0] for part in parts])


def _mistakes(session: Session, scored: Scored, threshold: float) -> tuple[Example, ...]:
    """Return the worst mistakes: genuine images called fake, and missed fakes if there is room."""
    called_fake = scored.scores >= threshold
    wrong = np.flatnonzero(~scored.is_fake & called_fake)[:N_MISTAKES]
    missed = np.flatnonzero(scored.is_fake & ~called_fake)[::-1][:N_MISTAKES]
    rows = [*wrong, *missed][:N_MISTAKES]
    records = images.get_images(session, [int(scored.image_ids[row]) for row in rows])
    return tuple(
        Example(
            record.checksum,
            Label.FAKE if scored.is_fake[row] else Label.GENUINE,
            float(scored.scores[row]),
        )
        for record, row in zip(records, rows, strict=True)
    )
