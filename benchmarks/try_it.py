"""Trying an image: what a warm worker takes, and what a person waits for in the browser."""

import hashlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image

from benchmarks.command import served, verity
from benchmarks.grid_pages import CHROMIUM, FLAGS
from benchmarks.grid_pages import served as served_page
from benchmarks.rows import Row
from dashboard.jobs.client import Jobs
from dashboard.settings import Settings
from dashboard.tried import Handover

SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"

N_IDENTITIES, N_PICTURES, N_LARGE, LARGE_PX = 12, 12, 4, 4000
_ANSWER_MS = 120_000
PARTS = ("decode", "checks", "faces", "detector", "spectrum", "pictures", "survival")
_CALLED, _LASTS = re.compile("Would be called|Uncertain"), re.compile("The verdict (lasts|turns)")
Waited = tuple[float, float]


def measure(folder: Path) -> list[Row]:
    """Train on the first identities of a folder of folders, then try pictures of the others."""
    with tempfile.TemporaryDirectory() as place:
        people = [each for each in sorted(folder.iterdir()) if each.is_dir()]
        home = Path(place) / "home"
        environment = {**os.environ, "VERITY_HOME": str(home)}
        _train(environment, people[:N_IDENTITIES], Path(place) / "people")
        files = [file for each in people[N_IDENTITIES:] for file in sorted(each.glob("*"))]
        tried = _prepared(files[:N_PICTURES], Path(place))
        os.environ["VERITY_HOME"] = str(home)
        return [*_in_process(tried), *_as_a_page_asks(tried)]


def _train(environment: dict[str, str], people: Sequence[Path], into: Path) -> None:
    for identity in people:
        shutil.copytree(identity, into / identity.name)
    with served(environment):
        verity(environment, "import", str(into), "--label", "genuine", "--wait")
        verity(environment, "generate", "self-blended", "--wait")
        verity(environment, "freeze", "--wait")
        verity(environment, "train", "--version", "1", "--set", "epochs=3", "--wait")


def _prepared(files: Sequence[Path], place: Path) -> dict[str, list[Path]]:
    """Return pictures as they are, and some enlarged to what a telephone takes."""
    large = [_enlarged(file, place / f"large-{at}.jpg") for at, file in enumerate(files[:N_LARGE])]
    return {"as they are": list(files), "12 megapixels": large}


def _enlarged(file: Path, into: Path) -> Path:
    with Image.open(file) as picture:
        share = LARGE_PX / max(picture.size)
        picture.resize((round(picture.width * share), round(picture.height * share))).save(into)
    return into


def _in_process(tried: dict[str, list[Path]]) -> Iterator[Row]:
    import cv2

    from dashboard.jobs.bench import open_bench
    from dashboard.jobs.context import context
    from dashboard.jobs.trying import try_image

    cv2.setNumThreads(1)  # as the worker does
    started = time.perf_counter()
    open_bench(context(), 1)
    yield Row("warming up", 1, wall_s=time.perf_counter() - started)
    for name, files in tried.items():
        took, parts, cpu = [], {part: list[float]() for part in PARTS}, time.process_time()
        for file in files:
            started = time.perf_counter()
            found = try_image(context(), file.read_bytes(), 1)
            took.append((time.perf_counter() - started) * 1000)
            for part, seconds in found.seconds.items():
                parts[part].append(seconds * 1000)
        cpu_s = time.process_time() - cpu
        told = ", ".join(f"{part} {statistics.median(ms):.0f}" for part, ms in parts.items())
        rss = psutil.Process().memory_info().rss / 1e6
        yield _row(f"one look, {name}", took, f"ms: {told}", cpu_s=cpu_s, rss_mb=rss)


def _as_a_page_asks(tried: dict[str, list[Path]]) -> Iterator[Row]:
    """Hand over, enqueue, look for the answer; then the same by the page itself."""
    settings = Settings()
    jobs = Jobs(settings)
    with _scoring():
        _asked(settings, jobs, next(iter(tried.values()))[0])  # loads the detector
        for name, files in tried.items():
            took = [_asked(settings, jobs, file) for file in files]
            yield from _rows(f"through the queue, {name}", took)
        yield from _in_browser(settings, tried)


def _asked(settings: Settings, jobs: Jobs, file: Path) -> Waited:
    """Return the milliseconds from handing a picture over to its verdict, and to all of it."""
    started = time.perf_counter()
    page = Handover.begin(settings, file.read_bytes())
    jobs.try_image(page.place, 1)
    while page.take() is None:
        time.sleep(0.005)
    first = time.perf_counter() - started
    while page.take_survival() is None:
        time.sleep(0.005)
    everything = time.perf_counter() - started
    page.drop()
    return first * 1000, everything * 1000


@contextmanager
def _scoring() -> Iterator[None]:
    command = [sys.executable, "-m", "dashboard", "worker", "--name", "score-1", "--queue", "score"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _in_browser(settings: Settings, tried: dict[str, list[Path]]) -> Iterator[Row]:
    """Drop pictures on the page and wait until the verdict and all below it are drawn."""
    from playwright.sync_api import sync_playwright

    with served_page(settings) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/try-it?run=1")
        page.get_by_text("It is not stored").wait_for()
        for name, files in tried.items():
            took = [_dropped(page, file) for file in files]
            yield from _rows(f"in the browser, {name}", took)
        browser.close()


def _dropped(page: Any, file: Path) -> Waited:
    """Return the milliseconds until a dropped picture's verdict is drawn, and all of it."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    started = time.perf_counter()
    page.locator("[data-testid=stFileUploader] input").set_input_files(str(file))
    page.locator(f".st-key-try-boxes-{digest}").wait_for(timeout=_ANSWER_MS)
    page.get_by_text(_CALLED).wait_for()
    first = time.perf_counter() - started
    page.get_by_text(_LASTS).wait_for(timeout=_ANSWER_MS)
    page.locator(SETTLED).wait_for()
    return first * 1000, (time.perf_counter() - started) * 1000


def _rows(name: str, took: Sequence[Waited]) -> Iterator[Row]:
    for part, waited in zip(("verdict", "everything"), zip(*took, strict=True), strict=True):
        yield _row(f"{name}: {part}", waited, "a warm worker")


def _row(
    name: str,
    took_ms: Sequence[float],
    note: str,
    cpu_s: float | None = None,
    rss_mb: float | None = None,
) -> Row:
    return Row(
        name,
        len(took_ms),
        cpu_s=cpu_s,
        rss_mb=rss_mb,
        p50_ms=statistics.median(took_ms),
        p95_ms=float(np.quantile(took_ms, 0.95)),
        note=note,
    )
