import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.detectors.params import TrainParams
from core.detectors.tune import TuneSpace, tune
from core.errors import InvalidInput
from core.types import Trial

SPACE = TuneSpace((0, 4), (0.1, 0.5), (1e-4, 1e-2), TrainParams(batch_size=8))


def search(
    workdir: Path, on_trial: Callable[[Trial], None] = lambda _: None, space: TuneSpace = SPACE
) -> list[Trial]:
    rng = np.random.default_rng(0)
    features, is_fake = rng.random((30, 7, 7, 512)).astype(np.float16), np.arange(30) % 2 == 0
    return tune(
        features[:20], is_fake[:20], features[20:], is_fake[20:], space,
        max_trials=3, epochs=2, seed=0, workdir=workdir, on_trial=on_trial,
    )  # fmt: skip


def figures(trials: list[Trial]) -> list[Trial]:
    return [replace(trial, seconds=0.0) for trial in trials]


def search_and_die(workdir: str) -> None:
    """Die while the second trial is being reported."""

    def report(trial: Trial) -> None:
        if trial.number == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    search(Path(workdir), report)


@pytest.mark.slow
def test_killed_search_loses_and_doubles_no_trial(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    seen: list[Trial] = []
    undisturbed = search(tmp_path / "one", seen.append)
    assert seen == undisturbed
    assert [trial.number for trial in undisturbed] == [1, 2, 3]
    assert capfd.readouterr().out == ""
    for trial in undisturbed:
        params = TrainParams.from_mapping(trial.params)
        assert params.epochs == 2
        assert params.hidden_units in SPACE.hidden_units
        assert 0.1 <= params.dropout <= 0.5
        assert 1e-4 <= params.learning_rate <= 1e-2
    assert len({trial.params["learning_rate"] for trial in undisturbed}) == 3
    assert not list(tmp_path.rglob("best.*"))

    code = (
        f"import runpy; runpy.run_path({__file__!r})['search_and_die']({str(tmp_path / 'two')!r})"
    )
    child = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    reported: list[Trial] = []
    resumed = search(tmp_path / "two", reported.append)
    assert figures(resumed) == figures(undisturbed)
    assert reported == resumed
    assert search(tmp_path / "two") == resumed


@pytest.mark.slow
def test_an_error_in_a_trial_is_not_swallowed(tmp_path: Path) -> None:
    def refuse(trial: Trial) -> None:
        raise InvalidInput(f"trial {trial.number}")

    with pytest.raises(InvalidInput, match="trial 1"):
        search(tmp_path, refuse)


@pytest.mark.slow
def test_exhausted_space_ends_the_search(tmp_path: Path) -> None:
    single = TuneSpace((0,), (0.2, 0.2), (1e-3, 1e-3))
    assert len(search(tmp_path, space=single)) == 1


@pytest.mark.parametrize(
    "space",
    [
        {"dropout": (0.5, 0.1)},
        {"dropout": (0.0, 1.0)},
        {"learning_rate": (0.0, 0.1)},
        {"hidden_units": (8, -1)},
        {"hidden_units": ()},
    ],
)
def test_impossible_spaces_are_refused(space: dict[str, tuple[float, ...]]) -> None:
    with pytest.raises(InvalidInput, match=r"Expected .* Received"):
        TuneSpace(**space)  # type: ignore[arg-type]


def test_no_trials_are_refused(tmp_path: Path) -> None:
    empty = np.zeros((0, 7, 7, 512), np.float16)
    with pytest.raises(InvalidInput, match="at least 1 trial"):
        tune(
            empty, np.zeros(0, bool), empty, np.zeros(0, bool), SPACE,
            max_trials=0, epochs=1, seed=0, workdir=tmp_path, on_trial=lambda _: None,
        )  # fmt: skip
