"""What a detector's rates mean in use, where fakes are rarer than among the test images."""

from dataclasses import dataclass

from core.errors import InvalidInput
from core.evaluation.metrics import Interval

Ranged = tuple[float, float, float]
"""The figure itself, and the low and high end of what it may be."""


@dataclass(frozen=True)
class InUse:
    """What to expect of 1,000 images, and of 100 that are called fake.

    The ends are those of the rates' 95 % intervals; where two rates enter, both are taken at their
    worse ends, so the range is wider than 95 %.

    Attributes:
        prevalence: Share of fakes among the images to be checked, 0 to 1.
        false_alarms: Genuine images called fake, of 1,000 images; None where no rate is known.
        misses: Fakes called genuine, of 1,000 images.
        genuine_of_100: Genuine images among 100 that are called fake; None where none is called
            fake at all.
    """

    prevalence: float
    false_alarms: Ranged | None
    misses: Ranged | None
    genuine_of_100: Ranged | None


def in_use(
    prevalence: float,
    false_positive_rate: float | None,
    false_positive_interval: Interval | None,
    miss_rate: float | None,
    miss_interval: Interval | None,
) -> InUse:
    """Carry test rates over to images of which a given share is fake.

    This holds as far as the test images resemble those in use, for either label.

    Args:
        prevalence: Share of fakes in use, 0 to 1.
        false_positive_rate: Share of genuine images called fake, 0 to 1.
        false_positive_interval: Its 95 % interval.
        miss_rate: Share of fakes called genuine, 0 to 1.
        miss_interval: Its 95 % interval.

    Raises:
        InvalidInput: If the prevalence is not from 0 to 1.

    Reference: Axelsson (2000), "The base-rate fallacy and the difficulty of intrusion detection".
    """
    if not 0 <= prevalence <= 1:
        raise InvalidInput(f"Expected a share of fakes from 0 to 1. Received {prevalence}.")
    wrong = _ranged(false_positive_rate, false_positive_interval)
    missed = _ranged(miss_rate, miss_interval)
    return InUse(
        prevalence,
        _scaled(wrong, 1000 * (1 - prevalence)),
        _scaled(missed, 1000 * prevalence),
        _genuine_of_100(prevalence, wrong, missed) if wrong and missed else None,
    )


def _ranged(rate: float | None, interval: Interval | None) -> Ranged | None:
    if rate is None:
        return None
    low, high = interval or (0.0, 1.0)  # without an interval, nothing is known but the sample
    return rate, low, high


def _scaled(ranged: Ranged | None, by: float) -> Ranged | None:
    return (ranged[0] * by, ranged[1] * by, ranged[2] * by) if ranged else None


def _genuine_of_100(prevalence: float, wrong: Ranged, missed: Ranged) -> Ranged | None:
    """Return how many of 100 images called fake are genuine: at best few alarms and few misses."""
    found = [_share_genuine(prevalence, wrong[end], missed[end]) for end in range(len(wrong))]
    value, low, high = found
    if value is None:
        return None
    return 100 * value, 100 * (low or 0.0), 100 * (1.0 if high is None else high)


def _share_genuine(prevalence: float, wrong: float, missed: float) -> float | None:
    genuine, fake = (1 - prevalence) * wrong, prevalence * (1 - missed)
    return genuine / (genuine + fake) if genuine + fake else None
