"""Evaluate as a door: from every figure to its images and back, and a threshold for two people."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Screen

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def home(scored_home: Path) -> Path:
    return scored_home


def badges(screen: Any) -> list[list[str]]:
    """Return the badges of the images in the grid, image by image."""
    cells = screen.page.locator(".grid .cell")
    expect(cells.first).to_be_visible()
    return [cells.nth(i).locator(".badge").all_inner_texts() for i in range(cells.count())]


def test_figures_stand_with_their_intervals(screen: Any) -> None:
    screen.open("evaluate?run=1&view=figures")
    cards = screen.page.get_by_test_id("stMetric")
    expect(cards).to_have_count(13)
    expect(cards.first).to_contain_text("False positive rate")
    assert re.search(r"\d% to \d+\.\d%", cards.first.inner_text())
    expect(screen.page.get_by_text("Indicative only: 8 genuine images of 4 groups")).to_be_visible()
    expect(screen.page.get_by_text("of the calibration split")).to_be_visible()
    screen.picture("evaluate-figures")


def test_the_costly_bar_opens_genuine_images_called_fake(screen: Any) -> None:
    screen.open("evaluate?run=1&view=figures")
    bars = screen.keyed("figures-errors").locator(".barlayer .point path")
    screen.click_mark("figures-errors", bars.first)
    screen.expect_address("view=mistakes", "cell=genuine-called-fake")
    expect(screen.page.get_by_text("2 images")).to_be_visible()


def test_the_bar_of_an_attack_opens_what_it_got_through(screen: Any) -> None:
    screen.open("evaluate?run=1&view=figures")
    bars = screen.keyed("figures-errors").locator(".barlayer .point path")
    expect(bars).to_have_count(3, timeout=20_000)
    screen.click_mark("figures-errors", bars.nth(1))
    screen.expect_address("cell=fakes-missed", "generator=(self-blended|masked-gan)")
    expect(screen.page.get_by_text("1 image", exact=True)).to_be_visible()


def test_a_point_of_the_reliability_curve_opens_its_images(screen: Any) -> None:
    screen.open("evaluate?run=1&view=figures")
    points = screen.keyed("figures-reliability").locator(".scatterlayer .trace .point")
    screen.click_mark("figures-reliability", points.first)
    screen.expect_address("from=0", "cell=all")
    expect(screen.page.get_by_text("16 images")).to_be_visible()


def test_a_cell_of_the_matrix_opens_its_images_and_back(screen: Any) -> None:
    screen.open("evaluate?run=1&view=mistakes")
    expect(screen.page.get_by_text("3 images: 2 genuine called fake, 1 missed")).to_be_visible()
    assert [each[:2] for each in badges(screen)[:2]] == [
        ["genuine", "score 0.833"],
        ["genuine", "score 0.661"],
    ]
    points = screen.keyed("matrix").locator(".scatterlayer .point")
    screen.click_mark("matrix", points.nth(3))
    screen.expect_address("cell=fakes-caught")
    expect(screen.page.get_by_text("7 images")).to_be_visible()
    screen.click_mark("matrix", points.nth(1))
    screen.expect_address("cell=genuine-called-fake")
    expect(screen.page.get_by_text("2 images")).to_be_visible()
    screen.picture("evaluate-mistakes")
    screen.page.locator(".grid .cell").first.dblclick()
    screen.expect_address("browse.*image=")
    screen.settle()
    screen.press("way-back")
    screen.expect_address("cell=genuine-called-fake")
    expect(screen.page.get_by_text("2 images")).to_be_visible()
    screen.page.locator(".grid .cell").first.dblclick()
    screen.expect_address("browse.*image=")
    screen.settle()
    screen.page.go_back()
    screen.expect_address("evaluate.*cell=genuine-called-fake")
    expect(screen.page.get_by_text("2 images")).to_be_visible()


def test_a_bar_opens_its_images_and_a_chip_takes_it_away(screen: Any) -> None:
    screen.open("evaluate?run=1&view=mistakes")
    bars = screen.keyed("score-bars").locator(".barlayer .point path")
    expect(bars.first).to_be_attached(timeout=30_000)
    drawn = [i for i in range(25) if bars.nth(i).bounding_box()["height"] > 1]
    screen.click_mark("score-bars", bars.nth(drawn[-1]))
    screen.expect_address("from=0.8&to=0.84&label=genuine")
    assert badges(screen) == [["genuine", "score 0.833", badges(screen)[0][2]]]
    screen.press("drop-label")
    screen.press("drop-from")
    expect(screen.page.get_by_text("16 images")).to_be_visible()


def test_names_that_browse_binds_too_come_back_and_next_stays_in_the_list(screen: Any) -> None:
    asked = "run=1&view=mistakes&cell=all&label=genuine&page=1"
    screen.open(f"evaluate?{asked}")
    said = badges(screen)
    for leave in ("button", "Escape", "browser"):
        screen.page.locator(".grid .cell").first.dblclick()
        screen.expect_address("browse.*image=")
        screen.settle()
        expect(screen.keyed("previous").locator("button")).to_be_disabled()
        if leave == "browser":
            screen.page.go_back()
        else:
            for _ in range(len(said) - 1):
                screen.press("next")
            expect(screen.keyed("next").locator("button")).to_be_disabled()
            if leave == "button":
                screen.press("way-back")
            else:
                screen.page.keyboard.press("Escape")
        screen.expect_address("evaluate.*label=genuine")
        screen.settle()
        expect(screen.page.locator(".grid .cell")).to_have_count(len(said))
        assert badges(screen) == said


def test_a_row_of_slices_opens_its_images(screen: Any) -> None:
    screen.open("evaluate?run=1&view=slices&kind=source")
    expect(screen.page.get_by_text("0 of 2 slices")).to_be_visible()
    screen.picture("evaluate-slices")
    targets = screen.keyed("slice-rows").locator(".scatterlayer .trace").last.locator(".point")
    screen.click_mark("slice-rows", targets.nth(30))
    screen.expect_address("view=mistakes")
    expect(screen.keyed("drop-slice")).to_contain_text(re.compile("studio|street"))
    assert {each[0] for each in badges(screen)} == {"genuine"}  # fakes come from no source


def test_two_runs_side_by_side(screen: Any) -> None:
    screen.open("evaluate?run=1&view=compare")
    expect(screen.page.get_by_text("Compared on 16 test images.")).to_be_visible()
    points = screen.keyed("outcomes-genuine").locator(".scatterlayer .point")
    screen.click_mark("outcomes-genuine", points.nth(15))
    screen.expect_address("outcome=only-second&of=genuine")
    assert all(each[0] == "genuine" for each in badges(screen))
    screen.picture("evaluate-compare")
    screen.page.locator(".grid .cell").first.click()
    screen.expect_address("browse.*image=")


def test_images_are_tagged_as_hard_examples(screen: Any) -> None:
    screen.open("evaluate?run=1&view=mistakes&cell=genuine-called-fake")
    screen.page.locator(".grid .cell").first.click()
    expect(screen.page.get_by_text("1 selected")).to_be_visible()
    screen.settle()
    screen.press("tag-hard")
    expect(screen.page.get_by_text("1 image tagged hard example.")).to_be_visible()


def test_a_threshold_is_dragged_proposed_and_approved_by_a_second_person(
    screen: Any, browser: Browser
) -> None:
    screen.open("evaluate?run=1&view=threshold")
    value = screen.page.locator(".threshold .value")
    expect(value).to_have_text("0.599")
    slider = screen.page.locator("input.slider")
    slider.focus()
    for _ in range(12):
        slider.press("ArrowRight")
    expect(value).not_to_have_text("0.599")
    screen.expect_address("t=0.6")
    screen.page.locator("[data-mode=fpr-1]").click()
    expect(screen.page.locator("[data-mode=fpr-1]")).to_have_attribute("aria-pressed", "true")
    screen.settle()
    screen.keyed("threshold-reason").locator("input").fill("Few may be accused.")
    screen.press("threshold-propose")
    expect(screen.page.get_by_text("waits for a second person").first).to_be_visible()
    expect(screen.keyed("approve-1").locator("button").first).to_be_disabled()
    screen.picture("evaluate-threshold")

    second = Screen(browser.new_context().new_page(), screen.address, None)
    second.open("evaluate?run=1&view=threshold")
    second.keyed("person-bar").locator("button").click()
    second.keyed("person-choice").locator("input").fill("Ada")
    second.keyed("person-choice").locator("input").press("Enter")
    expect(second.keyed("person-bar").locator("button")).to_contain_text("Working as Ada")
    second.settle()
    second.press("approve-1")
    expect(second.page.get_by_text("is in force.").first).to_be_visible()
    expect(second.page.get_by_text("approved by Ada").first).to_be_visible()
    second.page.context.close()


def test_a_cell_of_the_slider_opens_its_images(screen: Any) -> None:
    screen.open("evaluate?run=1&view=threshold&t=0.5")
    screen.page.locator("[data-door=genuine-called-fake]").click()
    screen.expect_address("view=mistakes")
    expect(screen.page.get_by_text("2 images")).to_be_visible()
    assert {each[0] for each in badges(screen)} == {"genuine"}
