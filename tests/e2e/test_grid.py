"""The keys of the grid in a browser: none is lost, none acts where it should not."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import create_engine, text

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]
N_PRESSES = 60


@pytest.fixture
def grid(screen: Any, photographs: Path) -> Any:
    """Browse with the imported photographs, its grid drawn."""
    screen.open("browse")
    cells = screen.page.locator(".cell")
    if not cells.count():
        screen.open("import")
        screen.keyed("folder").locator("input").fill(str(photographs))
        screen.keyed("folder").locator("input").press("Enter")
        screen.settle()
        screen.press("start-import")
        screen.await_job()
        screen.open("browse")
    expect(cells.first).to_be_visible()
    return screen


def rows(home: Path, query: str) -> list[Any]:
    """Ask the database itself."""
    engine = create_engine(f"sqlite:///{home / 'verity.sqlite'}")
    with engine.connect() as connection:
        found = list(connection.execute(text(query)).all())
    engine.dispose()
    return [tuple(row) for row in found]


def await_rows(screen: Any, home: Path, query: str, wanted: list[Any]) -> None:
    for _ in range(100):
        if rows(home, query) == wanted:
            return
        screen.page.wait_for_timeout(200)
    assert rows(home, query) == wanted


def test_keys_pressed_faster_than_the_page_runs_are_all_stored_in_order(
    grid: Any, home: Path
) -> None:
    page = grid.page
    now = dict(rows(home, "SELECT id, label FROM images ORDER BY id LIMIT 20"))
    ids = list(now)
    ((n_before,),) = rows(home, "SELECT count(*) FROM events WHERE action = 'relabel'")
    page.locator(".cell").first.focus()
    last: dict[int, str] = {}
    pressed = []
    at = 0
    for n in range(N_PRESSES):
        key, label = (("g", "genuine"), ("f", "fake"))[(n + n // 20) % 2]
        page.keyboard.press(key)
        pressed.append((ids[at], label))
        last[ids[at]] = label
        page.keyboard.press("Home" if at == 19 else "ArrowRight")
        at = 0 if at == 19 else at + 1
    changes = []
    for image_id, label in pressed:
        if now[image_id] != label:
            changes.append((image_id, label))
        now[image_id] = label
    relabelled = "FROM events WHERE action = 'relabel'"
    await_rows(grid, home, f"SELECT count(*) {relabelled}", [(n_before + len(changes),)])
    few = ",".join(map(str, ids))
    assert rows(
        home,
        f"SELECT id, label FROM images WHERE id IN ({few}) ORDER BY id",  # noqa: S608
    ) == sorted(last.items())
    stored = rows(home, f"SELECT subject_id, after {relabelled} ORDER BY id")
    told = [(i, re.search(r"genuine|fake", str(after))[0]) for i, after in stored]  # type: ignore[index]
    assert told[-len(changes) :] == changes


def test_keys_do_nothing_in_a_text_field(grid: Any, home: Path) -> None:
    labels = rows(home, "SELECT id, label FROM images ORDER BY id")
    field = grid.page.get_by_label("Search")
    field.press_sequentially("gfxu?t]")
    grid.page.wait_for_timeout(1000)
    assert field.input_value() == "gfxu?t]"
    assert rows(home, "SELECT id, label FROM images ORDER BY id") == labels


def test_tag_is_put_on_the_selection_and_undone(grid: Any, home: Path) -> None:
    page = grid.page
    tagged = "SELECT count(*) FROM image_tags WHERE tag = 'blurred'"
    page.locator(".cell").nth(2).click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("t")
    expect(page.get_by_label("Tag 2 images")).to_be_focused()
    page.keyboard.type("blurred")
    page.keyboard.press("Enter")
    await_rows(grid, home, tagged, [(2,)])
    expect(page.locator(".cell").nth(3)).to_be_focused()
    page.keyboard.press("u")
    await_rows(grid, home, tagged, [(0,)])


def test_help_opens_closes_and_gives_the_focus_back(grid: Any) -> None:
    page = grid.page
    page.locator(".cell").first.focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(page.locator(".cell").first).to_be_focused()
