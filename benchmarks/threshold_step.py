"""The slider over the threshold in a real browser, at 100,000 scores: a step, and opening the page.

A step begins with a frame of the screen and is timed until that frame is painted: the handler,
style, layout and paint, without the wait for the next frame. A drag goes to and fro by 1 to 9
steps at a time.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from benchmarks import synthetic
from benchmarks.grid_pages import CHROMIUM, FLAGS, served
from benchmarks.grid_queries import times
from benchmarks.rows import Row
from core.images.normalise import thumbnail
from core.types import DatasetItem, Label, NormaliseRule, Split
from dashboard.home import open_database, open_store
from dashboard.scores import load_scores, suggested_threshold
from dashboard.settings import Settings
from dashboard.thresholds import N_POOL
from db import images, runs, versions
from db.engine import reading, writing

N_SHOWN, N_VALIDATION = 100_000, 20_000
N_OPENS, N_STEPS = 5, 300
PER_PERSON = 5
_TIMEOUT_MS = 120_000
_ADDRESS = "evaluate?view=threshold&run=1&on=test"
_SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"

_WATCH = """
window.board = () => {
  const hosts = [...document.querySelectorAll("*")].filter(each => each.shadowRoot)
  const found = hosts.map(each => each.shadowRoot.querySelector(".threshold")).find(Boolean)
  const isWhole = found && found.querySelector(".value").textContent &&
    [...found.querySelectorAll("img")].every(each => each.complete)
  return isWhole ? found : null
}
const look = () => {
  if (window.board()) window.opened = performance.now()
  else requestAnimationFrame(look)
}
requestAnimationFrame(look)
"""
_STEPS = """async n => {
  const slider = window.board().querySelector(".slider")
  const last = Number(slider.max)
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve))
  const channel = new MessageChannel()
  const painted = () => new Promise(resolve => {
    channel.port1.onmessage = resolve
    channel.port2.postMessage(0)  // answered once the frame that has begun is painted
  })
  const took = { handler: [], painted: [], missed: 0 }
  let [at, way] = [Math.round(0.6 * last), -1]
  for (let step = 0; step < n; step++) {
    at += way * (1 + (step % 9))
    if (at < 0.1 * last || at > 0.9 * last) way = -way
    await frame()
    const started = performance.now()
    slider.value = String(at)
    slider.dispatchEvent(new Event("input", { bubbles: true }))
    window.board().getBoundingClientRect()
    took.handler.push(performance.now() - started)
    await painted()
    took.painted.push(performance.now() - started)
    await frame()
    took.missed += performance.now() - started > 25
  }
  return took
}"""


def measure(folder: Path) -> list[Row]:
    """Fill a home with synthetic rows and serve it; the folder is not used."""
    with tempfile.TemporaryDirectory() as place:
        home = Settings(home=Path(place))
        fill(home, N_SHOWN, N_VALIDATION)
        with served(home) as address:
            return list(_in_browser(f"{address}/{_ADDRESS}", N_SHOWN))


def fill(home: Settings, n_shown: int, n_validation: int) -> None:
    """Write a run with scores of so many test and validation images, half of them fake."""
    database = open_database(home)
    n = n_shown + n_validation
    synthetic.fill(database, n)
    is_fake, scores = _scores(n)
    splits = [Split.TEST] * n_shown + [Split.VALIDATION] * n_validation
    with writing(database) as session:
        checksums = {row[0]: row[1] for row in versions.candidates(session)}
        known = [number for number in range(1, n + 1) if number in checksums]
        version = versions.add_version(
            session,
            [_item(i, checksums[i], is_fake[i - 1], splits[i - 1]) for i in known],
            content_hash="1" * 64,
            author="ada",
            rule=NormaliseRule.CROP,
            test_fraction=0.3,
            seed=0,
        )
        run = runs.start_run(
            session,
            job_id="run-1",
            dataset_version=version,
            params={"crop": "face"},
            seed=0,
            weights="HED-BSDS500",
            author="ada",
        )
        runs.save_predictions(session, run, {i: float(scores[i - 1]) for i in known})
        runs.finish_run(session, run)
    with reading(database) as session:
        _draw_thumbnails(home, session, run)


def _item(number: int, checksum: str, is_fake: bool, split: Split) -> DatasetItem:
    label = Label.FAKE if is_fake else Label.GENUINE
    return DatasetItem(number, checksum, label, None, number // PER_PERSON, split)


def _scores(n: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Draw labels, and float32 scores that crowd at 0 and at 1."""
    rng = np.random.default_rng(n)
    is_fake = rng.random(n) < 0.5
    logits = np.where(is_fake, 5.0, -5.0) + rng.normal(0, 4, n)
    return is_fake, (1 / (1 + np.exp(-logits))).astype(np.float32)


def _draw_thumbnails(home: Settings, session: Session, run: int) -> None:
    """Give the images that the page sends ahead a picture of their own."""
    start = suggested_threshold(load_scores(session, run, Split.VALIDATION)).value
    shown = load_scores(session, run, Split.TEST)
    near = []
    for is_fake in (False, True):
        rows = np.flatnonzero(shown.is_fake == is_fake)
        middle = int((shown.scores[rows] >= start).sum())
        near += [int(i) for i in shown.image_ids[rows[max(0, middle - N_POOL) : middle + N_POOL]]]
    store, draw = open_store(home), np.random.default_rng(1)
    for image in images.get_images(session, near):
        coarse = draw.integers(0, 256, (20, 16, 3), dtype=np.uint8)
        picture = thumbnail(coarse.repeat(10, axis=0).repeat(10, axis=1))
        store.put("thumbnails", image.checksum, picture)


def _in_browser(address: str, n: int) -> Iterator[Row]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        note = "from navigation to slider and thumbnails"
        yield times("first page of a started server", n, [_open(browser, address)[0]], note)
        opens = [_open(browser, address)[0] for _ in range(N_OPENS)]
        yield times("open the page, empty browser cache", n, opens, note)
        page = _open(browser, address)[1]
        took = page.evaluate(_STEPS, N_STEPS)
        yield times("a step: handler and layout", n, took["handler"], "")
        missed = f"{took['missed']} of {N_STEPS} missed their frame of 60 a second"
        yield times("a step: until it is painted", n, took["painted"], missed)
        browser.close()


def _open(browser: Any, address: str) -> tuple[float, Any]:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(_WATCH)
    page.goto(address, wait_until="commit")
    page.wait_for_function("window.opened", timeout=_TIMEOUT_MS)
    page.wait_for_selector(_SETTLED)
    return float(page.evaluate("window.opened")), page
