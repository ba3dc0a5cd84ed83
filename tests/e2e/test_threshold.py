"""The slider over the threshold: what moves in the browser, and what stands afterwards."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.evaluation.operating_points import MODES
from tests.e2e.conftest import Screen
from tests.pages.conftest import seeded_once

__all__ = ["seeded_once"]

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PATH = "evaluate?view=threshold&run=1"


@pytest.fixture(scope="module")
def home(seeded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small installation with a run that was scored, so that nothing is trained."""
    return Path(shutil.copytree(seeded_once, tmp_path_factory.mktemp("home") / "data"))


def drag_to(screen: Screen, value: float) -> None:
    """Move the slider without letting it go."""
    screen.page.locator(".threshold .slider").evaluate(
        """(slider, value) => {
          slider.value = String(Math.round(value * Number(slider.max)))
          slider.dispatchEvent(new Event("input", { bubbles: true }))
        }""",
        value,
    )


def release(screen: Screen) -> None:
    screen.page.locator(".threshold .slider").dispatch_event("change")
    screen.page.wait_for_timeout(500)
    screen.settle()


def text(screen: Screen, selector: str) -> str:
    return screen.page.locator(f".threshold {selector}").first.inner_text()


def test_everything_moves_with_the_slider_before_the_server_hears_of_it(screen: Screen) -> None:
    screen.open(PATH)
    expect(screen.page.locator(".threshold .value")).not_to_be_empty()
    before, address = text(screen, "[data-rate=fpr]"), screen.page.url
    drag_to(screen, 0.0)
    assert text(screen, ".value") == "0.000"
    assert (before, text(screen, "[data-rate=fpr]")) == ("0.0\xa0%", "100.0\xa0%")
    assert text(screen, "[data-of=fpr]") == "4 of 4 genuine called fake"
    cells = [text(screen, f"[data-cell='{cell}'] b") for cell in range(4)]
    assert cells == ["0", "4", "0", "2"]
    assert (
        text(screen, ".flip-words") == "4 genuine images newly called fake, 0 fakes newly caught."
    )
    assert screen.page.locator(".threshold .flip:visible").count() == 4
    assert text(screen, ".slice-rate.costly b") == "100.0\xa0%"
    assert screen.page.url == address
    release(screen)
    screen.expect_address("t=0.000")
    assert screen.page.locator(".threshold .flip:visible").count() == 4


PARTS = """mode => {
  const part = document.querySelectorAll("*").values().map(each => each.shadowRoot)
    .map(root => root?.querySelector(".threshold")).find(Boolean)
  const words = selector => [...part.querySelectorAll(selector)].map(each => each.textContent)
  const style = selector => part.querySelector(selector).getAttribute("style")
  if (mode) part.querySelector(`[data-mode=${mode}]`).click()
  return {
    value: words(".value"), cells: words("[data-cell] b"), rates: words("[data-rate]"),
    histogram: style(".called-fake"), line: style(".line"), flips: words(".flip-words"),
    point: style(".main-curve .point"), cost: style(".cost-curve .point"),
    pictures: part.querySelectorAll(".flip:not([hidden])").length, slices: words(".slice-rate b"),
  }
}"""


@pytest.mark.parametrize("curve", ["roc", "pr"])
def test_every_rule_moves_every_part_within_the_click(screen: Screen, curve: str) -> None:
    """What one task of the browser sees, no answer of a server can have changed."""
    screen.open(PATH)
    expect(screen.page.locator(".threshold .value")).not_to_be_empty()
    screen.page.locator(f"[data-curve={curve}]").click()
    for mode in MODES:
        drag_to(screen, 0.0)
        before = screen.page.evaluate(PARTS)
        after = screen.page.evaluate(PARTS, mode)
        assert [part for part, told in before.items() if after[part] == told] == [], mode
        screen.page.wait_for_timeout(500)
        screen.settle()
        assert screen.page.evaluate(PARTS) == after, mode


def test_what_flips_is_told_with_the_decimals_of_the_threshold(screen: Screen) -> None:
    screen.open(f"{PATH}&t=0.1234567")
    expect(screen.page.locator(".threshold .value")).to_have_text("0.1234567")
    told = screen.page.locator(".threshold .flip:visible small").all_inner_texts()
    assert told
    assert {len(each.partition(".")[2]) for each in told} == {7}
    assert all(float(each) >= 0.1234567 for each in told)


def test_rules_costs_and_band(screen: Screen) -> None:
    screen.open(PATH)
    page = screen.page
    page.locator("[data-mode=youden]").click()
    screen.settle()
    expect(page.locator("[data-mode=youden]")).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("[?&]t="))
    page.locator("[data-cost=prevalence]").fill("100")
    expect(page.locator("[data-of=cost]")).to_have_text("100.0\xa0% of them fake")
    page.locator("[data-cost=prevalence]").fill("-3")  # nonsense changes nothing
    expect(page.locator("[data-of=cost]")).to_have_text("100.0\xa0% of them fake")
    page.locator(".has-band").check()
    screen.settle()
    expect(page.locator(".band-words")).to_contain_text(re.compile(r"\d images? of 6 .* uncertain"))


def test_a_cost_that_is_none_is_named_and_the_last_good_one_counts(screen: Screen) -> None:
    screen.open(PATH)
    page, cost = screen.page, screen.page.locator("[data-cost=missed_fake]")
    cost.fill("3")
    before = text(screen, "[data-rate=cost]")
    for wrong, told in (("-3", "-3"), ("", "no number"), ("2000000000", "2000000000")):
        cost.fill(wrong)
        expect(page.locator(".cost-error")).to_have_text(
            f"Expected a number from 0 to 1,000,000,000. Received {told}. The last good one counts."
        )
        assert text(screen, "[data-rate=cost]") == before
    cost.fill("4")
    expect(page.locator(".cost-error")).to_be_hidden()


def test_a_band_goes_back_when_the_threshold_does(screen: Screen) -> None:
    screen.open(f"{PATH}&t=0.5")
    page = screen.page
    page.locator(".has-band").check()
    screen.settle()
    ends = [text(screen, ".low-value"), text(screen, ".high-value")]
    assert ends == ["0.400", "0.600"]
    drag_to(screen, 0.1)
    assert text(screen, ".low-value") < "0.4"  # it holds the threshold
    drag_to(screen, 0.5)
    assert [text(screen, ".low-value"), text(screen, ".high-value")] == ends
    release(screen)
    page.locator(".has-band").uncheck()
    screen.settle()
    drag_to(screen, 0.3)
    expect(page.locator(".threshold .band")).to_be_hidden()


def test_the_curve_moves_the_threshold_and_a_cell_opens_its_images(screen: Screen) -> None:
    screen.open(f"{PATH}&t=0.9")
    curve = screen.page.locator(".main-curve")
    box = curve.bounding_box()
    assert box
    curve.click(position={"x": 1, "y": 1})  # every fake caught, no genuine image called fake
    screen.page.wait_for_timeout(500)
    screen.settle()
    assert [text(screen, f"[data-cell='{cell}'] b") for cell in range(4)] == ["4", "0", "0", "2"]
    screen.page.locator("[data-door=fakes-caught]").click()
    screen.page.wait_for_timeout(500)
    screen.settle()
    screen.expect_address("view=mistakes", "cell=fakes-caught")


def test_a_point_of_the_curve_opens_its_mistakes(screen: Screen) -> None:
    screen.open(f"{PATH}&t=0.9")
    screen.page.locator(".main-curve").dblclick(position={"x": 1, "y": 1})
    screen.expect_address("view=mistakes", "cell=mistakes")
    moved = re.search(r"[?&]t=([\d.]+)", screen.page.url)
    assert moved
    assert float(moved[1]) < 0.9
    expect(screen.page.get_by_text("No mistakes at this threshold.")).to_be_visible()


def test_coming_back_draws_the_slider_again(screen: Screen) -> None:
    screen.open(PATH)
    drag_to(screen, 0.3)
    release(screen)
    shown = text(screen, ".value")
    screen.page.get_by_role("radio", name="Slices").click()
    screen.page.wait_for_timeout(500)
    screen.settle()
    screen.page.get_by_role("radio", name="Threshold").click()
    screen.settle()
    expect(screen.page.locator(".threshold .value")).to_have_text(shown)
    assert screen.page.locator(".threshold .flip").count() == 6
