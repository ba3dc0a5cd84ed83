"""The chapter on what wrong calls mean in use."""

from collections.abc import Callable

from core.evaluation.in_use import InUse, Ranged, in_use
from core.evaluation.threshold import THRESHOLDS
from dashboard import story_words as words
from dashboard.report import charts
from dashboard.story_chapter import Chapter, Figure
from dashboard.story_types import Facts


def costs(facts: Facts) -> Chapter:
    """Say what wrong calls mean in use."""
    use = usage(facts)
    values = charts.wrong_call_values(THRESHOLDS, facts.test.counts, facts.prevalence)
    return Chapter(
        "costs",
        "What a wrong call costs",
        _alarms(facts, use),
        (
            _expected(
                "genuine images called fake, of 1,000 images", use.false_alarms, is_costly=True
            ),
            _expected("fakes missed, of 1,000 images", use.misses),
            _expected(
                "genuine, of 100 called fake",
                use.genuine_of_100,
                lambda n: words.of_hundred(n / 100),
                is_costly=True,
            ),
        ),
        (
            f"Assumed: {words.percent(facts.prevalence)} of the images are fake.",
            _weighed(facts),
        ),
        charts.draw_wrong_calls(values, facts.decision.value),
        notes=(
            "The rarer fakes are, the more of the images called fake are genuine.",
            "The ranges come from the 95 % intervals of both rates, each at its worse end. They "
            "hold as far as the test images resemble those in use.",
        ),
    )


def usage(facts: Facts) -> InUse:
    """Return what the test rates mean where fakes are as common as assumed."""
    wrong, missed = facts.test.false_positives, facts.test.misses
    return in_use(facts.prevalence, wrong.value, wrong.interval, missed.value, missed.interval)


def _alarms(facts: Facts, use: InUse) -> str:
    if use.genuine_of_100 is not None:
        value, low, high = (words.of_hundred(n / 100) for n in use.genuine_of_100)
        return f"Of 100 images called fake, about {value} would be genuine ({low} to {high})."
    if facts.test.n_genuine and facts.test.n_fake:
        return "It called no test image fake, so what such a call is worth is unknown."
    return "What a call is worth, these images cannot tell: one of the labels is missing."


def _expected(
    label: str,
    ranged: Ranged | None,
    form: Callable[[float], str] = words.amount,
    *,
    is_costly: bool = False,
) -> Figure:
    if ranged is None:
        return Figure("unknown", label, "", is_costly)
    value, low, high = map(form, ranged)
    return Figure(value, label, f"may be {low} to {high}", is_costly)


def _weighed(facts: Facts) -> str:
    chosen = facts.decision.in_force
    weighed = chosen.policy.get("costs") if chosen else None
    if not weighed:
        return "Nobody has weighed a genuine image called fake against a missed fake yet."
    return (
        f"The threshold weighs a genuine image called fake as {weighed['genuine_called_fake']:g}, "
        f"a missed fake as {weighed['missed_fake']:g}."
    )
