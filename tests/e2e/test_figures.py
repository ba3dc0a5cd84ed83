"""Honest figures: every figure with its interval, and every mark a door to its images."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.seeded import seed_scored_home

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with two scored runs of fakes of two generators."""
    return seed_scored_home(tmp_path_factory.mktemp("home") / "data").home


@pytest.fixture(scope="module")
def served() -> str:
    """Start the page alone."""
    return "page"


def click_mark(screen: Any, chart: str, marks: str, n: int) -> None:
    """Click the nth mark of a chart, and wait for the page."""
    mark = screen.keyed(chart).locator(marks).nth(n)
    expect(mark).to_be_visible(timeout=20_000)  # Plotly is fetched first
    mark.click(force=True)
    screen.page.wait_for_timeout(500)
    screen.settle()


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
    click_mark(screen, "figures-errors", ".barlayer .point path", 0)
    expect(screen.page).to_have_url(re.compile("view=mistakes"))
    expect(screen.page).to_have_url(re.compile("cell=genuine-called-fake"))
    expect(screen.page.get_by_text("2 images")).to_be_visible()


def test_the_bar_of_an_attack_opens_what_it_got_through(screen: Any) -> None:
    screen.open("evaluate?run=1&view=figures")
    bars = screen.keyed("figures-errors").locator(".barlayer .point path")
    expect(bars).to_have_count(3, timeout=20_000)
    click_mark(screen, "figures-errors", ".barlayer .point path", 1)
    expect(screen.page).to_have_url(re.compile("cell=fakes-missed"))
    expect(screen.page).to_have_url(re.compile("generator=(self-blended|masked-gan)"))
    expect(screen.page.get_by_text("1 image", exact=True)).to_be_visible()


def test_a_point_of_the_reliability_curve_opens_its_images(screen: Any) -> None:
    screen.open("evaluate?run=1&view=figures")
    click_mark(screen, "figures-reliability", ".scatterlayer .trace .point", 0)
    expect(screen.page).to_have_url(re.compile("from=0"))
    expect(screen.page).to_have_url(re.compile("cell=all"))
    expect(screen.page.get_by_text("16 images")).to_be_visible()
