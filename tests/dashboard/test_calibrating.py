import pytest
from sqlalchemy import Engine

from core.types import Split
from dashboard.calibrating import Calibration, calibration_of
from db.engine import writing
from tests.dashboard.scored_runs import score_a_run
from tests.db.conftest import empty_sqlite, sqlite

__all__ = ["empty_sqlite", "sqlite"]


def fitted(engine: Engine, sizes: dict[Split, int], temperature: float = 1.0) -> Calibration:
    with writing(engine) as session:
        return calibration_of(session, score_a_run(session, sizes, temperature))


def test_the_calibration_split_is_used_where_there_is_one(sqlite: Engine) -> None:
    # Scores of N(-1.5, 3) and N(1.5, 3) as logits are right at temperature 1; drawn out, at 3.
    found = fitted(sqlite, {Split.CALIBRATION: 300, Split.VALIDATION: 5, Split.TEST: 5}, 3.0)
    assert found.split is Split.CALIBRATION
    assert (found.n_images, found.n_genuine) == (600, 300)
    assert found.temperature == pytest.approx(3.0, rel=0.15)
    assert found.note == (
        f"Temperature {found.temperature:.2f}, fitted on 300 genuine and 300 fake images of the "
        "calibration split."
    )


def test_without_one_validation_serves_and_the_note_says_so(sqlite: Engine) -> None:
    found = fitted(sqlite, {Split.VALIDATION: 8, Split.TEST: 30})
    assert (found.split, found.n_images) == (Split.VALIDATION, 16)
    assert "no calibration split" in found.note
    assert "indicative only" in found.note


def test_test_images_never_calibrate(sqlite: Engine) -> None:
    found = fitted(sqlite, {Split.TRAIN: 10, Split.TEST: 30})
    assert (found.temperature, found.split, found.n_images) == (1.0, None, 0)
    assert found.note.startswith("Not calibrated")
    assert "Freeze a version with a calibration split" in found.note
