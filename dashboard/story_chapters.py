"""The story of a run, chapter by chapter: few words and large figures, made from the facts."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.curation.shortcuts import LIMIT_AUC
from core.evaluation.in_use import InUse, Ranged, in_use
from core.types import ChecksumSha256, Label, Split, Verdict
from dashboard import story_words as words
from dashboard.report import charts
from dashboard.report.drawing import Chart
from dashboard.story_types import Facts, Measure, Share, Tally
from dashboard.text import count, moment

N_LISTED = 4


@dataclass(frozen=True)
class Figure:
    """One large figure.

    Attributes:
        note: Its interval, what it rests on, or nothing.
        is_costly: Whether it counts genuine images called fake.
    """

    value: str
    label: str
    note: str = ""
    is_costly: bool = False


@dataclass(frozen=True)
class Picture:
    """An image of the collection; its pixels are read where it is shown."""

    checksum: ChecksumSha256
    caption: str


@dataclass(frozen=True)
class Chapter:
    """One chapter: a slide on the screen, a section in a file.

    Attributes:
        key: Its name in addresses.
        lead: What it says, in a sentence.
        notes: What the presenter may add, not shown to the audience.
    """

    key: str
    title: str
    lead: str
    figures: tuple[Figure, ...] = ()
    points: tuple[str, ...] = ()
    chart: Chart | None = None
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()


def tell(facts: Facts) -> tuple[Chapter, ...]:
    """Return the chapters of a run's story; those that nothing is known for are left out."""
    told = (make(facts) for make in CHAPTERS)
    return tuple(chapter for chapter in told if chapter)


def opening(facts: Facts) -> Chapter:
    """Say what is judged, and whether it may be used."""
    run, version = facts.run, facts.data.version
    return Chapter(
        "start",
        f"Run {run.id}",
        f"A detector that says how likely the image of a face is a fake. {status(facts)}",
        (
            Figure(f"{facts.data.count():,}", "images in its dataset"),
            Figure(f"{facts.test.n_genuine:,}", "genuine images it was tested on"),
            Figure(f"{facts.test.n_fake:,}", "fakes it was tested on"),
        ),
        (
            f"Trained on {moment(run.created_at)[:10]} by {run.author}.",
            f"Dataset version {version.number}, content hash {version.content_hash[:12]}.",
            f"Told from the records on {moment(facts.gathered_at)}.",
        ),
        notes=(
            "Say first what is at stake: a genuine image called fake harms a real person.",
            "Equal content hashes mean equal datasets: every figure can be walked back to files.",
        ),
    )


def status(facts: Facts) -> str:
    """Say in a sentence whether two people stand for the threshold."""
    chosen = facts.decision.in_force
    if chosen is None:
        return "Not for use: nobody has approved a threshold yet."
    return f"Its threshold was proposed by {chosen.author} and approved by {chosen.decided_by}."


def data(facts: Facts) -> Chapter:
    """Say what it learned from and where that came from."""
    held = facts.data
    places = [f"{each.name}: {each.n_genuine + each.n_fake:,}" for each in held.origins]
    makers = [f"{name or 'not named'}: {n:,}" for name, n in held.generators]
    return Chapter(
        "data",
        "The data",
        f"{count(held.count(), 'image')} of {_people(held.n_identities)}, "
        f"from {count(len(held.origins), 'place')}.",
        (
            Figure(f"{held.count(label=Label.GENUINE):,}", "genuine images"),
            Figure(f"{held.count(label=Label.FAKE):,}", "fakes"),
            Figure(f"{held.n_identities:,}", "named people"),
        ),
        (f"Images by source. {_few(places)}", f"Fakes by generator. {_few(makers)}"),
        charts.draw_splits(charts.split_values(held.version)),
        tuple(Picture(checksum, label.value) for checksum, label in held.sample),
        (
            "The pictures are training images. Nobody is in training and test at once: all images "
            "of a person, near-duplicates, and a fake with its parents stay on one side.",
            f"Split with seed {held.version.seed}; frozen by {held.version.author} on "
            f"{moment(held.version.created_at)}.",
        ),
    )


def _people(n: int) -> str:
    return count(n, "named person", "named people")


def _few(parts: list[str]) -> str:
    more = f" and {len(parts) - N_LISTED} more" if len(parts) > N_LISTED else ""
    return (", ".join(parts[:N_LISTED]) or "none") + more + "."


def care(facts: Facts) -> Chapter:
    """Say what was left out and what was checked."""
    held = facts.data
    n_left = sum(n for _, n in held.left_out)
    n_refused = sum(n for _, n in held.refused)
    decided = sum(n for verdict, n in held.duplicates.items() if verdict)
    n_waiting = held.duplicates.get(None, 0)
    return Chapter(
        "care",
        "What was left out, and what was checked",
        f"{count(n_left, 'image')} of the collection {words.were(n_left)} left out of version "
        f"{held.version.number}.",
        (
            Figure(f"{n_left:,}", "images left out"),
            Figure(f"{decided:,}", "near-duplicate pairs decided", f"{n_waiting:,} not yet decided"),
            Figure(f"{n_refused:,}", "files refused", "by all imports so far"),
        ),
        (
            f"Left out. {_few(_reasons(held.left_out))}",
            f"Refused. {_few(_reasons(held.refused))}",
            f"Near-duplicates. {_few(_verdicts(facts))}",
            shortcut(facts),
        ),
        notes=("Reasons are those of today; the version itself never changes.",),
    )


def _reasons(tally: Tally) -> list[str]:
    return [f"{n:,} {reason}" for reason, n in tally]


def _verdicts(facts: Facts) -> list[str]:
    counts = facts.data.duplicates
    return [f"{counts[verdict]:,} {verdict}" for verdict in Verdict if counts.get(verdict)]


def shortcut(facts: Facts) -> str:
    """Say whether the files give the labels away without their pixels."""
    found = facts.data.version.shortcut
    if found is None:
        return "Whether file size or format alone give fakes away was not checked."
    figure = f"AUC {found['auc']:.2f}, 95 % interval {found['low']:.2f} to {found['high']:.2f}"
    if found["auc"] < LIMIT_AUC:
        return f"File size, format and the like alone do not give fakes away ({figure})."
    return (
        f"Careful: file size, format and the like alone give fakes away ({figure}). The detector "
        "may have learned those instead of forgeries."
    )


SEES = {"face": "Face", "normalised": "Whole image"}


def method(facts: Facts) -> Chapter:
    """Say what the detector does, in plain words."""
    run, sees = facts.run, SEES.get(facts.run.params.get("crop", ""), "Part of it")
    return Chapter(
        "method",
        "What the detector does",
        "It turns what it sees into a score from 0 to 1. A score at or above the threshold is "
        "called fake.",
        (
            Figure(f"{facts.decision.value:.3f}", "threshold"),
            Figure(f"{facts.data.count(Split.TRAIN):,}", "images it learned from"),
            Figure(f"{run.best_epoch or 0:,}", "passes over them until it was best"),
        ),
        (
            f"It sees: {sees.lower()}, 224 x 224 pixels.",
            f"A network that others trained describes it: {run.weights}, unchanged.",
            "A small head on top learned from this dataset to tell fakes from genuine images.",
        ),
        charts.draw_pipeline(sees, facts.decision.value),
        notes=("The score is no proof, and by itself no probability.",),
    )


def results(facts: Facts) -> Chapter:
    """Say how well it does on images it has not seen."""
    test = facts.test
    caught = [
        _measure(f"fakes caught when {100 * fpr:.0f} % of genuine images may be called fake", each)
        for fpr, each in sorted(test.tpr_at.items())
    ]
    auc = Figure(
        words.decimal(test.auc.value), "AUC: 0.5 is guessing", words.between_decimals(test.auc.interval)
    )
    return Chapter(
        "results",
        "How well it does",
        words.tells_apart(test.auc),
        (auc, *caught),
        (_tested_on(facts),),
        charts.draw_scores(charts.score_values(test.histogram), facts.decision.value),
        notes=(
            "Intervals come from drawing people, not images, again and again: images of one "
            "person are not independent.",
        ),
    )


def _measure(label: str, measure: Measure) -> Figure:
    return Figure(words.percent(measure.value), label, words.between(measure.interval))


def _tested_on(facts: Facts) -> str:
    test = facts.test
    told = (
        f"Tested on {count(test.n_genuine, 'genuine image')} and {count(test.n_fake, 'fake')} "
        "it had not seen."
    )
    return f"{told} Indicative only: too few genuine images." if test.is_indicative else told


def failures(facts: Facts) -> Chapter:
    """Say where it fails, the costly error first."""
    test = facts.test
    worst = test.misses_by_attack[:1]
    figures = [
        _share("of genuine images called fake", test.false_positives, is_costly=True),
        _share("of fakes missed", test.misses),
        *[_share(f"of {name} missed, the worst kind", each) for name, each in worst],
    ]
    return Chapter(
        "failures",
        "Where it fails",
        words.calls(test.false_positives),
        tuple(figures),
        (words.missed(test.misses), *_slices(facts)),
        _failure_chart(facts),
        tuple(
            Picture(each.checksum, f"{each.label.value}, score {each.score:.3f}")
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


def _slices(facts: Facts) -> tuple[str, ...]:
    beyond = [each.name for each in facts.test.slices if each.is_beyond_chance]
    if beyond:
        return (f"More false positives than chance explains: {words.listing(beyond)}.",)
    if facts.test.slices:
        return ("No part of the images stands out beyond chance.",)
    return ()


def _failure_chart(facts: Facts) -> Chart | None:
    test = facts.test
    if not test.false_positives.whole:
        return None
    return charts.draw_false_positives(test.false_positives)


def costs(facts: Facts) -> Chapter:
    """Say what wrong calls mean in use."""
    use, test = usage(facts), facts.test
    steps = np.linspace(0, 1, len(test.counts))
    values = charts.wrong_call_values(steps, test.counts, facts.prevalence)
    return Chapter(
        "costs",
        "What a wrong call costs",
        _alarms(use),
        (
            _expected("genuine images called fake, of 1,000", use.false_alarms, is_costly=True),
            _expected("fakes missed, of 1,000", use.misses),
            _expected("genuine among 100 called fake", use.genuine_of_100, is_costly=True),
        ),
        (
            f"Assumed: {words.percent(facts.prevalence)} of the images are fake.",
            _weighed(facts),
        ),
        charts.draw_wrong_calls(values, facts.decision.value),
        notes=(
            "The rarer fakes are, the more of those called fake are genuine, whatever the detector.",
            "This holds as far as the test images resemble those in use.",
        ),
    )


def usage(facts: Facts) -> InUse:
    """Return what the test rates mean where fakes are as common as assumed."""
    wrong, missed = facts.test.false_positives, facts.test.misses
    return in_use(facts.prevalence, wrong.value, wrong.interval, missed.value, missed.interval)


def _alarms(use: InUse) -> str:
    if use.genuine_of_100 is None:
        return "What a call is worth, these images cannot tell."
    value, low, high = use.genuine_of_100
    return (
        f"Of 100 images called fake, about {value:.0f} would be genuine: "
        f"it may be {low:.0f}, it may be {high:.0f}."
    )


def _expected(label: str, ranged: Ranged | None, *, is_costly: bool = False) -> Figure:
    if ranged is None:
        return Figure("unknown", label, "", is_costly)
    value, low, high = (f"{each:.1f}" if each < 10 else f"{each:.0f}" for each in ranged)
    return Figure(value, label, f"may be {low} to {high}", is_costly)


def _weighed(facts: Facts) -> str:
    chosen = facts.decision.in_force
    weighed = chosen.policy.get("costs") if chosen else None
    if not weighed:
        return "Nobody has said what a false accusation costs against a missed fake."
    return (
        f"The threshold counts a genuine image called fake as {weighed['genuine_called_fake']:g}, "
        f"a missed fake as {weighed['missed_fake']:g}."
    )


def decision(facts: Facts) -> Chapter:
    """Say who decided the threshold, and why."""
    chosen, waiting = facts.decision.in_force, facts.decision.waiting
    value = Figure(f"{facts.decision.value:.3f}", "threshold" if chosen else "suggested threshold")
    notes = ("A threshold counts only once a second person has approved it.",)
    if chosen is None:
        points = [f"All rates here are at {facts.decision.value:.3f}. {facts.decision.origin}"]
        if waiting:
            points += [
                f"{waiting.author} proposed {waiting.value:.3f} on {moment(waiting.created_at)}; "
                "it waits for a second person.",
                f"Reason given: {waiting.reason}",
            ]
        lead = "Nobody has approved a threshold yet: not for use."
        return Chapter("decision", "Who decided", lead, (value,), tuple(points), notes=notes)
    return Chapter(
        "decision",
        "Who decided",
        f"{chosen.author} proposed it, {chosen.decided_by} approved it.",
        (
            value,
            Figure(chosen.author, "proposed it", moment(chosen.created_at)),
            Figure(chosen.decided_by or "", "approved it", moment(chosen.decided_at) if chosen.decided_at else ""),
        ),
        (
            f"Reason: {chosen.reason}",
            f"Chosen looking at {chosen.split.value} images of version {chosen.dataset_version}.",
        ),
        notes=notes,
    )


def review(facts: Facts) -> Chapter | None:
    """Say what the team made of the mistakes; None where no team has looked."""
    found = facts.review
    if found is None:
        return None
    n = found.n_settled
    return Chapter(
        "review",
        "What the team says",
        f"People looked at {count(found.n_images, 'image')}; {n:,} {words.were(n)} settled.",
        tuple(
            Figure(words.decimal(value), name, f"on {count(n_rated, 'image')}")
            for name, value, n_rated in found.agreement
        ),
        (f"Verdicts. {_few(_reasons(found.verdicts))}",),
    )


def limits(facts: Facts) -> Chapter:
    """Say what none of this shows."""
    return Chapter(
        "limits",
        "What this does not show",
        "A score is a hint for a person to look closer, never a proof against anybody.",
        points=(
            _tested_on(facts),
            "Other cameras, other people and other ways to make fakes may give other figures.",
            f"Fakes of kinds it was not tested on: unknown. Tested on {_kinds(facts)}.",
            status(facts),
        ),
        notes=("The model card in the files says all of this in full.",),
    )


def _kinds(facts: Facts) -> str:
    return words.listing([name or "fakes of no named kind" for name, _ in facts.data.generators])


CHAPTERS: tuple[Callable[[Facts], Chapter | None], ...] = (
    opening,
    data,
    care,
    method,
    results,
    failures,
    costs,
    decision,
    review,
    limits,
)
