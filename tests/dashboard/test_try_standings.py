import numpy as np
import pytest

from dashboard.try_standings import Standing, percent_below


def test_a_standing_is_at_an_end_only_beyond_all_others() -> None:
    told = [Standing("Blur", "1", percent, is_flagged=False).position for percent in (99.7, 100)]
    assert told == [f"more so than {share} of genuine ones" for share in ("99.7%", "100%")]


@pytest.mark.parametrize(("value", "expected"), [(0.5, 0), (1, 12.5), (2, 50), (9, 100)])
def test_a_standing_counts_equal_figures_half(value: float, expected: float) -> None:
    assert percent_below(np.array([1, 2, 2, 3], np.float32), value) == expected
