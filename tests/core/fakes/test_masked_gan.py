from collections.abc import Callable
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


def _parents(make_parent: MakeParent) -> list[Parent]:
    return [make_parent(seed, size=(160 + seed, 150)) for seed in range(8)]


def _listener(lines: Lines, kill_at: str = "never") -> Progress:
    def listen(fraction: float, line: str) -> None:
        lines.append(line)
        if line.startswith(kill_at):
            raise KilledError

    return listen


def _run(parents: list[Parent], folder: Path, progress: Progress, epochs: int = 2) -> list[Fake]:
    params = {"epochs": epochs, "batch_size": 4}
    return list(generate(parents, params, 5, folder, progress))


def _epochs(lines: Lines) -> list[str]:
    return [line.split(":")[0] for line in lines if line.startswith("Epoch")]


@pytest.mark.slow
def test_a_killed_job_goes_on_from_its_last_epoch(make_parent: MakeParent, tmp_path: Path) -> None:
    parents = _parents(make_parent)
    straight, before, after = list[str](), list[str](), list[str]()
    (tmp_path / "straight").mkdir()
    expected = _run(parents, tmp_path / "straight", _listener(straight))

    (tmp_path / "killed").mkdir()
    with pytest.raises(KilledError):
        _run(parents, tmp_path / "killed", _listener(before, kill_at="Epoch 1 of 2"))
    resumed = _run(parents, tmp_path / "killed", _listener(after))

    assert _epochs(straight) == ["Epoch 1 of 2", "Epoch 2 of 2"]
    assert (_epochs(before), _epochs(after)) == (["Epoch 1 of 2"], ["Epoch 2 of 2"])
    for one, other in zip(expected, resumed, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)
        assert one.recipe == other.recipe
    for folder in ("straight", "killed"):
        names = sorted(path.name for path in (tmp_path / folder / "samples").iterdir())
        assert names == ["epoch_001.jpg", "epoch_002.jpg"]
    for name in names:
        sheets = [(tmp_path / folder / "samples" / name) for folder in ("straight", "killed")]
        assert sheets[0].read_bytes() == sheets[1].read_bytes()


@pytest.mark.slow
def test_a_finished_job_makes_its_fakes_again_without_training(
    make_parent: MakeParent, tmp_path: Path
) -> None:
    parents, lines = _parents(make_parent), list[str]()
    first = _run(parents, tmp_path, _listener([]), epochs=1)
    again = _run(parents, tmp_path, _listener(lines), epochs=1)
    assert _epochs(lines) == []
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)


@pytest.mark.slow
def test_fakes_differ_inside_the_soft_mask_only(make_parent: MakeParent, tmp_path: Path) -> None:
    parents = _parents(make_parent)
    fakes = _run(parents, tmp_path, _listener([]), epochs=1)
    for parent, fake in zip(parents, fakes, strict=True):
        assert parent.face is not None
        mask = critical_region(parent.pixels.shape, parent.face)
        np.testing.assert_array_equal(fake.pixels[mask == 0], parent.pixels[mask == 0])
        assert (fake.pixels[mask == 1] != parent.pixels[mask == 1]).any(axis=1).mean() > 0.9


@pytest.mark.slow
def test_a_sample_sheet_shows_four_stages_of_every_face(
    make_parent: MakeParent, tmp_path: Path
) -> None:
    _run(_parents(make_parent), tmp_path, _listener([]), epochs=1)
    with Image.open(tmp_path / "samples" / "epoch_001.jpg") as sheet:
        assert sheet.size == (4 * SIZE_PX * SHEET_ZOOM, SHEET_ROWS * SIZE_PX * SHEET_ZOOM)
    assert not list((tmp_path / "samples").glob("*.part"))


def test_too_few_faces_are_refused(make_parent: MakeParent, tmp_path: Path) -> None:
    parents = [make_parent(seed, has_face=seed < LEAST_CROPS - 1) for seed in range(LEAST_CROPS)]
    with pytest.raises(InvalidInput, match=r"Expected at least 8 photographs .* Received 7"):
        _run(parents, tmp_path, _listener([]))
