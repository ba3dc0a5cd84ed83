import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import InvalidInput
from core.fakes.base import Fake, Generator, Parent, complete
from core.fakes.blend import face_window
from core.fakes.registry import GENERATORS

ENTRIES = [
    pytest.param(generator, id=name, marks=[pytest.mark.slow] if generator.needs_training else [])
    for name, generator in GENERATORS.items()
]
QUICK = {"epochs": 1}
SIZES = ((180, 150), (150, 150), (300, 200), (151, 203))


def _quick(generator: Generator) -> dict[str, Any]:
    return {p.name: QUICK[p.name] for p in generator.params if p.name in QUICK}


@pytest.fixture(scope="module")
def parents(make_parent: Callable[..., Parent]) -> list[Parent]:
    """Eight usable photographs and, fourth, one without a face."""
    with_faces = [make_parent(seed, size=SIZES[seed % 4]) for seed in range(8)]
    return [*with_faces[:3], make_parent(90, has_face=False), *with_faces[3:]]


def _run(
    generator: Generator, parents: list[Parent], folder: Path, seed: int = 1
) -> tuple[list[Fake], list[tuple[float, str]]]:
    folder.mkdir(exist_ok=True)
    told: list[tuple[float, str]] = []
    fakes = generator.generate(
        parents,
        _quick(generator),
        seed,
        folder,
        lambda fraction, line: told.append((fraction, line)),
    )
    return list(fakes), told


@pytest.mark.parametrize("generator", ENTRIES)
def test_every_generator_keeps_the_contract(
    generator: Generator, parents: list[Parent], tmp_path: Path
) -> None:
    originals = [parent.pixels.copy() for parent in parents]
    fakes, told = _run(generator, parents, tmp_path / "a")

    by_checksum = {parent.checksum: parent for parent in parents}
    made_from = [fake.parents[0] for fake in fakes]
    assert made_from == [parent.checksum for parent in parents if parent.face]
    for fake in fakes:
        parent = by_checksum[fake.parents[0]]
        assert fake.pixels.shape == parent.pixels.shape
        assert fake.pixels.dtype == np.uint8
        assert (fake.pixels != parent.pixels).any()
        assert json.loads(json.dumps(fake.recipe)) == fake.recipe
        assert {param.name for param in generator.params} <= set(fake.recipe)
        if generator.changes_face_only:
            assert parent.face is not None
            outside = np.ones(parent.pixels.shape[:2], bool)
            outside[face_window(parent.pixels.shape, parent.face)] = False
            np.testing.assert_array_equal(fake.pixels[outside], parent.pixels[outside])

    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)
    assert [
        line for _, line in told if line == f"Skipped {parents[3].checksum[:12]}: no face was found"
    ]
    for parent, original in zip(parents, originals, strict=True):
        np.testing.assert_array_equal(parent.pixels, original)


@pytest.mark.parametrize("generator", ENTRIES)
def test_every_generator_repeats_with_its_seed(
    generator: Generator, parents: list[Parent], tmp_path: Path
) -> None:
    first, again = (_run(generator, parents, tmp_path / name)[0] for name in ("a", "b"))
    other, _ = _run(generator, parents, tmp_path / "c", seed=2)
    for one, same, changed in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(one.pixels, same.pixels)
        assert one.recipe == same.recipe
        assert (one.pixels != changed.pixels).any()


@pytest.mark.parametrize("generator", GENERATORS.values(), ids=GENERATORS)
def test_every_generator_describes_itself(generator: Generator) -> None:
    assert all((generator.title, generator.description, generator.limits))
    for param in generator.params:
        assert param.minimum <= param.default <= param.maximum
        assert param.label and param.help
    names = [param.name for param in generator.params]
    assert len(set(names)) == len(names)
    assert list(complete({}, generator.params)) == names


@pytest.mark.parametrize("generator", GENERATORS.values(), ids=GENERATORS)
def test_every_generator_refuses_unknown_parameters(
    generator: Generator, make_parent: Callable[..., Parent], tmp_path: Path
) -> None:
    fakes = generator.generate([make_parent(1)], {"colour": 3}, 1, tmp_path, lambda *_: None)
    with pytest.raises(InvalidInput, match=r"Expected parameters among"):
        next(iter(fakes))


def test_the_registry_stays_light() -> None:
    code = "import sys, core.fakes.registry; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
