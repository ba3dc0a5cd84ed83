"""The review of doubted labels by keys alone, on the pages' small installation."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core.curation.label_mistakes import LabelMistake
from core.types import Label
from dashboard.home import open_database
from dashboard.settings import Settings
from db import label_suggestions
from db.engine import writing
from tests.homes import rows
from tests.pages.conftest import seeded_once
from tests.pages.test_labels import SUMMARY

__all__ = ["seeded_once"]

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def home(seeded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation in which the labels of images 2, 3 and 4 are doubted, in this order."""
    folder = shutil.copytree(seeded_once, tmp_path_factory.mktemp("home") / "data")
    found = [
        LabelMistake(at, Label.GENUINE, Label.FAKE, score, score)
        for at, score in enumerate((0.97, 0.91, 0.85))
    ]
    with writing(open_database(Settings(home=folder))) as session:
        label_suggestions.store_look(session, 1, found, [2, 3, 4], summary=SUMMARY, author="ada")
    return folder


def labels(home: Path) -> list[str]:
    query = "SELECT label FROM images WHERE id IN (2, 3, 4) ORDER BY id"
    return [label for (label,) in rows(home, query)]


def press(screen: Any, key: str, score: str, left: int) -> None:
    """Press a key and wait for the score and the count that should stand there then."""
    screen.page.keyboard.press(key)
    expect(screen.page.get_by_text(f"Its score is {score}")).to_be_visible()
    expect(screen.page.get_by_text(f"{left} left")).to_be_visible()
    screen.settle()


def test_keys_answer_skip_and_take_back(screen: Any, home: Path) -> None:
    screen.open("labels")
    expect(screen.page.get_by_text("Its score is 0.97")).to_be_visible()
    press(screen, "s", "0.91", left=3)
    press(screen, "a", "0.85", left=2)
    assert labels(home) == ["genuine", "fake", "genuine"]
    press(screen, "k", "0.97", left=1)
    press(screen, "z", "0.85", left=2)
    press(screen, "z", "0.91", left=3)
    assert labels(home) == ["genuine"] * 3
    screen.picture("labels")


def test_a_click_on_the_strip_brings_an_image_forward(screen: Any, home: Path) -> None:
    screen.open("labels")
    expect(screen.page.get_by_text("Its score is 0.97")).to_be_visible()
    screen.page.locator(".cell").nth(1).click()
    expect(screen.page.get_by_text("Its score is 0.85")).to_be_visible()
    assert labels(home) == ["genuine"] * 3
