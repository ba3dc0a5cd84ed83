"""The first chapters: what is judged, what it learned from, and what it does."""

from collections.abc import Mapping

from core.curation.shortcuts import LIMIT_AUC
from core.types import Label, Split, Verdict
from dashboard import story_words as words
from dashboard.report import charts
from dashboard.story_chapter import Chapter, Figure, Picture
from dashboard.story_types import Facts
from dashboard.text import count, moment, threshold

SEES = {"face": "Face", "normalised": "Whole image"}
"""What a detector sees of an image, by the name of its crop."""


def opening(facts: Facts) -> Chapter:
    """Say what is judged, and whether it may be used."""
    run, version = facts.run, facts.data.version
    return Chapter(
        "start",
        f"Run {run.id}",
        f"A detector of fake face images. {status(facts)}",
        (
            Figure(f"{facts.data.count():,}", "images in its dataset"),
            Figure(f"{facts.test.n_genuine:,}", "genuine images it was tested on"),
            Figure(f"{facts.test.n_fake:,}", "fakes it was tested on"),
        ),
        (
            f"Trained on {moment(run.created_at)} by {run.author}.",
            f"Dataset version {version.number}, content hash {version.content_hash[:12]}.",
            f"Told from the records of {moment(facts.gathered_at)}.",
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
    places = [f"{each.name} {each.n_genuine + each.n_fake:,}" for each in held.origins]
    makers = [f"{name or 'not named'} {n:,}" for name, n in held.generators]
    people = count(held.n_identities, "named person", "named people")
    return Chapter(
        "data",
        "The data",
        f"{count(held.count(), 'image')} of {people}, from {count(len(held.origins), 'place')}.",
        (
            Figure(f"{held.count(label=Label.GENUINE):,}", "genuine images"),
            Figure(f"{held.count(label=Label.FAKE):,}", "fakes"),
            Figure(f"{held.n_identities:,}", people.partition(" ")[2]),
        ),
        (f"Sources: {words.few(places)}.", f"Generators: {words.few(makers)}."),
        charts.draw_splits(charts.split_values(held.version)),
        tuple(Picture(checksum, label.value) for checksum, label in held.sample),
        (
            "The pictures are training images. No named person is in training and test at once: "
            "their images, near-duplicates, and a fake with its parents stay on one side. Of "
            "people without a name that cannot be told.",
            f"Split with seed {held.version.seed}; frozen by {held.version.author} on "
            f"{moment(held.version.created_at)}.",
        ),
    )


def care(facts: Facts) -> Chapter:
    """Say what was left out and what was checked."""
    held = facts.data
    n_left = sum(n for _, n in held.left_out)
    n_decided = sum(n for verdict, n in held.duplicates.items() if verdict)
    waiting = f"{held.duplicates.get(None, 0):,} not yet decided"
    refused = sum(n for _, n in held.refused)
    return Chapter(
        "care",
        "What was left out, and what was checked",
        f"{words.some(n_left, 'image')} of the collection {words.were(n_left)} left out of "
        f"version {held.version.number}.",
        (
            Figure(f"{n_left:,}", f"{words.noun(n_left, 'image')} left out"),
            Figure(
                f"{n_decided:,}", f"near-duplicate {words.noun(n_decided, 'pair')} decided", waiting
            ),
            Figure(
                f"{refused:,}", f"{words.noun(refused, 'file')} refused", "by all imports so far"
            ),
        ),
        (
            f"Left out: {words.few([f'{n:,} {reason}' for reason, n in held.left_out])}.",
            f"Refused: {words.few([f'{n:,} {reason}' for reason, n in held.refused])}.",
            _duplicates(held.duplicates),
            shortcut(facts),
        ),
        notes=("Reasons are those of today; the version itself never changes.",),
    )


def _duplicates(found: Mapping[Verdict | None, int]) -> str:
    """Say what was decided about near-duplicate pairs, and how many wait for a person."""
    decided = [f"{found[each]:,} {each}" for each in Verdict if found.get(each)]
    n_waiting = found.get(None, 0)
    if not decided and not n_waiting:
        return "Near-duplicate pairs: none found."
    waiting = f"; {n_waiting:,} {'waits' if n_waiting == 1 else 'wait'}" if n_waiting else ""
    return f"Near-duplicate pairs: {words.few(decided or ['none decided'])}{waiting}."


def shortcut(facts: Facts) -> str:
    """Say whether the files give the labels away without their pixels."""
    found = facts.data.version.shortcut
    if found is None:
        return "Whether file size or format alone give fakes away was not checked."
    interval = words.between_decimals((found["low"], found["high"]))
    figure = f"AUC {words.decimal(found['auc'])}, {interval}"
    if found["auc"] >= LIMIT_AUC:
        return (
            f"Careful: file size, format and the like alone give fakes away ({figure}). The "
            "detector may have learned those instead of forgeries."
        )
    return (
        "Shortcuts: file size, format and the like alone were not found to give fakes away "
        f"({figure}; the limit is {LIMIT_AUC})."
    )


def method(facts: Facts) -> Chapter:
    """Say what the detector does, in plain words."""
    run = facts.run
    sees = SEES.get(run.params.get("crop", ""), "What it sees")
    n_passes = run.best_epoch or 0
    return Chapter(
        "method",
        "What the detector does",
        "It turns what it sees into a score. From the threshold on, an image is called fake.",
        (
            Figure(threshold(facts.decision.value), "threshold, from 0 to 1"),
            Figure(f"{facts.data.count(Split.TRAIN):,}", "images it learned from"),
            Figure(
                f"{n_passes:,}", f"{words.noun(n_passes, 'pass', 'passes')} over them until best"
            ),
        ),
        (
            f"It sees the {sees.lower()} as 224 x 224 pixels."
            if run.params.get("crop") in SEES
            else "What part of an image it sees was not recorded.",
            f"VGG16, a network that others trained ({run.weights}), describes it.",
            "A small head learned from this dataset to tell fakes by that description.",
        ),
        charts.draw_pipeline(sees, facts.decision.value),
        notes=("The score is no proof, and by itself no probability.",),
    )
