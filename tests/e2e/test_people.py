"""Who works here, in a browser: a name outlives the tab, and every browser has its own."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
HOSTILE = "Zoë *B* <b>; path=/"


def bar(screen: Any) -> Locator:
    found: Locator = screen.keyed("person-bar").locator("button")
    return found


def choose(screen: Any, name: str) -> None:
    bar(screen).click()
    field = screen.keyed("person-choice").locator("input")
    field.fill(name)
    field.press("Enter")


def test_a_name_is_chosen_kept_and_each_browser_s_own(screen: Any, browser: Browser) -> None:
    screen.open("jobs")
    expect(bar(screen)).to_contain_text("Working as Robin")
    choose(screen, HOSTILE)
    expect(bar(screen)).to_contain_text(f"Working as {HOSTILE}")
    screen.page.wait_for_function("document.cookie.includes('verity_name=Zo')")
    screen.page.reload()
    screen.settle()
    expect(bar(screen)).to_contain_text(f"Working as {HOSTILE}")
    choose(screen, "x" * 65)
    expect(screen.page.get_by_text("Expected a name of 1 to 64")).to_be_visible()
    expect(bar(screen)).to_contain_text(f"Working as {HOSTILE}")

    other = browser.new_context()
    page = other.new_page()
    page.goto(f"{screen.address}/jobs")
    button = page.locator(".st-key-person-bar button")
    expect(button).to_contain_text("Working as Robin", timeout=30_000)
    button.click()
    page.locator(".st-key-person-choice input").click()
    expect(page.get_by_role("option", name=HOSTILE)).to_be_visible()
    other.close()
