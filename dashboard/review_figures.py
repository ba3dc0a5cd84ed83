"""What a review says of people and of figures: for the page and for the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.review.queues import RANDOM_AUDIT
from core.review.verdicts import ReviewVerdict
from core.rounding import percent
from core.types import Run, Split
from dashboard.scores import load_scores
from dashboard.text import count
from db import review_results, runs
from db.review_items import get_queue

if TYPE_CHECKING:
    from core.review.agreement import Agreement
    from core.review.outcomes import Change, LabelError
    from core.review.reviewers import Report

CAUTION = (
    "Only reviewed images were corrected. A queue of mistakes can turn a mistake into a right "
    "call, never a right call into a mistake, so figures after it flatter the detector."
)
AUDIT_HINT = (
    "How many labels are wrong among the images that nobody looked at, only a random audit tells."
)

OMISSION = (
    "Images that were settled before were left out of the draw: labels found wrong before are "
    "missing, so the share may come out too low."
)


@dataclass(frozen=True)
class ReviewedFigures:
    """A run's figures before and after the labels were corrected by what reviewers settled.

    Attributes:
        n_images: Scored images of the split.
        counts: Images of the split by final verdict.
        n_turned: Labels turned round: (genuine to fake, fake to genuine).
        changes: By the names of `core.evaluation.bootstrap.estimate`; empty without scores.
    """

    n_images: int
    counts: Mapping[ReviewVerdict, int]
    n_turned: tuple[int, int]
    changes: "Mapping[str, Change]"

    @property
    def n_reviewed(self) -> int:
        """Images of the split with a final verdict."""
        return sum(self.counts.values())

    @property
    def is_same(self) -> bool:
        """Whether the verdicts correct nothing."""
        return not any(self.n_turned) and not self.counts.get(ReviewVerdict.IMAGE_UNUSABLE)


def reviewed_figures(
    session: Session, run: Run, split: Split, threshold: float, *, queue_id: int | None = None
) -> ReviewedFigures:
    """Return a run's figures on one split before and after what reviewers settled.

    It makes no difference whether the verdicts were applied: the scores and labels of the frozen
    version are corrected here, and the version stays as it is.

    Args:
        session: Any.
        run: Of which the scores are.
        split: Of its version.
        threshold: From which score an image is called fake.
        queue_id: Only by what this queue says; else by all queues.
    """
    from core.evaluation.tallies import Evidence
    from core.review.outcomes import changes, correct

    data = load_scores(session, run.id, split)
    said = review_results.verdicts_on_run(session, run.id, queue_id=queue_id)
    correction = correct(data.image_ids, data.is_fake, said)
    evidence = Evidence(data.scores, data.is_fake, data.groups, threshold=threshold)
    found = changes(evidence, correction) if correction.is_kept.any() else {}
    return ReviewedFigures(len(data.scores), correction.counts, correction.n_turned, found)


def figures_of_queue(session: Session, queue_id: int) -> ReviewedFigures:
    """Return the figures of a queue's run before and after what this queue says.

    Raises:
        NotFound: If there is no such queue.
        InvalidInput: If it was made of chosen images without a run.
    """
    queue = get_queue(session, queue_id)
    if queue.run_id is None or queue.split is None or queue.threshold is None:
        raise InvalidInput(
            f"Expected a queue of a run's images. Received {queue.name!r}, which was made of "
            "chosen images: they have no scores."
        )
    run = runs.get_run(session, queue.run_id)
    return reviewed_figures(session, run, queue.split, queue.threshold, queue_id=queue_id)


def agreement_of(session: Session, queue_id: int) -> "Report":
    """Return how far the reviewers of a queue agree, by their blind opinions."""
    from core.review.reviewers import report

    ratings = review_results.ratings(session, queue_id)
    return report(ratings, review_results.adjudicated(session, queue_id))


def audit_of(session: Session, queue_id: int) -> "LabelError | None":
    """Return what a random audit says of the labels; None of any other queue."""
    from core.review.outcomes import label_error

    queue = get_queue(session, queue_id)
    if queue.kind != RANDOM_AUDIT:
        return None
    n_generated = review_results.count_generated_doubted(session, queue_id)
    said = review_results.final_verdicts(session, queue_id)
    return label_error(said, n_generated, is_whole=queue.params.get("again", True))


def audit_words(found: "LabelError") -> str:
    """Say in a sentence or two how many labels an audit found wrong, and what it rests on."""
    words = _share_words(found)
    return words if found.is_whole else f"{words} {OMISSION}"


def _share_words(found: "LabelError") -> str:
    if found.share is None or found.interval is None:
        return "No image of this random audit has a final verdict on its label yet."
    low, high = found.interval
    words = (
        f"Wrong labels: {found.n_wrong:,} of {found.n_judged:,} drawn at random, "
        f"{percent(found.share)} (95 % interval {percent(low)} to {percent(high)})."
    )
    rest = {
        "made here as fake, which stays whatever was said of the label": found.n_generated,
        "unusable": found.n_unusable,
        "undecidable": found.n_cannot_tell,
        "without a final verdict": found.n_open,
    }
    left = ", ".join(f"{n:,} {what}" for what, n in rest.items() if n)
    if found.n_open:
        left += " (disputes settle last: until they have, this is not the whole sample)"
    return f"{words} Not counted: {left}." if left else words


def turned_words(n_turned: tuple[int, int]) -> str:
    """Say how many labels were turned round, by (genuine to fake, fake to genuine)."""
    to_fake, to_genuine = n_turned
    told = [
        f"{count(to_fake, 'genuine image')} turned fake" if to_fake else "",
        f"{count(to_genuine, 'fake')} turned genuine" if to_genuine else "",
    ]
    return ", ".join(filter(None, told))


def change_words(found: "Change") -> str:
    """Say a figure before and after, and how much higher it is after, with intervals."""
    before, after = (_figure(each.value, each.interval) for each in (found.before, found.after))
    if found.difference is None:
        return f"{before} -> {after}"
    return f"{before} -> {after}, difference {_figure(found.difference, found.interval, '+.3f')}"


def agreement_words(found: "Report") -> dict[str, str]:
    """Say how far reviewers agree, a line a coefficient, a pair and a person."""
    told = {
        "all the same": f"{found.n_same:,} of {found.n_compared:,}",
        "Krippendorff's alpha": _coefficient(found.alpha),
        "Fleiss' kappa": _coefficient(found.fleiss),
    }
    for pair in found.pairs:
        told[f"{pair.first} and {pair.second}"] = f"Cohen's kappa {_coefficient(pair.kappa)}"
    for each in found.reviewers:
        told[each.reviewer] = (
            f"{count(each.n_opinions, 'opinion')}, {each.n_with_others:,} of "
            f"{each.n_compared:,} with the others, {each.n_upheld:,} of "
            f"{each.n_adjudicated:,} upheld by adjudication"
        )
    return told


def _coefficient(found: "Agreement") -> str:
    if found.value is None:
        return f"none. {found.note}"
    return f"{_figure(found.value, found.interval)}, {count(found.n_items, 'item')}"


def _figure(value: float | None, interval: tuple[float, float] | None, shape: str = ".3f") -> str:
    if value is None:
        return "none"
    if interval is None:
        return f"{value:{shape}}"
    return f"{value:{shape}} ({interval[0]:{shape}} to {interval[1]:{shape}})"
