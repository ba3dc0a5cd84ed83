import shutil
from pathlib import Path

import pytest
from plant import RECIPES, plant, read_manifest

FACES = Path(__file__).parents[2] / "examples" / "faces"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for photograph in FACES.glob("*/*_0001.jpg"):
        (tmp_path / photograph.parent.name).mkdir()
        shutil.copy(photograph, tmp_path / photograph.parent.name)
    return tmp_path


def test_every_recipe_is_planted_once_and_listed(folder: Path) -> None:
    planted = plant(folder)
    assert sorted(each.kind for each in planted) == sorted(recipe.kind for recipe in RECIPES)
    assert len({each.source for each in planted}) == len(RECIPES)
    assert all((folder / each.path).is_file() for each in planted)
    assert read_manifest(folder) == planted


def test_planting_is_not_random(folder: Path) -> None:
    first = {each.path: (folder / each.path).read_bytes() for each in plant(folder)}
    second = {each.path: (folder / each.path).read_bytes() for each in plant(folder)}
    assert first == second


def test_too_few_people_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Received 0"):
        plant(tmp_path)
