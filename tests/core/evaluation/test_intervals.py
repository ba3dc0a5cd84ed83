from collections.abc import Callable

import numpy as np
import pytest

from core.evaluation import intervals
from core.evaluation.metrics import Interval, wilson_interval

MANY = 10**6  # groups: Student's quantile is the normal one


def strays(mean: float, deviation: float, n: int = 20_000) -> np.ndarray:
    return np.random.default_rng(0).normal(mean, deviation, n)


def test_independent_images_get_wilsons_interval() -> None:
    resampled = strays(0.1, np.sqrt(0.1 * 0.9 / 400))
    found = intervals.of_proportion(0.1, resampled, 4000, MANY)
    assert found == pytest.approx(wilson_interval(40, 400), abs=2e-3)
    assert intervals.of_figure(0.1, resampled, MANY) == pytest.approx(found)


def test_resamples_never_make_more_images_than_there_are() -> None:
    tight = strays(0.1, 1e-4)
    found = intervals.of_proportion(0.1, tight, 50, MANY)
    assert found == pytest.approx(wilson_interval(5, 50), abs=1e-5)


def test_few_groups_widen_every_interval() -> None:
    resampled = strays(0.3, 0.02)
    ways: list[Callable[[int], Interval | None]] = [
        lambda n: intervals.of_figure(0.3, resampled, n),
        lambda n: intervals.of_proportion(0.3, resampled, 10**6, n),
        lambda n: intervals.percentile(resampled, n),
        lambda n: intervals.reflected(0.3, resampled, n),
    ]
    for way in ways:
        widths = [float(np.diff(way(n) or (0, 0))[0]) for n in (4, 10, MANY)]
        # sqrt(n / (n - 1)) times Student's quantile: 3.67, 2.38 and 1.96 standard errors.
        assert widths[1] / widths[2] == pytest.approx(2.384 / 1.960, abs=0.03)
        assert widths[0] > 1.4 * widths[1]


def test_percentiles_of_many_groups_are_the_plain_ones() -> None:
    resampled = strays(0.5, 0.1)
    expected = np.quantile(resampled, (0.025, 0.975))
    assert intervals.percentile(resampled, MANY) == pytest.approx(expected, abs=1e-4)


def test_a_calibration_error_that_may_be_noise_reaches_down_to_none() -> None:
    noise_alone = strays(0.05 * np.sqrt(2), 0.01)  # twice the variance of what was measured
    low, high = intervals.reflected(0.05, noise_alone, MANY) or (1, 0)
    assert low == 0
    assert high == 0.05  # the value itself is always inside
    real = strays(0.2, 0.01)
    assert intervals.reflected(0.2, real, MANY) == pytest.approx((0.18, 0.22), abs=2e-3)


def test_a_calibration_error_is_never_above_one() -> None:
    low, high = intervals.reflected(0.9, np.clip(strays(0.7, 0.2), 0, 1), MANY) or (0, 2)
    assert 0 <= low <= 0.9
    assert high == 1


@pytest.mark.parametrize(
    "resampled",
    [
        np.full(100, 0.3),
        np.full(100, np.nan),
        np.where(np.arange(100) < 60, np.nan, strays(0.3, 1, 100)),
    ],
    ids=["all the same", "never defined", "mostly undefined"],
)
def test_nothing_is_claimed_where_resamples_say_nothing(resampled: np.ndarray) -> None:
    assert intervals.of_figure(0.3, resampled, 50) is None
    assert intervals.of_proportion(0.3, resampled, 100, 50) is None
    assert intervals.percentile(resampled, 50) is None
    assert intervals.reflected(0.3, resampled, 50) is None
    assert intervals.of_figure(0.3, strays(0.3, 0.1), 1) is None
