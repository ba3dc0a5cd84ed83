"""Trying pictures in a real browser, judged by a real worker; nothing is kept until it is asked."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.faces.cues import FACES_VERSION
from core.faces.measure import measure_faces
from dashboard.home import open_database, open_store
from dashboard.jobs.files import stored_pixels
from dashboard.settings import Settings
from db import faces, images
from db.engine import writing
from tests.homes import rows
from tests.seeded import FACES, seed_scored_home
from tests.seeded_detector import seed_detector

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

PHOTOGRAPH = sorted(FACES.glob("*/*_0005.jpg"))[1]  # the installation holds each person's first two
FIRST_MS, ANSWER_MS, N_DESCRIBED = 240_000, 60_000, 12
POLLING_ON = """const forget = window.clearInterval.bind(window);
window.clearInterval = (timer) => setTimeout(() => forget(timer), 1000);"""
SLOW_LINE = """const listen = WebSocket.prototype.addEventListener;
WebSocket.prototype.addEventListener = function (kind, then, options) {
  const late = (event) => setTimeout(() => then(event), 900);
  listen.call(this, kind, kind === "message" ? late : then, options);
};"""


@pytest.fixture(scope="module")
def served() -> str:
    return "run"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose first run has a detector, with a dozen described faces."""
    folder = tmp_path_factory.mktemp("home") / "data"
    seed_scored_home(folder, n_people=10)
    seed_detector(folder, 1)
    settings = Settings(home=folder)
    store = open_store(settings)
    with writing(open_database(settings)) as session:
        for image in images.get_images(session, range(1, N_DESCRIBED + 1)):
            pixels = stored_pixels(store, "originals", image.checksum)
            faces.replace_faces(session, image.id, measure_faces(pixels), FACES_VERSION)
    return folder


def n_images(home: Path) -> int:
    ((n,),) = rows(home, "SELECT count(*) FROM images")
    return int(n)


def kept(home: Path) -> set[str]:
    """Name the files in which anything of a picture could lie."""
    folders = [home / name for name in ("files", "uploads", "tmp")]
    return {str(each) for folder in folders for each in folder.rglob("*") if each.is_file()}


def drop(screen: Any, path: Path) -> str:
    """Give a picture, and return what its screen is called."""
    files = screen.keyed("try-file").locator("input[type=file]")
    files.set_input_files(str(path))
    return "try-boxes-" + hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def await_answer(screen: Any, key: str, timeout_ms: int = FIRST_MS) -> None:
    expect(screen.keyed(key)).to_be_visible(timeout=timeout_ms)
    nearest = screen.page.get_by_role("heading", name="Nearest known images")
    expect(nearest).to_be_visible(timeout=ANSWER_MS)
    screen.settle()


def test_a_picture_is_judged_and_nothing_of_it_is_kept(screen: Any, home: Path) -> None:
    before = kept(home), n_images(home)
    screen.open("try-it?run=1")
    expect(screen.page.get_by_text("It is not stored")).to_be_visible()
    await_answer(screen, drop(screen, PHOTOGRAPH))
    page = screen.page
    expect(page.get_by_text(re.compile("Would be called (genuine|fake)"))).to_be_visible()
    expect(page.get_by_text("One image never proves anything")).to_be_visible()
    expect(page.get_by_text(re.compile("The verdict (lasts|turns)"))).to_be_visible(
        timeout=ANSWER_MS
    )
    for part in ("Where the detector looked", "Would the verdict last?", "Cues", "Spectrum"):
        expect(page.get_by_role("heading", name=part)).to_be_visible()
    expect(page.get_by_text("Nearest faces").first).to_be_visible()
    expect(page.locator(".st-key-try-faces .cell")).to_have_count(N_DESCRIBED)
    assert (kept(home), n_images(home)) == before
    screen.picture("try-it")


def two_faces(folder: Path) -> Path:
    """Save a picture of two faces of which the first is larger."""
    one = Image.open(PHOTOGRAPH)
    both = Image.new("RGB", (one.width * 2, one.height))
    both.paste(one, (0, 0))
    both.paste(one.resize((one.width // 2, one.height // 2)), (one.width, one.height // 4))
    both.save(path := folder / "two <b>:smile: faces.png")
    return path


def test_another_face_is_judged_while_a_slow_browser_still_polls_for_the_first(
    screen: Any, tmp_path: Path
) -> None:
    screen.page.add_init_script(POLLING_ON)
    path = two_faces(tmp_path)
    screen.open("try-it?run=1")
    key = drop(screen, path)
    expect(screen.page.get_by_text("Saving it again")).to_be_visible(timeout=FIRST_MS)
    first = screen.page.get_by_test_id("stMetricValue").first.inner_text()
    screen.page.get_by_role("button", name="Face 2").click()
    expect(screen.page.get_by_test_id("stMetricValue").first).not_to_have_text(
        first, timeout=ANSWER_MS
    )
    await_answer(screen, key)


def test_a_face_chosen_while_a_slow_line_still_draws_the_last_answer_is_kept(
    screen: Any, tmp_path: Path, home: Path
) -> None:
    screen.page.add_init_script(SLOW_LINE)
    screen.open("try-it?run=1")
    drop(screen, two_faces(tmp_path))
    expect(screen.page.get_by_text("Saving it again")).to_be_visible(timeout=FIRST_MS)
    first = screen.page.get_by_test_id("stMetricValue").first.inner_text()
    while any((home / "tmp").glob("*/try-*")):
        screen.page.wait_for_timeout(20)
    screen.page.get_by_role("button", name="Face 2").click()
    expect(screen.page.get_by_test_id("stMetricValue").first).not_to_have_text(
        first, timeout=ANSWER_MS
    )
    expect(screen.page.get_by_role("button", name="Face 2, judged")).to_be_visible()


def test_what_is_no_picture_is_refused_in_words(screen: Any, tmp_path: Path) -> None:
    (path := tmp_path / "face.jpg").write_bytes(b"<script>alert(1)</script>")
    screen.open("try-it?run=1")
    drop(screen, path)
    expect(screen.page.get_by_text("Received bytes that are none of them")).to_be_visible(
        timeout=ANSWER_MS
    )
    expect(screen.keyed("try-again")).to_be_visible()


def test_a_picture_that_is_asked_for_is_imported(screen: Any, home: Path) -> None:
    before = n_images(home)
    screen.open("try-it?run=1")
    await_answer(screen, drop(screen, PHOTOGRAPH))
    screen.press("try-keep")
    screen.press("try-import")
    screen.page.get_by_text("It is being imported: follow it").click()
    screen.await_job()
    assert n_images(home) == before + 1
    screen.open("try-it?run=1")
    await_answer(screen, drop(screen, PHOTOGRAPH))
    expect(screen.page.get_by_text("This very file is in the collection")).to_be_visible()


@pytest.fixture
def camera(address: str, browser: Any) -> Iterator[Page]:
    """A tab of a browser whose camera shows a moving pattern."""
    from tests.e2e.conftest import CHROMIUM, FLAGS

    fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *fake]) as opened:
        yield opened.new_page()


def test_the_camera_is_used_only_when_it_is_asked_for(camera: Page, address: str) -> None:
    camera.goto(f"{address}/try-it?run=1")
    expect(camera.get_by_text("Use the camera instead")).to_be_visible(timeout=30_000)
    assert not camera.get_by_test_id("stCameraInput").count()
    camera.get_by_text("Use the camera instead").click()
    camera.wait_for_function("document.querySelector('video')?.readyState === 4")
    camera.get_by_test_id("stCameraInputButton").click()
    told = camera.get_by_text("No face was found, so there is no verdict")
    expect(told).to_be_visible(timeout=ANSWER_MS)
    assert not camera.get_by_text("Would be called").count()
