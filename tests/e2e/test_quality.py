"""The line of a check in a browser: dragged on the histogram; the server hears it when it drops."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def home(imported_home: Path) -> Path:
    return imported_home


@pytest.fixture
def quality(screen: Any) -> Any:
    """The check of information over the imported photographs."""
    screen.open("quality?check=information")
    expect(screen.page.get_by_role("slider", name="Line of Little to see")).to_be_visible()
    return screen


def test_the_line_is_dragged_typed_and_moved_by_keys(quality: Any) -> None:
    page = quality.page
    line = page.get_by_role("slider", name="Line of Little to see")
    field = quality.keyed("line-information").locator("input")
    told = page.locator(".told")
    expect(field).not_to_have_value("0.000")  # drawn first, then told its value
    kept = field.input_value()
    assert n_flagged(told.text_content()) == 0

    plot, knob = page.locator(".plot").bounding_box(), line.bounding_box()
    height = plot["y"] + 60
    page.mouse.move(knob["x"] + 1, height)
    page.mouse.down()
    seen = []
    for share in (0.3, 0.6, 1.0):
        page.mouse.move(plot["x"] + share * plot["width"], height)
        seen.append(n_flagged(told.text_content()))
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]
    assert field.input_value() == kept  # the server has heard nothing yet
    page.mouse.up()
    expect(field).not_to_have_value(kept)
    quality.settle()
    assert n_flagged(told.text_content()) == seen[-1]
    expect(page.locator(".cell").first).to_be_visible()

    line.focus()
    dropped = field.input_value()
    for _ in range(3):
        page.keyboard.press("PageDown")
    assert n_flagged(told.text_content()) <= seen[-1]
    expect(field).not_to_have_value(dropped)

    field.fill("0")
    field.press("Enter")
    expect(told).to_have_text("0 · 0 flagged")
    expect(line).to_have_attribute("aria-valuenow", "0")


def n_flagged(told: str | None) -> int:
    """Read how many images the line flags."""
    found = re.search(r"([\d,]+) flagged", told or "")
    assert found
    return int(found[1].replace(",", ""))
