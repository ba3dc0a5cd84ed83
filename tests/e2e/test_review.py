"""Review in browsers: people judge one queue at once, by keys; no verdict is lost or doubled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from core.review.queues import RANDOM_AUDIT, QueueRequest
from core.review.verdicts import ReviewVerdict
from core.types import Split
from dashboard.home import open_database
from dashboard.settings import Settings
from db import review_queues
from db.engine import writing
from tests.homes import rows
from tests.seeded import seed_scored_home

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]
N_ITEMS = 24
HOSTILE = "<script>document.title='run'</script><b>odd</b>"
VERDICTS = {"l": ReviewVerdict.LABEL_WRONG, "i": ReviewVerdict.IMAGE_UNUSABLE}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with queues of the same images: of two opinions each, and twice of one."""
    seeded = seed_scored_home(tmp_path_factory.mktemp("home") / "data")
    with writing(open_database(Settings(home=seeded.home))) as session:
        for n_opinions in (2, 1, 1):
            request = QueueRequest(
                RANDOM_AUDIT,
                name=f"Audit <i>{n_opinions}</i>",
                run_id=seeded.runs[0],
                split=Split.TRAIN,
                threshold=0.5,
                n_opinions=n_opinions,
                limit=N_ITEMS,
            )
            review_queues.create_queue(session, request, author="Robin")
    return seeded.home


@dataclass(frozen=True)
class Person:
    """Somebody at a desk of their own browser."""

    name: str
    page: Page

    def item(self) -> int | None:
        """Return the item on the screen, or None where nothing is left."""
        told = self.page.locator(".desk").get_attribute("data-item")
        return int(told) if told else None

    def await_quiet(self) -> None:
        """Wait until the server has acknowledged every key."""
        desk = self.page.locator(".desk")
        expect(desk).to_have_attribute("data-waiting", "0", timeout=30_000)

    def press(self, key: str) -> None:
        """Press a key and wait until it is acknowledged."""
        self.page.keyboard.press(key)
        self.await_quiet()


@pytest.fixture
def arrive(browser: Browser, address: str) -> Iterator[Callable[..., Person]]:
    """Let people sit down at a queue, each in a browser of their own."""
    opened = []

    def sit(name: str, queue: int, view: str = "judge") -> Person:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        opened.append(context)
        context.add_cookies([{"name": "verity_name", "value": name, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/review?queue={queue}&view={view}")
        expect(page.locator(".desk, .stAlert").first).to_be_visible(timeout=60_000)
        return Person(name, page)

    yield sit
    for context in opened:
        context.close()


def opinions(home: Path, queue: int) -> list[Any]:
    told = rows(
        home,
        "SELECT i.queue_id, o.item_id, o.reviewer, o.verdict FROM review_opinions o "
        "JOIN review_items i ON i.id = o.item_id WHERE o.verdict IS NOT NULL ORDER BY o.given_at",
    )
    return [row[1:] for row in told if row[0] == queue]


def test_two_people_judge_one_queue_at_once_and_nothing_is_lost(
    arrive: Callable[..., Person], home: Path
) -> None:
    people = [arrive("Ada", 1), arrive("Bo", 1)]
    pressed: dict[tuple[int, str], str] = {}
    for _ in range(40 * N_ITEMS):
        for person in people:
            if (item := person.item()) is not None:
                key = "i" if item % 3 == 0 and person.name == "Bo" else "l"
                person.page.keyboard.press(key)
                pressed[item, person.name] = VERDICTS[key].value
        if len(pressed) == 2 * N_ITEMS:
            break
        people[0].page.wait_for_timeout(30)
    for person in people:
        person.await_quiet()
        expect(person.page.locator(".refusal")).to_have_count(0)
    stored = opinions(home, 1)
    assert len(stored) == 2 * N_ITEMS
    assert {(item, name): verdict for item, name, verdict in stored} == pressed
    n_disputed = len({item for item, _ in pressed if item % 3 == 0})
    settled = rows(home, "SELECT id FROM review_items WHERE queue_id = 1 AND verdict IS NOT NULL")
    assert len(settled) == N_ITEMS - n_disputed
    people[0].page.reload()
    told = people[0].page.locator(".finished")
    expect(told).to_contain_text(f"{n_disputed} disputed", timeout=30_000)


def test_twenty_keys_in_two_seconds_are_twenty_opinions_on_different_images(
    arrive: Callable[..., Person], home: Path
) -> None:
    ada = arrive("Ada", 2)
    expect(ada.page.locator(".desk[data-item]")).to_be_visible()
    for _ in range(20):
        ada.page.keyboard.press("c")
        ada.page.wait_for_timeout(95)
    ada.await_quiet()
    stored = opinions(home, 2)
    assert len(stored) == 20
    assert len({item for item, _, _ in stored}) == 20
    for _ in range(3):
        ada.press("z")
    kept = opinions(home, 2)
    assert kept == stored[:17]
    expect(ada.page.locator(".count")).to_have_text(f"17 of {N_ITEMS} judged by you")


def test_where_one_opinion_is_enough_no_image_is_judged_twice(
    arrive: Callable[..., Person], home: Path
) -> None:
    """Seven are left by the test above."""
    people = [arrive("Ada", 2), arrive("Bo", 2)]
    for _ in range(200):
        for person in people:
            if person.item() is not None:
                person.page.keyboard.press("c")
        people[0].page.wait_for_timeout(50)
        if all(person.item() is None for person in people):
            break
    for person in people:
        person.await_quiet()
    judged = [item for item, _, _ in opinions(home, 2)]
    assert len(judged) == len(set(judged)) == N_ITEMS


def test_a_claim_that_was_lost_is_told_and_costs_no_other_verdict(
    arrive: Callable[..., Person], home: Path
) -> None:
    ada = arrive("Ada", 3)
    expect(ada.page.locator(".desk[data-item]")).to_be_visible()
    lost = ada.item()
    with writing(open_database(Settings(home=home))) as session:
        session.execute(
            text(
                "UPDATE review_opinions SET reviewer = 'Bo', claimed_until = NULL "
                "WHERE item_id = :item"
            ),
            {"item": lost},
        )
    ada.page.keyboard.press("c")
    ada.press("c")
    refusal = ada.page.locator(".refusal")
    expect(refusal).to_contain_text("Expected image 1 of 'Audit <i>1</i>' to be yours")
    stored = opinions(home, 3)
    assert len(stored) == 1
    assert stored[0][0] != lost
    refusal.get_by_role("button").click()
    expect(refusal).to_have_count(0)


def test_a_key_that_does_not_fit_says_why(arrive: Callable[..., Person]) -> None:
    dee = arrive("Dee", 3)
    expect(dee.page.locator(".desk[data-item]")).to_be_visible()
    fitting = dee.page.locator(".verdicts").inner_text()
    item = dee.item()
    dee.page.keyboard.press("r" if "Detector wrong" in fitting else "d")
    expect(dee.page.locator(".told")).to_contain_text("does not fit here")
    dee.page.keyboard.press("u")
    assert dee.item() == item


def test_a_third_person_adjudicates_and_hostile_comments_are_text(
    arrive: Callable[..., Person], home: Path
) -> None:
    ada = arrive("Ada", 1, "adjudicate")
    expect(ada.page.locator(".finished")).to_contain_text("wait for others")
    expect(ada.page.get_by_text("so the last word is not yours")).to_be_visible()
    cy = arrive("Cy", 1, "adjudicate")
    expect(cy.page.locator(".opinions .word")).to_have_count(2)
    expect(cy.page.locator(".opinions")).to_contain_text("Ada: label wrong")
    item = cy.item()
    cy.page.keyboard.press("n")
    expect(cy.page.locator(".writing")).to_be_visible()
    cy.page.keyboard.type(HOSTILE)
    cy.page.keyboard.press("Control+Enter")
    cy.await_quiet()
    expect(cy.page.locator(".comments .word")).to_have_text(f"Cy: {HOSTILE}")
    assert cy.page.title() != "run"
    cy.press("l")
    settled = f"SELECT verdict, settled_by FROM review_items WHERE id = {item}"  # noqa: S608
    assert rows(home, settled) == [("label wrong", "Cy")]
    cy.press("z")
    assert rows(home, settled) == [(None, None)]
    assert cy.item() == item
    for _ in range(N_ITEMS):
        if cy.item() is None:
            break
        cy.press("l")
    expect(cy.page.locator(".finished")).to_contain_text("Nothing is disputed")


def test_verdicts_are_applied_and_taken_back(screen: Any, home: Path) -> None:
    labels = "SELECT id, label, status FROM images ORDER BY id"
    before = rows(home, labels)
    screen.open("review?queue=1&view=outcome")
    screen.picture("review-outcome")
    screen.press("apply-verdicts")
    assert rows(home, labels) != before
    expect(screen.keyed("apply-verdicts").locator("button")).to_be_disabled()
    screen.press("undo-apply")
    assert rows(home, labels) == before


def test_agreement_and_the_list_stand_without_an_error(screen: Any) -> None:
    screen.open("review?queue=1&view=agreement")
    expect(screen.page.get_by_text("Krippendorff's alpha")).to_be_visible()
    screen.picture("review-agreement")
    screen.open("review?queue=1&view=people")
    expect(screen.page.get_by_text("Assign images")).to_be_visible()
    screen.open("review")
    expect(screen.page.get_by_text("Audit <i>2</i>", exact=True)).to_be_visible()
    screen.picture("review")
