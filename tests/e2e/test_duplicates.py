"""The keys of Duplicates in a browser: two pictures moved as one, and whole groups decided."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.homes import rows

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def home(imported_home: Path) -> Path:
    return imported_home


@pytest.fixture
def duplicates(screen: Any) -> Any:
    """Duplicates, with the imported photographs' pairs."""
    screen.open("duplicates")
    expect(screen.page.locator(".view img").first).to_be_visible()
    return screen


def decided(home: Path) -> int:
    """Ask the database itself how many pairs are decided."""
    ((n,),) = rows(home, "SELECT count(*) FROM pairs WHERE verdict IS NOT NULL")
    return int(n)


def await_decided(screen: Any, home: Path, wanted: int) -> None:
    for _ in range(60):
        if decided(home) == wanted:
            break
        screen.page.wait_for_timeout(200)
    assert decided(home) == wanted
    screen.settle()


def places(screen: Any) -> list[str]:
    """Where each picture stands in its frame; a flip is told apart."""
    moved: list[str] = screen.page.locator(".view img").evaluate_all(
        "images => images.map(image => image.style.transform)"
    )
    return moved


def test_two_pictures_are_moved_as_one_and_groups_are_decided(duplicates: Any, home: Path) -> None:
    page = duplicates.page
    page.keyboard.press("+")
    left, right = places(duplicates)
    assert "scale(1.5)" in left
    assert right.startswith(left)
    page.keyboard.press("f")
    assert ("scaleX(-1)" in places(duplicates)[1]) != ("scaleX(-1)" in right)
    frame = page.locator(".view").first.bounding_box()
    page.mouse.move(frame["x"] + 50, frame["y"] + 50)
    page.mouse.down()
    page.mouse.move(frame["x"] + 90, frame["y"] + 70)
    page.mouse.up()
    assert places(duplicates)[0] != left
    page.keyboard.press("0")
    assert "scale(1)" in places(duplicates)[0]

    page.keyboard.press("g")
    expect(page.get_by_text("Group 1 of")).to_be_visible()
    duplicates.settle()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kept")).to_be_visible()
    duplicates.settle()
    n_decided = decided(home)
    assert n_decided > 0
    page.keyboard.press("z")
    await_decided(duplicates, home, 0)
    page.keyboard.press("2")
    await_decided(duplicates, home, n_decided)
    page.keyboard.press("z")
    await_decided(duplicates, home, 0)
