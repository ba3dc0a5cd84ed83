"""The model card of a run.

Reference: Mitchell et al. (2019), "Model Cards for Model Reporting", whose sections these are.
"""

from dataclasses import dataclass
from typing import Any

from core.types import Label, Split
from dashboard import story_words as words
from dashboard.story_costs import usage
from dashboard.story_origin import SEES, shortcut, status
from dashboard.story_types import Facts, Measure, Share, Slice
from dashboard.text import count, moment, threshold


@dataclass(frozen=True)
class Section:
    """A section: names with their values, then statements."""

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    points: tuple[str, ...] = ()


def model_card(facts: Facts) -> tuple[Section, ...]:
    """Return the sections of a run's model card."""
    return (
        _details(facts),
        _intended_use(facts),
        _factors(facts),
        _metrics(facts),
        _evaluation_data(facts),
        _training_data(facts),
        _ethics(facts),
        _caveats(facts),
    )


def card_values(facts: Facts) -> dict[str, Any]:
    """Return the model card as JSON takes it: sections by title."""
    return {
        each.title: {"values": dict(each.rows), "statements": list(each.points)}
        for each in model_card(facts)
    }


def _details(facts: Facts) -> Section:
    run = facts.run
    params = ", ".join(f"{name} {value}" for name, value in sorted(run.params.items()))
    packages = ", ".join(f"{name} {version}" for name, version in sorted(run.packages.items()))
    return Section(
        "Model details",
        (
            ("Run", f"{run.id}, trained by {run.author} on {moment(run.created_at)}"),
            ("Kind", "Frozen VGG16 trunk with a small trained head; one score from 0 to 1"),
            ("Trunk", run.weights),
            ("SHA-256 of the trunk's weights", run.weights_hash or "not recorded"),
            ("Input", f"{SEES.get(run.params.get('crop', ''), 'not recorded')}, 224 x 224 pixels"),
            ("Settings", params or "not recorded"),
            ("Seed", str(run.seed)),
            ("Device", run.device or "not recorded"),
            ("Packages", packages or "not recorded"),
            ("Best epoch", _best(facts)),
        ),
    )


def _best(facts: Facts) -> str:
    run = facts.run
    if run.best_epoch is None:
        return "none"
    return f"{run.best_epoch}, validation AUC {words.decimal(run.best_val_auc)}"


def _intended_use(facts: Facts) -> Section:
    return Section(
        "Intended use",
        points=(
            "To point people who check face images to those worth a closer look.",
            status(facts),
            "Out of scope: deciding about a person without a human look; evidence in court or at "
            "work; video, groups of people or images without a face; kinds of fakes that it was "
            "not tested on; identifying people.",
        ),
    )


def _factors(facts: Facts) -> Section:
    slices = tuple(
        (each.name, f"{_share(each.false_positives)}{_beyond(each)}") for each in facts.test.slices
    )
    told = (
        "False positive rate by part of the genuine test images: those that do worse beyond chance "
        "first, then the others, each by falling rate."
        if slices
        else "Parts of the images were not looked at one by one."
    )
    return Section(
        "Factors",
        slices,
        (told, "Age, sex and skin colour are not recorded, so nothing is known about them."),
    )


def _beyond(part: Slice) -> str:
    if not part.is_beyond_chance:
        return ""
    return f"; {'worse' if part.is_worse else 'better'} than the rest beyond chance"


def _metrics(facts: Facts) -> Section:
    test = facts.test
    attacks = tuple(
        (f"Missed fakes of {name} (APCER)", _share(each)) for name, each in test.misses_by_attack
    )
    caught = tuple(
        (f"Fakes caught at {100 * fpr:.0f} % false positives", _measure(each))
        for fpr, each in sorted(test.tpr_at.items())
    )
    auc = f"{words.decimal(test.auc.value)}, {words.between_decimals(test.auc.interval)}"
    return Section(
        "Metrics",
        (
            ("Threshold", threshold(facts.decision.value)),
            ("False positive rate (genuine called fake)", _share(test.false_positives)),
            ("Miss rate (fakes called genuine)", _share(test.misses)),
            ("AUC", auc),
            *caught,
            *attacks,
            *_in_use(facts),
        ),
        (facts.decision.origin,),
    )


def _share(share: Share) -> str:
    told = f"{share.part:,} of {share.whole:,}"
    return f"{words.percent(share.value)} ({told}), {words.between(share.interval)}"


def _measure(measure: Measure) -> str:
    return f"{words.percent(measure.value)}, {words.between(measure.interval)}"


def _in_use(facts: Facts) -> tuple[tuple[str, str], ...]:
    ranged = usage(facts).genuine_of_100
    if ranged is None:
        return ()
    name = f"Genuine of 100 called fake, where {words.percent(facts.prevalence)} are fake"
    value, low, high = (words.of_hundred(n / 100) for n in ranged)
    return ((name, f"{value}, may be {low} to {high}"),)


def _evaluation_data(facts: Facts) -> Section:
    return Section(
        "Evaluation data",
        _counts(facts, Split.TEST),
        (
            "No named person, near-duplicate pair or parent of a fake is in the test and in the "
            "training images at once. Of people without a name that cannot be told.",
        ),
    )


def _training_data(facts: Facts) -> Section:
    held, version = facts.data, facts.data.version
    sources = [f"{each.name} ({each.n_genuine:,} + {each.n_fake:,})" for each in held.origins]
    makers = [f"{name or 'not named'} ({n:,})" for name, n in held.generators]
    left = [f"{n:,} {reason}" for reason, n in held.left_out]
    return Section(
        "Training data",
        (
            (
                "Dataset version",
                f"{version.number}, frozen {moment(version.created_at)} by {version.author}",
            ),
            ("Content hash (SHA-256)", version.content_hash),
            *_counts(facts, Split.TRAIN),
            *_counts(facts, Split.VALIDATION),
            ("Named people", f"{held.n_identities:,}"),
            ("Sources (genuine + fake)", words.listing(sources) or "none"),
            ("Generators of the fakes", words.listing(makers) or "none"),
            ("Left out", words.listing(left) or "nothing"),
            ("Normalised", version.normalise_rule.value),
        ),
        (shortcut(facts),),
    )


def _counts(facts: Facts, split: Split) -> tuple[tuple[str, str], ...]:
    n_genuine, n_fake = (facts.data.count(split, label) for label in (Label.GENUINE, Label.FAKE))
    told = f"{count(n_genuine, 'genuine image')}, {count(n_fake, 'fake')}"
    return ((f"{split.capitalize()} images", told),)


def _ethics(facts: Facts) -> Section:
    return Section(
        "Ethical considerations",
        points=(
            "A genuine image called fake accuses a real person of deceit. That error comes first "
            "in every figure here, and no call should stand without a second human look.",
            "The images show faces, which are personal data: ask where they came from before "
            "handing any of them on. This file holds pictures only where somebody asked for them.",
            "Who knows how the detector works can make fakes that pass it.",
        ),
    )


def _caveats(facts: Facts) -> Section:
    test = facts.test
    few = f"Indicative only: {count(test.n_genuine, 'genuine test image')}, fewer than 1,000."
    return Section(
        "Caveats and recommendations",
        points=(
            *((few,) if test.is_indicative else ()),
            "The figures hold for images like the test images; other cameras, people, compression "
            "and generators may give others. Test again before any new use.",
            "A score is not a calibrated probability unless it was calibrated, and then only for "
            "the share of fakes it was calibrated on.",
            "On other devices and package versions the last digits of a score may differ.",
        ),
    )
