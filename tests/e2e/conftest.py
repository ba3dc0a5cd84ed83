"""A real browser against a real dashboard with its workers."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests import homes
from tests.seeded import seed_scored_home

ROOT = Path(__file__).parents[2]
N_IDENTITIES, N_PICTURES = 17, 3
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_S = 90
expect.set_options(timeout=20_000)  # on two busy cores a component may take a while to be drawn


@dataclass(frozen=True)
class Screen:
    """One browser tab on the dashboard."""

    page: Page
    address: str
    pictures: Path | None

    def open(self, path: str) -> None:
        """Go to a page and wait until it stands still without an error."""
        self.page.goto(f"{self.address}/{path}")
        self.settle()

    def settle(self) -> None:
        """Wait until the script has run; fail if the page shows an exception."""
        app = self.page.locator("[data-testid=stApp]")
        expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=30_000)
        expect(self.page.locator("[data-testid=stException]")).to_have_count(0)

    def expect_address(self, *patterns: str) -> None:
        """Wait until the address matches every pattern."""
        for pattern in patterns:
            expect(self.page).to_have_url(re.compile(pattern))

    def keyed(self, key: str) -> Locator:
        """Return the widget or container of a key."""
        return self.page.locator(f".st-key-{key}")

    def press(self, key: str) -> None:
        """Click the button of a key and wait for the page."""
        self._act_on(self.keyed(key).locator("button").first)

    def switch(self, key: str) -> None:
        """Click the toggle or box of a key and wait for the page."""
        self._act_on(self.keyed(key).locator("label").first)

    def _act_on(self, what: Locator, *, force: bool = False) -> None:
        """Click, give the script time to start, and wait until it has run."""
        what.click(force=force)
        self.page.wait_for_timeout(300)
        self.settle()

    def click_mark(self, chart: str, mark: Locator) -> None:
        """Click a bar or a point of a chart and wait for the page."""
        drawn = self.keyed(chart).locator(".js-plotly-plot")
        expect(drawn).to_be_visible(timeout=30_000)  # the first chart brings its library along
        self._act_on(mark, force=True)

    def await_job(self, *, timeout_s: float = 240) -> None:
        """Wait until no job on the page waits or runs."""
        self.page.wait_for_timeout(1500)
        deadline = time.monotonic() + timeout_s
        badges = self.page.locator(".stMarkdownBadge")
        started = badges.filter(has_text=re.compile("Queued|Running|Done|Failed"))
        for _ in range(50):  # a busy machine may take a while to draw the first one
            if started.count():
                break
            self.page.wait_for_timeout(200)
        busy = badges.filter(has_text=re.compile("Queued|Running"))
        while busy.count():
            assert time.monotonic() < deadline, "the job did not end in time"
            self.page.wait_for_timeout(500)
        self.settle()
        expect(badges.filter(has_text="Failed")).to_have_count(0)

    def picture(self, name: str) -> None:
        """Keep a screenshot where VERITY_SCREENSHOTS names a folder."""
        if self.pictures:
            self.page.wait_for_timeout(2500)
            self.page.screenshot(path=str(self.pictures / f"{name}.png"), full_page=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless; skipped, saying so, where there is none."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: browser tests are left out")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the dashboard's installation."""
    return tmp_path_factory.mktemp("home") / "data"


@pytest.fixture(scope="module")
def served() -> str:
    """What is started: the page alone; a module that needs workers says "run"."""
    return "page"


@pytest.fixture(scope="module")
def address(home: Path, served: str) -> Iterator[str]:
    """A dashboard on this home."""
    port = _free_port()
    environment = {
        **os.environ,
        "VERITY_HOME": str(home),
        "VERITY_PORT": str(port),
        "VERITY_USER": "Robin",
    }
    command = [sys.executable, "-m", "dashboard", served]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _await_page(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def scored_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation with two scored runs of fakes of two generators."""
    return seed_scored_home(tmp_path_factory.mktemp("home") / "data").home


@pytest.fixture
def screen(browser: Browser, address: str) -> Iterator[Screen]:
    """A tab of 1280 x 900."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    folder = os.environ.get("VERITY_SCREENSHOTS")
    yield Screen(context.new_page(), address, Path(folder) if folder else None)
    context.close()


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of some of the demo's identities with the planted trouble; only to be read."""
    folder = tmp_path_factory.mktemp("photographs") / "people"
    return homes.copy_photographs(folder, N_IDENTITIES, N_PICTURES)


@pytest.fixture(scope="session")
def imported_once(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("imported") / "data"
    homes.import_folder(root, photographs)
    return root


@pytest.fixture(scope="module")
def imported_home(imported_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation that holds the photographs, the module's own."""
    return Path(shutil.copytree(imported_once, tmp_path_factory.mktemp("home") / "data"))


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def _await_page(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    while True:
        assert process.poll() is None, "the dashboard ended at once"
        assert time.monotonic() < deadline, f"no answer from {url} after {START_S} s"
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
