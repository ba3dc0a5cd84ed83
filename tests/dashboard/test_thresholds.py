import numpy as np
import pytest

from core.evaluation.operating_points import FPR_1, FPR_5, Costs
from core.types import Run, Split
from dashboard import evaluation, resources, thresholds
from dashboard.scores import Scored
from dashboard.settings import Settings
from db import runs


@pytest.fixture
def run(seeded_home: Settings) -> Run:
    with resources.session() as session:
        return runs.get_run(session, 1)


def many(n: int = 200) -> Scored:
    """Scores from 0.995 down to 0, in turn genuine and fake."""
    ids = np.arange(1, n + 1)
    return Scored(ids, (n - ids) / n, ids % 2 == 0, ids)


def test_a_board_counts_both_splits_at_the_same_steps(run: Run) -> None:
    found = thresholds.board(run, Split.TEST, 0.2)
    assert len(found.steps) == len(found.shown.false_fake) == len(found.chosen_on.false_fake)
    assert (found.shown.n_genuine, found.shown.n_fake) == (4, 2)
    validation = evaluation.scored(run, Split.VALIDATION)
    assert found.chosen_on.n_genuine == validation.n_genuine
    at = int(np.flatnonzero(found.steps == 0.15)[0])
    assert (found.shown.false_fake[at], found.shown.false_genuine[at]) == (2, 0)


def test_thresholds_that_are_asked_for_are_among_the_steps(run: Run) -> None:
    assert 0.1234567 in thresholds.board(run, Split.TEST, 0.1234567).steps
    assert 0.7654321 in thresholds.board(run, Split.TEST, 0.2, 0.7654321).steps
    assert 0.7654321 not in thresholds.board(run, Split.TEST, 0.2).steps


def test_a_slice_is_counted_by_its_rows() -> None:
    data, steps = many(), np.array([0.0, 0.5, 1.0])
    rows = np.arange(0, 20)  # the highest scores, all above 0.5
    found = thresholds.count(data, steps, rows)
    assert (found.n_genuine, found.n_fake) == (10, 10)
    assert found.false_fake.tolist() == [10, 10, 0]
    assert found.false_genuine.tolist() == [0, 0, 10]


def test_the_pool_holds_the_nearest_of_each_label_on_each_side(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(thresholds, "read_images", lambda data, rows: rows.tolist())
    data = many()
    seen: list[int] = thresholds.pool(data, 0.5)  # type: ignore[assignment]
    n = thresholds.N_POOL
    genuine = [row for row in seen if not data.is_fake[row]]
    assert seen[: 2 * n] == genuine  # they come first
    for is_fake in (False, True):
        scores = data.scores[[row for row in seen if data.is_fake[row] == is_fake]]
        of_label = data.scores[data.is_fake == is_fake]
        assert sorted(scores)[n:] == sorted(of_label[of_label >= 0.5])[:n]
        assert sorted(scores)[:n] == sorted(of_label[of_label < 0.5])[-n:]


@pytest.mark.parametrize("value", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_further_flips_begin_where_the_pool_ends(
    monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    monkeypatch.setattr(thresholds, "read_images", lambda data, rows: rows.tolist())
    data, n = many(), thresholds.N_POOL
    found: list[int] = thresholds.further_flips(data, 0.5, value)  # type: ignore[assignment]
    low, high = min(0.5, value), max(0.5, value)
    flipped = np.flatnonzero((data.scores >= low) & (data.scores < high))
    expected = []
    for is_fake in (False, True):
        rows = [row for row in flipped if data.is_fake[row] == is_fake]
        expected += sorted(rows, key=lambda row: abs(data.scores[row] - 0.5))[n : 2 * n]
    assert sorted(found) == sorted(expected)


def test_rules_that_give_one_threshold_are_told_apart_by_what_was_asked_for(run: Run) -> None:
    """Of so few genuine images, at most 1 % and at most 5 % are the same."""
    value = thresholds.starting(run).value
    assert thresholds.rule_of(run, value, Costs()) == FPR_1
    assert thresholds.rule_of(run, value, Costs(), FPR_5) == FPR_5
    assert thresholds.rule_of(run, value, Costs(), "by-hand") == FPR_1
    assert thresholds.rule_of(run, 0.0001, Costs(), FPR_5) is None


def test_the_start_is_the_suggestion_until_one_is_approved(run: Run) -> None:
    start = thresholds.starting(run)
    assert not start.is_in_force
    assert start.value != 0.5
    assert start == thresholds.starting(run)
