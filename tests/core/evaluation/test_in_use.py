import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.evaluation.in_use import in_use

SHARES = st.floats(0, 1)


def test_a_hand_computed_case() -> None:
    """Of 1,000 images 10 are fake: 9 of them caught; of 990 genuine images 49.5 are called fake."""
    use = in_use(0.01, 0.05, (0.02, 0.1), 0.1, (0.05, 0.3))
    assert use.false_alarms == pytest.approx((49.5, 19.8, 99))
    assert use.misses == pytest.approx((1, 0.5, 3))
    assert use.genuine_of_100 == pytest.approx(
        (4950 / 58.5, 100 * 19.8 / (19.8 + 9.5), 100 * 99 / (99 + 7))
    )


def test_axelssons_intrusion_detector() -> None:
    """Axelsson (2000): 1 attack in 50,000, all found, 1 false alarm in 1,000: 98 % are false."""
    use = in_use(2e-5, 1e-3, None, 0.0, None)
    assert use.genuine_of_100 is not None
    assert use.genuine_of_100[0] == pytest.approx(98.04, abs=0.01)


@given(SHARES, SHARES, SHARES, SHARES, SHARES)
def test_no_figure_lies_outside_of_what_it_may_be(
    prevalence: float, wrong: float, missed: float, by: float, more: float
) -> None:
    around = (wrong * by, wrong + (1 - wrong) * more)
    use = in_use(prevalence, wrong, around, missed, (missed * by, missed + (1 - missed) * more))
    for ranged in (use.false_alarms, use.misses, use.genuine_of_100):
        if ranged:
            value, low, high = ranged
            assert low - 1e-9 <= value <= high + 1e-9
            assert -1e-9 <= low <= high <= 1000 + 1e-9


@given(st.floats(0.001, 0.4), st.floats(0.01, 1), st.floats(0, 0.9))
def test_the_rarer_fakes_are_the_more_of_those_called_fake_are_genuine(
    prevalence: float, wrong: float, missed: float
) -> None:
    rare, common = (
        in_use(share, wrong, None, missed, None).genuine_of_100
        for share in (prevalence, 2 * prevalence)
    )
    assert rare is not None
    assert common is not None
    assert rare[0] > common[0]


def test_what_nothing_is_known_of_is_not_told() -> None:
    use = in_use(0.1, None, None, 0.2, (0.1, 0.3))
    assert use.false_alarms is None
    assert use.genuine_of_100 is None
    assert use.misses == pytest.approx((20, 10, 30))


def test_a_detector_that_calls_nothing_fake_says_nothing_about_such_calls() -> None:
    assert in_use(0.1, 0.0, (0.0, 0.1), 1.0, (0.9, 1.0)).genuine_of_100 is None


def test_without_an_interval_it_may_be_anything() -> None:
    assert in_use(0.5, 0.1, None, 0.1, None).false_alarms == pytest.approx((50, 0, 500))


def test_a_share_of_fakes_outside_0_and_1_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"Received 1\.5"):
        in_use(1.5, 0.1, None, 0.1, None)
