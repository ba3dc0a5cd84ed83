"""Twenty people judge one queue at once, by keys in real browsers: how long an act takes.

An act is a key, from its press until the page knows that the opinion is stored. Every person works
in a browser context of their own, at a person's pace, in one headless Chromium on the server's
machine, so what is measured includes twenty browsers' own work on the same cores.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.grid_pages import CHROMIUM, FLAGS, served
from benchmarks.grid_queries import times
from benchmarks.rows import Row
from benchmarks.synthetic import fill
from core.review.queues import CHOSEN, QueueRequest
from core.types import Label
from dashboard.home import open_database, open_store
from dashboard.settings import Settings
from db import images, review_queues
from db.engine import reading, writing

N_SESSIONS, N_ITEMS, N_OPINIONS = 20, 300, 5
PACE_MS, WORK_S = (1000, 2000), 60
N_PICTURES = 40
_START_MS = 180_000

_WORK = """([low, high, seconds]) => new Promise(done => {
  const elements = [...document.querySelectorAll("*")]
  const root = elements.find(each => each.shadowRoot?.querySelector(".desk")).shadowRoot
  const desk = root.querySelector(".desk")
  const took = [], open = [], keys = "lucu", end = performance.now() + seconds * 1000
  const PATIENCE_MS = 30000
  let pressed = 0
  new MutationObserver(() => {
    while (open.length > Number(desk.dataset.waiting)) took.push(performance.now() - open.shift())
  }).observe(desk, { attributes: true, attributeFilter: ["data-waiting"] })
  const press = () => {
    const isOver = performance.now() > end
    const told = { took, pressed, refused: root.querySelectorAll(".refusal").length }
    if (performance.now() > end + PATIENCE_MS || (isOver && !open.length))
      return done({ ...told, unanswered: open.length })
    if (!isOver && desk.dataset.item) {
      const [since, before] = [performance.now(), Number(desk.dataset.waiting)]
      const key = keys[pressed % keys.length]
      window.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))
      const isTaken = Number(desk.dataset.waiting) > before // else the next image is not here yet
      if (isTaken) open.push(since)
      pressed += isTaken
    }
    setTimeout(press, low + Math.random() * (high - low))
  }
  setTimeout(press, Math.random() * high)
})"""


def measure(folder: Path) -> list[Row]:
    """Judge a queue of synthetic images; the folder is not used."""
    with tempfile.TemporaryDirectory() as place:
        home = Settings(home=Path(place))
        queue_id = _prepare(home)
        with served(home) as address:
            told = _together(address, f"{address}/review?queue={queue_id}&view=judge")
        with reading(open_database(home)) as session:
            n_stored = review_queues.progress(session, queue_id).n_opinions
    took = [each for session in told for each in session["took"]]
    note = (
        f"{N_SESSIONS} browsers in one Chromium; {sum(each['pressed'] for each in told)} keys "
        f"pressed in {WORK_S} s, {n_stored} opinions stored, "
        f"{sum(each['refused'] for each in told)} refused, "
        f"{sum(each['unanswered'] for each in told)} without an answer after half a minute"
    )
    return [times(f"verdict, {N_SESSIONS} sessions at once", N_ITEMS, took, note)]


def _prepare(home: Settings) -> int:
    """Fill a home with images whose originals are there, and make a queue of them."""
    database = open_database(home)
    fill(database, 4 * N_ITEMS)
    with reading(database) as session:
        found = [
            image
            for label in (Label.GENUINE, Label.FAKE)
            for image in images.active_images(session, label, None)
        ][:N_ITEMS]
    pictures = [_picture(seed) for seed in range(N_PICTURES)]
    for image in found:
        open_store(home).put("originals", image.checksum, pictures[image.id % N_PICTURES])
    with writing(database) as session:
        request = QueueRequest(
            CHOSEN,
            name="Twenty people",
            n_opinions=N_OPINIONS,
            params={"image_ids": [image.id for image in found]},
        )
        return review_queues.create_queue(session, request, author="Robin")


def _picture(seed: int) -> bytes:
    """Draw a JPEG of about 60 kB: a blurred pattern with a camera's noise."""
    from core.images.normalise import encode_jpeg

    draw = np.random.default_rng(seed)
    coarse = draw.integers(40, 216, (12, 16, 3)).repeat(40, axis=0).repeat(40, axis=1)
    noisy = coarse + draw.normal(0, 6, coarse.shape)
    return encode_jpeg(np.clip(noisy, 0, 255).astype(np.uint8), quality=85)


def _together(address: str, queue: str) -> list[dict[str, Any]]:
    """Let everybody sit down and work; return what each browser measured."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        pages = []
        for number in range(N_SESSIONS):
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            name: Any = {"name": "verity_name", "value": f"Reviewer-{number}", "url": address}
            context.add_cookies([name])
            page = context.new_page()
            page.goto(queue)
            page.locator(".desk[data-item]").wait_for(timeout=_START_MS)
            pages.append(page)
        for page in pages:
            page.evaluate(f"asked => {{ window.work = ({_WORK})(asked) }}", [*PACE_MS, WORK_S])
        told = [page.evaluate("() => window.work") for page in pages]
        browser.close()
    return told
