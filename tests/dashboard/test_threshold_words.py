from datetime import UTC, datetime

from core.evaluation.operating_points import MINIMUM_COST
from core.types import Split, Threshold
from dashboard.threshold_words import bearing


def test_rare_fakes_are_not_told_as_none() -> None:
    costs = {"genuine_called_fake": 10.0, "missed_fake": 1.0, "prevalence": 0.0004}
    when = datetime(2026, 1, 1, tzinfo=UTC)
    policy = {"mode": MINIMUM_COST, "costs": costs}
    saved = Threshold(1, 1, 0.5, Split.TEST, "why", "ada", when, policy=policy)
    assert "costs 10, a missed fake 1, 0.04% are fake)" in bearing(saved)
