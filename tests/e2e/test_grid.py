"""The keys of the grid in a browser: none is lost, none acts where it should not."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert

from db.engine import open_engine, writing
from db.tables import ImageRow
from tests.homes import rows

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]
N_PRESSES = 60
MADE, N_MADE = "made", 1203


@pytest.fixture(scope="module")
def home(imported_home: Path) -> Path:
    return imported_home


@pytest.fixture
def grid(screen: Any) -> Any:
    """Browse with the imported photographs, its grid drawn."""
    screen.open("browse")
    expect(screen.page.locator(".cell").first).to_be_visible()
    return screen


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


@pytest.fixture
def many(grid: Any, home: Path) -> Any:
    """Browse limited to rows of a generator of its own, more than are acted on unasked."""
    made = f"SELECT count(*) FROM images WHERE generator = '{MADE}'"  # noqa: S608
    if rows(home, made) == [(0,)]:
        engine = open_engine(f"sqlite:///{home / 'verity.sqlite'}")
        with writing(engine) as session:
            session.execute(insert(ImageRow), [image_row(n) for n in range(N_MADE)])
        engine.dispose()
    grid.open(f"browse?generator={MADE}")
    expect(grid.page.get_by_text(f"{N_MADE:,} images")).to_be_visible()
    expect(grid.page.locator(".cell").first).to_be_visible()
    return grid


def image_row(n: int) -> dict[str, object]:
    label = ("genuine", "fake", "unknown")[n % 3]
    return {
        "checksum": hashlib.sha256(f"made {n}".encode()).hexdigest(),
        **dict.fromkeys(("size_bytes", "width_px", "height_px"), 1000),
        **{"format": "PNG", "label": label, "status": "active", "generator": MADE, "n_faces": 0},
    }


def by(home: Path, column: str) -> dict[str, int]:
    query = f"SELECT {column}, count(*) FROM images WHERE generator = '{MADE}' GROUP BY 1"  # noqa: S608
    return dict(rows(home, query))


def await_by(screen: Any, home: Path, column: str, wanted: dict[str, int]) -> None:
    for _ in range(100):
        if by(home, column) == wanted:
            return
        screen.page.wait_for_timeout(200)
    assert by(home, column) == wanted


def test_all_that_match_are_labelled_after_a_question_and_one_key_undoes_it(
    many: Any, home: Path
) -> None:
    before = by(home, "label")
    many.press("all-matching")
    expect(many.page.get_by_text(f"All {N_MADE:,} matching selected")).to_be_visible()
    many.page.locator(".cell").first.focus()
    many.page.keyboard.press("f")
    question = many.page.get_by_role("dialog")
    expect(question.get_by_text(f"Label {N_MADE:,} images fake?")).to_be_visible()
    many.press("cancel-act")
    expect(question).to_have_count(0)
    assert by(home, "label") == before
    many.press("label-fake")
    many.press("confirm-act")
    await_by(many, home, "label", {"fake": N_MADE})
    n_changed = N_MADE - before["fake"]
    expect(many.page.get_by_text(f"{n_changed:,} images relabelled as fake.")).to_be_visible()
    many.page.locator(".cell").first.focus()
    many.page.keyboard.press("u")
    await_by(many, home, "label", before)


def test_a_click_on_a_cell_ends_the_selection_of_all(many: Any) -> None:
    many.press("all-matching")
    expect(many.page.locator(".cell[aria-selected=true]")).to_have_count(100)
    many.page.locator(".cell").nth(3).click()
    many.settle()
    expect(many.page.locator(".cell[aria-selected=true]")).to_have_count(1)
    expect(many.page.get_by_text("1 selected")).to_be_visible()


def test_a_key_excludes_and_includes_again(many: Any, home: Path) -> None:
    many.page.locator(".cell").nth(2).click()
    many.page.keyboard.press("Shift+ArrowRight")
    many.page.keyboard.press("e")
    await_by(many, home, "status", {"active": N_MADE - 2, "excluded": 2})
    expect(many.page.locator(".cell.dimmed")).to_have_count(2)
    many.page.keyboard.press("e")
    await_by(many, home, "status", {"active": N_MADE})
    many.page.keyboard.press("u")
    await_by(many, home, "status", {"active": N_MADE - 2, "excluded": 2})
    many.page.keyboard.press("u")
    await_by(many, home, "status", {"active": N_MADE})


def test_page_keys_turn_the_pages_and_stop_at_the_first(many: Any) -> None:
    page = many.page
    page.locator(".cell").first.focus()
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile(r"[?&]page=2"))
    many.settle()
    page.keyboard.press("PageUp")
    expect(page).not_to_have_url(re.compile(r"[?&]page="))
    many.settle()
    page.keyboard.press("PageUp")
    many.settle()
    expect(page.locator(".cell").first).to_be_visible()
    n_pages = -(-N_MADE // 100)
    for _ in range(n_pages + 2):  # faster than the page runs
        page.keyboard.press("]")
    expect(page).to_have_url(re.compile(rf"[?&]page={n_pages}\b"), timeout=60_000)
    many.settle()
    page.keyboard.press("[")
    expect(page).to_have_url(re.compile(rf"[?&]page={n_pages - 1}\b"))


def test_what_a_lost_message_carried_is_sent_again(
    browser: Any, address: str, home: Path, many: Any
) -> None:
    lost: list[object] = []

    def lose_the_first(route: Any) -> None:
        server = route.connect_to_server()

        def pass_on(message: Any) -> None:
            is_act = b'"items"' in (message.encode() if isinstance(message, str) else message)
            if is_act and not lost:
                lost.append(message)
            else:
                server.send(message)

        route.on_message(pass_on)

    page = browser.new_page()
    page.route_web_socket(re.compile("_stcore/stream"), lose_the_first)
    page.goto(f"{address}/browse?generator={MADE}&label=genuine")
    cell = page.locator(".cell").nth(5)
    expect(cell).to_be_visible(timeout=30_000)
    before = by(home, "label")
    cell.click()
    page.wait_for_timeout(1000)
    page.keyboard.press("x")
    wanted = {**before, "genuine": before["genuine"] - 1, "unknown": before["unknown"] + 1}
    await_by(many, home, "label", wanted)
    assert len(lost) == 1
    page.wait_for_timeout(3500)  # sent again, but done once
    page.locator(".cell").first.focus()
    page.keyboard.press("u")
    await_by(many, home, "label", before)
    page.close()


def test_a_grid_that_is_gone_takes_no_keys(grid: Any, home: Path) -> None:
    page = grid.page
    ids = [number for (number,) in rows(home, "SELECT id FROM images ORDER BY id LIMIT 4")]
    page.locator(".cell").first.click()
    page.locator(".cell").nth(3).dblclick()
    expect(page.get_by_role("button", name="Back to grid")).to_be_visible()
    grid.settle()
    labels = dict(rows(home, "SELECT id, label FROM images ORDER BY id LIMIT 4"))
    wanted = "fake" if labels[ids[3]] != "fake" else "genuine"
    page.keyboard.press(wanted[0])
    few = "SELECT id, label FROM images ORDER BY id LIMIT 4"
    await_rows(grid, home, few, list({**labels, ids[3]: wanted}.items()))
    grid.settle()
    page.keyboard.press("e")
    excluded = "SELECT id FROM images WHERE status_reason = 'left out by hand'"
    await_rows(grid, home, excluded, [(ids[3],)])
    expect(page.get_by_role("button", name="Include")).to_be_visible()
    grid.settle()
    page.keyboard.press("u")
    await_rows(grid, home, excluded, [])


def test_a_view_is_saved_picked_and_its_link_opens_the_same(many: Any, home: Path) -> None:
    page = many.page
    many.press("views-menu")
    page.get_by_label("Save these filters as").fill("<img src=x onerror=alert(1)> *all*")
    many.press("save-view")
    expect(page.get_by_text("is saved for everybody")).to_be_visible()
    many.open("browse")
    many.press("views-menu")
    page.get_by_role("button", name="<img src=x onerror=alert(1)> *all*", exact=True).click()
    expect(page.get_by_text(f"{N_MADE:,} images", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(f"[?&]generator={MADE}"))
    many.press("share-menu")
    told = page.locator(".st-key-share-menu, [data-testid=stPopoverBody]").locator("code")
    assert told.last.inner_text() == page.url


def test_a_person_is_opened_by_a_click(screen: Any) -> None:
    screen.open("identities?view=People")
    screen.page.locator(".cell").first.click()
    expect(screen.keyed("all-people")).to_be_visible()
    screen.settle()
    screen.press("all-people")
    expect(screen.page.locator(".cell").first).to_be_visible()
