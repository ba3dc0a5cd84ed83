"""Story: presented by keyboard, on the full screen, and handed around as files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def home(scored_home: Path) -> Path:
    return scored_home


@pytest.fixture
def alone(browser: Browser) -> Iterator[Any]:
    """Open a file in a browser without a network, in either colour scheme."""
    contexts = []

    def look(path: Path, scheme: str) -> tuple[Page, list[str]]:
        context = browser.new_context(offline=True, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        page, asked = context.new_page(), list[str]()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: asked.append(f"{message.type}: {message.text}"))
        page.goto(path.as_uri())
        return page, asked

    yield look
    for context in contexts:
        context.close()


def title(screen: Any) -> Any:
    return screen.page.locator(".story .slide h2")


def figures(page: Page, within: str) -> list[str]:
    """Return the large figures of a slide or of a section."""
    return [" ".join(each.split()) for each in page.locator(f"{within} .value").all_inner_texts()]


def turn_to(screen: Any, words: str) -> None:
    screen.page.get_by_role("button", name=re.compile(rf"Slide \d+: {words}")).click()
    expect(title(screen)).to_have_text(words)


def test_the_slides_are_walked_by_keyboard(screen: Any) -> None:
    screen.open("story?run=1")
    keyboard = screen.page.keyboard
    expect(title(screen)).to_have_text("Run 1")
    screen.picture("story-start")
    keyboard.press("ArrowRight")
    expect(title(screen)).to_have_text("The data")
    screen.picture("story-data")
    keyboard.press("Space")
    expect(title(screen)).to_have_text("What was left out, and what was checked")
    keyboard.press("Shift+Space")
    keyboard.press("ArrowLeft")
    keyboard.press("ArrowLeft")
    expect(title(screen)).to_have_text("Run 1")
    keyboard.press("End")
    expect(title(screen)).to_have_text("What this does not show")
    screen.expect_address(r"slide=9\b")
    keyboard.press("Home")
    expect(title(screen)).to_have_text("Run 1")
    expect(screen.page.locator(".story .previous")).to_be_disabled()
    keyboard.press("n")
    expect(screen.page.locator(".story .notes")).to_contain_text("harms a real person")
    keyboard.press("n")
    expect(screen.page.locator(".story .notes")).to_be_hidden()


def test_an_address_opens_its_slide_and_fast_keys_are_not_lost(screen: Any) -> None:
    screen.open("story?run=1&slide=6")
    expect(title(screen)).to_have_text("Where it fails")
    screen.picture("story-failures")
    for _ in range(3):
        screen.page.keyboard.press("ArrowRight")
    expect(title(screen)).to_have_text("What this does not show")
    for _ in range(8):
        screen.page.keyboard.press("PageUp")
    expect(title(screen)).to_have_text("Run 1")
    screen.expect_address(r"slide=1\b")
    screen.settle()
    expect(title(screen)).to_have_text("Run 1")


def test_keys_elsewhere_do_not_turn_slides(screen: Any) -> None:
    screen.open("story?run=1&slide=2")
    expect(title(screen)).to_have_text("The data")
    screen.page.get_by_role("combobox").first.focus()
    screen.page.keyboard.press("End")
    expect(title(screen)).to_have_text("The data")


def test_the_full_screen_shows_nothing_but_the_story(screen: Any) -> None:
    screen.open("story?run=1&slide=7")
    expect(title(screen)).to_have_text("What a wrong call costs")
    screen.page.keyboard.press("f")
    screen.page.wait_for_function("document.fullscreenElement !== null")
    expect(screen.page.locator(".story .hint")).not_to_contain_text("does not allow")
    screen.page.keyboard.press("ArrowRight")
    expect(title(screen)).to_have_text("Who decided")
    screen.page.keyboard.press("f")
    screen.page.wait_for_function("document.fullscreenElement === null")


def test_the_buttons_stand_in_one_line_under_the_longest_story(screen: Any) -> None:
    """A team's review is a tenth slide, which the story here does not have: one more dot."""
    screen.page.set_viewport_size({"width": 1280, "height": 900})
    screen.open("story?run=1")
    dots = screen.page.locator(".story .dots")
    expect(dots.get_by_role("button")).to_have_count(9)
    dots.evaluate("each => each.append(each.lastElementChild.cloneNode(true))")
    first, last = (screen.page.locator(f".story .bar .{name}") for name in ("previous", "full"))
    assert first.bounding_box()["y"] == last.bounding_box()["y"]
    assert first.bounding_box()["height"] == last.bounding_box()["height"]


@pytest.mark.parametrize("width", [1280, 1920])
def test_nothing_runs_over_the_edge_of_a_slide(screen: Any, width: int) -> None:
    screen.page.set_viewport_size({"width": width, "height": width * 9 // 16})
    screen.open("story?run=1")
    for number in range(9):
        screen.page.locator(".story .dots button").nth(number).click()
        over = screen.page.locator(".story .slide").evaluate(
            "each => [each.scrollHeight - each.clientHeight, each.scrollWidth - each.clientWidth]"
        )
        assert max(over) <= 1, f"slide {number + 1} at {width} px"


def test_the_files_tell_the_figures_of_the_page(screen: Any, alone: Any, tmp_path: Path) -> None:
    screen.open("story?run=1")
    turn_to(screen, "Where it fails")
    told = figures(screen.page, ".story .slide")
    assert len(told) == 3
    for kind in ("html", "pdf", "json"):
        with screen.page.expect_download() as caught:
            screen.keyed(f"story-{kind}").locator("button").click()
        assert caught.value.suggested_filename == f"verity-run-1.{kind}"
        caught.value.save_as(tmp_path / f"story.{kind}")
    for scheme in ("light", "dark"):
        page, asked = alone(tmp_path / "story.html", scheme)
        assert figures(page, "#failures") == told
        assert [each for each in asked if not each.startswith("file:")] == []
        assert page.locator("img").count() == 0
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 28)"}[scheme]
    pages = [page.extract_text() for page in PdfReader(tmp_path / "story.pdf").pages]
    words = " ".join(" ".join(pages).split())
    assert all(each in words for each in told)
    assert "Model card" in words


def test_photographs_are_in_a_file_only_when_asked_for(
    screen: Any, alone: Any, tmp_path: Path
) -> None:
    screen.open("story?run=1")
    screen.switch("story-pictures")
    with screen.page.expect_download() as caught:
        screen.keyed("story-html").locator("button").click()
    caught.value.save_as(tmp_path / "story.html")
    page, asked = alone(tmp_path / "story.html", "light")
    assert page.locator("img").count() > 20
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    assert [each for each in asked if not each.startswith(("file:", "data:"))] == []
