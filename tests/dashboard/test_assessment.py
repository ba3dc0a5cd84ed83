import pytest
from sqlalchemy import Engine

from core.evaluation import calibration, metrics
from core.types import Split
from dashboard.assessment import assess, assess_calls
from dashboard.scores import load_scores
from db.engine import writing
from tests.dashboard.scored_runs import score_a_run
from tests.db.conftest import empty_sqlite, sqlite

__all__ = ["empty_sqlite", "sqlite"]


def test_the_figures_are_those_of_the_split(sqlite: Engine) -> None:
    with writing(sqlite) as session:
        run = score_a_run(session, {Split.CALIBRATION: 60, Split.TEST: 40}, temperature=3.0)
        found, data = assess(session, run, Split.TEST), load_scores(session, run.id, Split.TEST)
    assert (found.n_genuine, found.n_fake, found.n_groups) == (40, 40, 80)
    assert found.is_indicative
    assert found.estimates["auc"].value == metrics.roc_auc(data.scores, data.is_fake)
    said = calibration.calibrate(data.scores, found.calibration.temperature)
    brier = found.estimates["brier"].value, found.estimates["brier_calibrated"].value
    assert brier[0] == pytest.approx(calibration.brier(data.scores, data.is_fake))
    assert brier[1] == pytest.approx(calibration.brier(said, data.is_fake))
    assert (brier[1] or 1) < (brier[0] or 0)
    assert [each.n for each in found.before] == [each.n for each in found.after] == [20] * 4
    assert found.before[0].predicted < found.after[0].predicted  # it was too sure of itself
    assert found.ece_by_chance == pytest.approx(calibration.ece_by_chance(said))


def test_calls_are_told_by_attack_type(sqlite: Engine) -> None:
    with writing(sqlite) as session:
        run = score_a_run(session, {Split.TEST: 30})
        found = assess_calls(session, run, Split.TEST, 0.5)
        data = load_scores(session, run.id, Split.TEST)
    kinds = {name: each.n_images for name, each in found.items() if name.startswith("apcer: ")}
    assert kinds == {
        "apcer: masked-gan": 10,
        "apcer: self-blended": 10,
        "apcer: unknown origin": 10,
    }
    rates = metrics.rates(metrics.confusion_at(0.5, data.scores, data.is_fake))
    assert found["false_positive_rate"].value == pytest.approx(rates.false_positive_rate)
    missed = sum((found[name].value or 0) * n for name, n in kinds.items())
    assert missed / 30 == pytest.approx(rates.miss_rate)
    assert "auc" not in found
    assert "brier" not in found


def test_without_scores_there_are_no_figures(sqlite: Engine) -> None:
    with writing(sqlite) as session:
        run = score_a_run(session, {Split.TEST: 2})
        found = assess(session, run, Split.VALIDATION)
        assert assess_calls(session, run, Split.VALIDATION, 0.5) == {}
    assert (found.n_genuine, found.estimates, found.before) == (0, {}, ())
