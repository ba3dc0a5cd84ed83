import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
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
SIZES = ((320, 300), (300, 300), (420, 300), (301, 403))  # leave a margin around the face


def _quick(generator: Generator) -> dict[str, Any]:
    return {p.name: QUICK[p.name] for p in generator.params if p.name in QUICK}


@pytest.fixture(scope="module")
def parents(make_parent: Callable[..., Parent]) -> list[Parent]:
    """Eight usable photographs and, fourth, one without a face."""
    with_faces = [make_parent(seed, size=SIZES[seed % 4]) for seed in range(8)]
    return [*with_faces[:3], make_parent(90, has_face=False), *with_faces[3:]]


@dataclass(frozen=True)
class Made:
    """What one run of a generator gave and told."""

    generator: Generator
    fakes: list[Fake]
    told: list[tuple[float, str]]


def _run(generator: Generator, parents: list[Parent], folder: Path, seed: int = 1) -> Made:
    folder.mkdir(exist_ok=True)
    told: list[tuple[float, str]] = []
    fakes = generator.generate(
        parents, _quick(generator), seed, folder, lambda *report: told.append(report)
    )
    return Made(generator, list(fakes), told)


@pytest.fixture(scope="module", params=ENTRIES)
def made(
    request: pytest.FixtureRequest,
    parents: list[Parent],
    tmp_path_factory: pytest.TempPathFactory,
) -> Made:
    return _run(request.param, parents, tmp_path_factory.mktemp("made"))


def test_every_generator_keeps_sizes_types_and_parents(made: Made, parents: list[Parent]) -> None:
    usable = [parent for parent in parents if parent.face]
    for parent, fake in zip(usable, made.fakes, strict=True):
        assert fake.parents == (parent.checksum,)
        assert fake.pixels.shape == parent.pixels.shape
        assert fake.pixels.dtype == np.uint8
        assert (fake.pixels != parent.pixels).any()


def test_every_recipe_is_json_with_every_parameter(made: Made) -> None:
    for fake in made.fakes:
        assert json.loads(json.dumps(fake.recipe)) == fake.recipe
        assert {param.name for param in made.generator.params} <= set(fake.recipe)


def test_a_promise_to_change_the_face_only_is_kept(made: Made, parents: list[Parent]) -> None:
    changed_elsewhere = []
    for parent, fake in zip((p for p in parents if p.face), made.fakes, strict=True):
        assert parent.face is not None
        outside = np.ones(parent.pixels.shape[:2], bool)
        outside[face_window(parent.pixels.shape, parent.face)] = False
        changed_elsewhere.append(bool((fake.pixels != parent.pixels)[outside].any()))
    assert any(changed_elsewhere) is not made.generator.changes_face_only


def test_every_generator_reports_progress_and_skips(made: Made, parents: list[Parent]) -> None:
    fractions = [fraction for fraction, _ in made.told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)
    skipped = [line for _, line in made.told if line.startswith("Skipped")]
    assert skipped == [f"Skipped {parents[3].checksum[:12]}: no face was found"]


def test_every_generator_repeats_with_its_seed_and_leaves_parents_alone(
    made: Made, parents: list[Parent], tmp_path: Path
) -> None:
    originals = [parent.pixels.copy() for parent in parents]
    again = _run(made.generator, parents, tmp_path / "again")
    other = _run(made.generator, parents, tmp_path / "other", seed=2)
    for one, same, changed in zip(made.fakes, again.fakes, other.fakes, strict=True):
        np.testing.assert_array_equal(one.pixels, same.pixels)
        assert one.recipe == same.recipe
        assert (one.pixels != changed.pixels).any()
    for parent, original in zip(parents, originals, strict=True):
        np.testing.assert_array_equal(parent.pixels, original)


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
