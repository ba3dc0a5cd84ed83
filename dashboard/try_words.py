"""The verdict on a tried image in words: what was called, and what that rests on."""

from core.rounding import percent
from core.types import Split
from dashboard.scores import ENOUGH_GENUINE
from dashboard.text import plain, threshold
from dashboard.text import score as shown_score
from dashboard.trying import Call, Judgement, Share, Standard


def headline(call: Call) -> str:
    """Return what the image would be called."""
    if call is Call.UNCERTAIN:
        return "Uncertain: left to a person"
    return f"Would be called {call.value}"


def threshold_name(standard: Standard) -> str:
    """Return the threshold, and whether two people stand for it."""
    state = "in force" if standard.operating.is_in_force else "suggested, not approved"
    return f"Threshold {threshold(standard.operating.value)}, {state}"


def about_threshold(standard: Standard) -> str:
    """Say where the threshold comes from, and what is uncertain."""
    operating = standard.operating
    band = ""
    if operating.low is not None and operating.high is not None:
        low, high = threshold(operating.low), threshold(operating.high)
        band = f" From {low} to below {high} it is uncertain."
    return f"**Threshold.** {plain(operating.origin)}{band}"


def about_probability(judged: Judgement, standard: Standard) -> str:
    """Say what the probability rests on, and where it holds."""
    words = f"**Probability.** {plain(standard.calibration.note)}"
    if judged.mix is None:
        return words
    return (
        f"{words} It holds where {judged.mix.part:,} of {judged.mix.whole:,} images are fake, as "
        "there; where fakes are rarer, the same score means less."
    )


def about_alike(judged: Judgement, standard: Standard) -> str:
    """Say how often images with such scores were fake."""
    if judged.alike is None:
        return "**Similar scores.** Too few held-out images to say how often such a score is right."
    near, split = judged.alike, standard.calibration.split or Split.VALIDATION
    known = standard.fitted.scores
    is_beyond = not known.min() <= judged.score <= known.max()
    beyond = " No held-out image scored as far out as this one." if is_beyond else ""
    low, high = (shown_score(each, standard.operating.value) for each in (near.low, near.high))
    return (
        f"**Similar scores.** Of the {near.fakes.whole} images of the {split} split with the "
        f"nearest scores ({low} to {high}), {near.fakes.part} were fake: "
        f"{_share(near.fakes)}.{beyond}"
    )


def about_errors(standard: Standard) -> str:
    """Say how often genuine images are called fake."""
    wrong = standard.false_positives
    if not wrong.whole:
        return "**False positives.** No genuine test image was scored, so nobody knows their rate."
    few = " Indicative only: fewer than 1,000 images." if wrong.whole < ENOUGH_GENUINE else ""
    banded = standard.operating.high is not None
    where = "Above the uncertain band" if banded else "Under this threshold"
    return (
        f"**False positives.** {where}, {wrong.part:,} of {wrong.whole:,} genuine "
        f"test images were called fake: {_share(wrong)}.{few}"
    )


def _share(share: Share) -> str:
    rate = percent(share.part / share.whole)
    if share.interval is None:
        return f"{rate} (no interval can be told: too few people)"
    low, high = map(percent, share.interval)
    return f"{rate} (95 % interval by people {low} to {high})"
