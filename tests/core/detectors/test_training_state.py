from pathlib import Path

import pytest

from core.detectors.training_state import TrainingState
from core.errors import Conflict
from core.types import EpochMetrics


class Model:
    """Writes the one thing a state asks of a model: a weights file."""

    def save_weights(self, path: Path) -> None:
        path.write_text("weights")


def _metrics(epoch: int, val_auc: float) -> EpochMetrics:
    return EpochMetrics(epoch, loss=0.5, auc=0.5, val_loss=0.5, val_auc=val_auc, seconds=1.0)


def test_history_survives_and_one_set_of_weights_stays(tmp_path: Path) -> None:
    state = TrainingState(tmp_path, {"seed": 1})
    for epoch, val_auc in enumerate((0.6, 0.8, 0.8, 0.7), start=1):
        state.commit(Model(), _metrics(epoch, val_auc))
    again = TrainingState(tmp_path, {"seed": 1})
    assert again.epochs == state.epochs
    assert again.best() == _metrics(2, 0.8)
    assert [path.name for path in (tmp_path / "backup").iterdir()] == ["epoch-0004.weights.h5"]
    again.clear()
    assert not any((tmp_path / "backup").iterdir())
    assert TrainingState(tmp_path, {"seed": 1}).epochs == state.epochs


def test_best_ignores_what_model_checkpoint_cannot_see(tmp_path: Path) -> None:
    state = TrainingState(tmp_path, {})
    state.commit(Model(), _metrics(1, 0.9))
    state.commit(Model(), _metrics(2, 0.9 + 1e-12))  # the same number in float32
    assert state.best().epoch == 1


def test_another_training_is_not_continued(tmp_path: Path) -> None:
    TrainingState(tmp_path, {"seed": 1}).commit(Model(), _metrics(1, 0.6))
    with pytest.raises(Conflict, match="Start it in an empty folder"):
        TrainingState(tmp_path, {"seed": 2})
