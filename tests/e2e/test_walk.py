"""The whole walk in a browser: from a folder of faces to a threshold with its reason."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def served() -> str:
    return "run"


def test_from_a_folder_of_faces_to_a_confusion_matrix(screen: Any, photographs: Path) -> None:
    begin(screen)
    import_folder(screen, photographs)
    browse(screen)
    decide_on_duplicates(screen)
    make_fakes(screen)
    freeze(screen)
    train(screen)
    tune(screen)
    evaluate(screen)
    end(screen)


def begin(screen: Any) -> None:
    screen.open("")
    screen.picture("01-empty")
    expect(screen.page.get_by_role("link", name=re.compile("Import")).first).to_be_visible()


def import_folder(screen: Any, folder: Path) -> None:
    screen.open("import")
    screen.keyed("folder").locator("input").fill(str(folder))
    screen.keyed("folder").locator("input").press("Enter")
    screen.settle()
    screen.keyed("claimed").get_by_text("Genuine").click()
    screen.settle()
    screen.press("start-import")
    screen.await_job()
    screen.picture("02-imported")
    for metric, n in {"Files seen": 67, "New": 60, "Known": 2, "Rejected": 5}.items():
        shown = screen.page.locator("[data-testid=stMetric]").filter(has_text=metric).first
        expect(shown).to_contain_text(str(n))


def browse(screen: Any) -> None:
    screen.open("browse")
    screen.picture("03-browse")
    expect(screen.page.get_by_text(re.compile("60 images"))).to_be_visible()


def decide_on_duplicates(screen: Any) -> None:
    screen.open("duplicates")
    screen.picture("04-duplicates")
    left = screen.page.get_by_role("button", name=re.compile("Keep left"))
    expect(left.first).to_be_visible()
    n_pairs = 0
    while left.count():
        left.first.click()
        screen.page.wait_for_timeout(400)
        screen.settle()
        n_pairs += 1
        assert n_pairs < 50
    assert n_pairs >= 9
    expect(screen.page.get_by_text("Every pair is decided.")).to_be_visible()
    screen.press("undo-verdict")
    expect(left.first).to_be_visible()
    left.first.click()
    screen.settle()
    screen.picture("05-decided")


def make_fakes(screen: Any) -> None:
    screen.open("generate")
    screen.keyed("generate-limit").locator("input").fill("60")
    screen.press("generate-start")
    screen.await_job()
    screen.picture("06-fakes")


def freeze(screen: Any) -> None:
    screen.open("dataset")
    screen.press("freeze-start")
    screen.await_job()
    screen.picture("07-version")
    expect(screen.keyed("version-1")).to_contain_text("Version 1")


def train(screen: Any) -> None:
    screen.open("train")
    screen.press("train-start")
    screen.await_job(timeout_s=300)
    screen.picture("08-trained")
    screen.open("train?run=1")
    expect(screen.page.get_by_role("heading", name="Run 1")).to_be_visible()
    expect(screen.page.locator("[data-testid=stPlotlyChart]").first).to_be_visible()


def tune(screen: Any) -> None:
    screen.open("tuning")
    screen.keyed("tune-trials").locator("input").fill("2")
    screen.keyed("tune-epochs").locator("input").fill("3")
    screen.press("tune-start")
    screen.await_job()
    screen.picture("09-tuned")
    expect(screen.page.locator("[data-testid=stPlotlyChart]").first).to_be_visible()


def evaluate(screen: Any) -> None:
    screen.open("evaluate")
    screen.picture("10-evaluate")
    screen.open("evaluate?view=threshold")
    slider = screen.page.locator("input.slider")
    slider.focus()
    before = screen.page.locator(".threshold .value").inner_text()
    for _ in range(20):
        slider.press("ArrowLeft")
    screen.settle()
    assert screen.page.locator(".threshold .value").inner_text() != before
    screen.keyed("threshold-reason").locator("input").fill("Few genuine images may be accused.")
    screen.press("threshold-propose")
    expect(screen.page.get_by_text("Few genuine images may be accused.").first).to_be_visible()
    screen.picture("11-threshold")
    screen.page.locator("[data-door=genuine-called-fake]").click()
    screen.expect_address("view=mistakes")
    screen.settle()


def end(screen: Any) -> None:
    screen.open("jobs")
    screen.picture("12-jobs")
    screen.open("")
    screen.picture("13-overview")
