"""The later chapters: how well it does, where it fails, who decided, and what is not known."""

from core.types import Split, Threshold
from dashboard import story_words as words
from dashboard.report import charts
from dashboard.review_figures import CAUTION
from dashboard.story_chapter import Chapter, Figure, Picture
from dashboard.story_origin import shortcut, status
from dashboard.story_types import Facts, Measure, Share
from dashboard.text import count, moment, score, threshold
from dashboard.threshold_rules import rule_in_words


def results(facts: Facts) -> Chapter:
    """Say how well it does on images it has not seen."""
    test = facts.test
    auc = words.decimal(test.auc.value)
    caught = [
        _measure(
            f"of fakes caught, if {100 * fpr:.0f} % of genuine images may be called fake", each
        )
        for fpr, each in sorted(test.tpr_at.items(), reverse=True)
    ]
    return Chapter(
        "results",
        "How well it does",
        words.tells_apart(test.auc),
        (Figure(auc, "AUC (guessing: 0.5)", words.between_decimals(test.auc.interval)), *caught),
        (words.tested_on(test),),
        charts.draw_scores(charts.score_values(test.histogram), facts.decision.value),
        notes=(
            "Intervals come from drawing people, not images, again and again: images of one "
            "person are not independent.",
        ),
    )


def _measure(label: str, measure: Measure) -> Figure:
    return Figure(words.percent(measure.value), label, words.between(measure.interval))


def failures(facts: Facts) -> Chapter:
    """Say where it fails, the costly error first."""
    test = facts.test
    worst = [
        _share(f"of {name} fakes missed, the worst kind", each)
        for name, each in test.misses_by_attack[: len(test.misses_by_attack) > 1]
    ]
    return Chapter(
        "failures",
        "Where it fails",
        words.calls(test.false_positives),
        (
            _share("of genuine images called fake", test.false_positives, is_costly=True),
            _share("of fakes missed", test.misses),
            *worst,
        ),
        words.slices(test),
        charts.draw_false_positives(test.false_positives) if test.n_genuine else None,
        tuple(
            Picture(
                each.checksum,
                f"{each.label.value}, score {score(each.score, facts.decision.value)}",
            )
            for each in test.mistakes
        ),
        (
            "The pictures are the worst mistakes: genuine images called fake first, then fakes "
            "that were missed.",
        ),
    )


def _share(label: str, share: Share, *, is_costly: bool = False) -> Figure:
    told = f"{share.part:,} of {share.whole:,}; {words.between(share.interval)}"
    return Figure(words.percent(share.value), label, told, is_costly)


def decision(facts: Facts) -> Chapter:
    """Say who decided the threshold, and why."""
    chosen = facts.decision.in_force
    if chosen is None:
        return _undecided(facts)
    approver, at = chosen.decided_by or "", chosen.decided_at or chosen.created_at
    return Chapter(
        "decision",
        "Who decided",
        f"{chosen.author} proposed the threshold, {approver} approved it.",
        (
            Figure(threshold(chosen.value), "threshold in force"),
            Figure(chosen.author, "proposed it", moment(chosen.created_at)),
            Figure(approver, "approved it", moment(at)),
        ),
        (
            f"Reason: {chosen.reason}",
            *_chosen_on(chosen, chosen.dataset_version or facts.data.version.number),
            *_band(chosen),
        ),
        notes=_NOTES,
    )


def _chosen_on(chosen: Threshold, version: int) -> tuple[str, ...]:
    """Say which images chose a threshold: a rule goes by validation, whatever was looked at."""
    if rule := rule_in_words(chosen.policy):
        return (f"Chosen on validation images of dataset version {version} by the rule: {rule}.",)
    looked = f"Chosen looking at {chosen.split.value} images of dataset version {version}."
    if chosen.split is not Split.TEST:
        return (looked,)
    return looked, "It was chosen on the images that judge it, so the rates here may flatter it."


def _band(chosen: Threshold) -> tuple[str, ...]:
    if chosen.low is None or chosen.high is None:
        return ()
    return (
        f"Scores from {threshold(chosen.low)} to below {threshold(chosen.high)} are called "
        "uncertain; the rates here count them by the threshold.",
    )


_NOTES = ("A threshold counts only once a second person has approved it.",)


def _undecided(facts: Facts) -> Chapter:
    waiting = facts.decision.waiting
    proposed = (
        (
            f"{waiting.author} proposed {threshold(waiting.value)} on "
            f"{moment(waiting.created_at)}; it waits for a second person.",
            f"Reason given: {waiting.reason}",
        )
        if waiting
        else ()
    )
    return Chapter(
        "decision",
        "Who decided",
        "Nobody has approved a threshold yet: not for use.",
        (
            Figure(
                threshold(facts.decision.value), "suggested threshold, which all rates here are at"
            ),
        ),
        (facts.decision.origin, *proposed),
        notes=_NOTES,
    )


def review(facts: Facts) -> Chapter | None:
    """Say what the team made of the test images; None where it has settled nothing."""
    found = facts.review
    if found is None:
        return None
    n_wrong = sum(found.n_turned)
    verdicts = words.few([f"{n:,} {verdict}" for verdict, n in found.verdicts])
    rated = f"{words.between_decimals(found.alpha.interval)}; on {count(found.n_rated, 'image')}"
    return Chapter(
        "review",
        "What the team says",
        f"{words.some(found.n_settled, 'test image')} of {found.n_images:,} "
        f"{words.were(found.n_settled)} settled by people; {words.none(n_wrong)} of their labels "
        f"{words.were(n_wrong)} wrong.",
        (
            Figure(f"{found.n_settled:,}", "test images settled", f"of {found.n_images:,}"),
            Figure(
                words.decimal(found.alpha.value), "agreement (alpha; 1 is full, 0 chance)", rated
            ),
            *_after(found.false_positives_after),
        ),
        (f"Verdicts: {verdicts}.", CAUTION),
        notes=(
            "The frozen version and all other figures here stay as they were.",
            "A fake made here stays fake: where people called its label wrong, it is not counted.",
        ),
    )


def _after(measure: Measure | None) -> tuple[Figure, ...]:
    if measure is None:
        return ()
    label = "of genuine images called fake, with these labels put right"
    shown = words.percent(measure.value)
    return (Figure(shown, label, words.between(measure.interval), is_costly=True),)


def limits(facts: Facts) -> Chapter:
    """Say what none of this shows."""
    kinds = words.listing([name for name, _ in facts.test.misses_by_attack]) or "none"
    return Chapter(
        "limits",
        "What this does not show",
        "A score is a hint for a person to look closer, never a proof against anybody.",
        points=(
            words.tested_on(facts.test),
            f"Kinds of fakes it was tested on: {kinds}. How it does on others is unknown.",
            "Other cameras, other people and other compression may give other figures.",
            shortcut(facts),
            status(facts),
        ),
        notes=("The model card in the files says all of this in full.",),
    )
