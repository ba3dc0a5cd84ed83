from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import Engine

from core.types import Split, Threshold
from dashboard.home import open_database
from dashboard.scores import (
    Operating,
    Scored,
    operating_threshold,
    saved_threshold,
    suggested_threshold,
)
from dashboard.settings import Settings, settings
from db import thresholds
from db.engine import writing


@pytest.fixture
def database(seeded_home: Settings) -> Engine:
    return open_database(settings())


def test_the_threshold_in_force_comes_before_the_suggestion(database: Engine) -> None:
    with writing(database) as session:
        suggested = operating_threshold(session, 1)
        number = thresholds.propose(
            session, 1, 0.9, Split.TEST, "why", author="Ada", band=(0.8, 0.95)
        )
        assert operating_threshold(session, 1) == suggested
        assert not suggested.is_in_force
        thresholds.approve(session, number, actor="Bob")
        found = operating_threshold(session, 1)
    assert (found.value, found.is_in_force, found.low, found.high) == (0.9, True, 0.8, 0.95)
    assert suggested.value != 0.5


def test_a_suggestion_that_is_impossible_says_why_and_accuses_nobody() -> None:
    fakes = Scored(np.arange(2), np.array([0.9, 0.4]), np.array([True, True]), np.arange(2))
    found = suggested_threshold(fakes)
    assert found.value == 1.0
    assert found.origin.startswith("Nothing can be suggested. Expected genuine validation images")


@pytest.mark.parametrize(
    ("score", "call"),
    [(0.3, "genuine"), (0.4, "uncertain"), (0.599, "uncertain"), (0.6, "fake"), (1.0, "fake")],
)
def test_a_call_within_the_band_is_uncertain(score: float, call: str) -> None:
    saved = Threshold(1, 1, 0.5, Split.TEST, "why", "ada", datetime.now(UTC), low=0.4, high=0.6)
    operating = saved_threshold(saved)
    assert operating
    assert operating.call(score) == call


def test_a_call_without_a_band() -> None:
    operating = Operating(0.5, "")
    assert [operating.call(score) for score in (0.49, 0.5)] == ["genuine", "fake"]
    assert saved_threshold(None) is None
