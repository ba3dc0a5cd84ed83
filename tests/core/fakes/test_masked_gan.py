from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import InvalidInput
from core.faces.mask import critical_region
from core.fakes.base import Fake, Parent, Progress
from core.fakes.masked_gan import LEAST_CROPS, SHEET_ROWS, SHEET_ZOOM, generate
from core.fakes.masked_gan_net import SIZE_PX

MakeParent = Callable[..., Parent]
Lines = list[str]


class KilledError(Exception):
    """Stands for the worker's death in the middle of a job."""


def _listener(lines: Lines, kill_at: str = "never") -> Progress:
    def listen(fraction: float, line: str) -> None:
        lines.append(line)
        if line.startswith(kill_at):
            raise KilledError

    return listen


def _run(parents: list[Parent], folder: Path, progress: Progress) -> list[Fake]:
    return list(generate(parents, {"epochs": 2, "batch_size": 4}, 5, folder, progress))


def _epochs(lines: Lines) -> list[str]:
    return [line.split(":")[0] for line in lines if line.startswith("Epoch")]


@dataclass(frozen=True)
class Job:
    folder: Path
    parents: list[Parent]
    fakes: list[Fake]
    lines: Lines


@pytest.fixture(scope="module")
def job(make_parent: MakeParent, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Two epochs without interruption."""
    folder, lines = tmp_path_factory.mktemp("straight"), list[str]()
    parents = [make_parent(seed, size=(160 + seed, 150)) for seed in range(8)]
    return Job(folder, parents, _run(parents, folder, _listener(lines)), lines)


def _assert_same(fakes: list[Fake], others: list[Fake]) -> None:
    for one, other in zip(fakes, others, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)
        assert one.recipe == other.recipe


@pytest.mark.slow
def test_a_killed_job_goes_on_from_its_last_epoch(job: Job, tmp_path: Path) -> None:
    before, after = list[str](), list[str]()
    with pytest.raises(KilledError):
        _run(job.parents, tmp_path, _listener(before, kill_at="Epoch 1 of 2"))
    resumed = _run(job.parents, tmp_path, _listener(after))

    assert _epochs(job.lines) == ["Epoch 1 of 2", "Epoch 2 of 2"]
    assert (_epochs(before), _epochs(after)) == (["Epoch 1 of 2"], ["Epoch 2 of 2"])
    _assert_same(job.fakes, resumed)
    sheets = [sorted((folder / "samples").iterdir()) for folder in (job.folder, tmp_path)]
    assert [path.name for path in sheets[1]] == ["epoch_001.jpg", "epoch_002.jpg"]
    for straight, killed in zip(*sheets, strict=True):
        assert straight.read_bytes() == killed.read_bytes()


@pytest.mark.slow
def test_a_finished_job_makes_its_fakes_again_without_training(job: Job) -> None:
    lines = list[str]()
    _assert_same(job.fakes, _run(job.parents, job.folder, _listener(lines)))
    assert _epochs(lines) == []


@pytest.mark.slow
def test_fakes_differ_inside_the_soft_mask_only(job: Job) -> None:
    for parent, fake in zip(job.parents, job.fakes, strict=True):
        assert parent.face is not None
        mask = critical_region(parent.pixels.shape, parent.face)
        np.testing.assert_array_equal(fake.pixels[mask == 0], parent.pixels[mask == 0])
        assert (fake.pixels[mask == 1] != parent.pixels[mask == 1]).any(axis=1).mean() > 0.9


@pytest.mark.slow
def test_a_sample_sheet_shows_four_stages_of_every_face(job: Job) -> None:
    with Image.open(job.folder / "samples" / "epoch_001.jpg") as sheet:
        assert sheet.size == (4 * SIZE_PX * SHEET_ZOOM, SHEET_ROWS * SIZE_PX * SHEET_ZOOM)
    assert not list((job.folder / "samples").glob("*.part"))


def test_too_few_faces_are_refused(make_parent: MakeParent, tmp_path: Path) -> None:
    parents = [make_parent(seed, has_face=seed < LEAST_CROPS - 1) for seed in range(LEAST_CROPS)]
    with pytest.raises(InvalidInput, match=r"Expected at least 8 photographs .* Received 7"):
        _run(parents, tmp_path, _listener([]))
