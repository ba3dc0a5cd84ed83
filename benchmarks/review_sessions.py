"""Twenty people judge one queue at once: how long an act takes.

An act is a verdict, from the key until the page knows that it is stored. All work at a person's
pace. First as websocket clients, which speak as the browser does: so the server is measured. Then
by keys in twenty real browsers of one headless Chromium on the server's machine: those take five
times the server's work for each act and share its cores.
"""

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

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
Work: TypeAlias = Callable[[str, str], list[dict[str, Any]]]

_WORK = """([low, high, seconds]) => new Promise(done => {
  const elements = [...document.querySelectorAll("*")]
  const root = elements.find(each => each.shadowRoot?.querySelector(".desk")).shadowRoot
  const desk = root.querySelector(".desk")
  const took = [], open = [], keys = "lici", end = performance.now() + seconds * 1000
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
    return [_measure(_clients, "websocket sessions"), _measure(_browsers, "browsers, one Chromium")]


def _measure(work: Work, who: str) -> Row:
    with tempfile.TemporaryDirectory() as place:
        home = Settings(home=Path(place))
        queue_id = _prepare(home)
        with served(home) as address:
            told = work(address, f"queue={queue_id}&view=judge")
        with reading(open_database(home)) as session:
            n_stored = review_queues.progress(session, queue_id).n_opinions
    took = [each for session in told for each in session["took"]]
    n_pressed, n_refused, n_unanswered = (
        sum(each[name] for each in told) for name in ("pressed", "refused", "unanswered")
    )
    note = f"{n_pressed} verdicts in {WORK_S} s, {n_stored} stored, {n_refused} refused, "
    note += f"{n_unanswered} without an answer after half a minute"
    return times(f"verdict, {N_SESSIONS} {who}", N_ITEMS, took, note)


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


def _clients(address: str, query: str) -> list[dict[str, Any]]:
    return asyncio.run(_together(address, query))


async def _together(address: str, query: str) -> list[dict[str, Any]]:
    people = [Client(address, query, f"Reviewer-{number}") for number in range(N_SESSIONS)]
    try:
        for each in people:
            await each.open()
        return list(await asyncio.gather(*(each.work() for each in people)))
    finally:
        for each in people:
            await each.close()


class Client:
    """One reviewer over the websocket, as the browser speaks it."""

    def __init__(self, address: str, query: str, name: str) -> None:
        self._address, self._query, self._name = address, query, name
        self._script = self._fragment = self._desk = ""
        self._held: set[int] = set()
        self._data: dict[str, Any] = {}
        self._socket: Any = None

    async def open(self) -> None:
        """Connect and sit down at the queue."""
        from websockets.asyncio.client import connect

        protocol: Any = ["streamlit"]
        self._socket = await connect(
            f"{self._address.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=protocol,
            additional_headers={"Cookie": f"verity_name={self._name}"},
            max_size=None,
        )
        await self._run(page_name="review", query_string=self._query)

    async def work(self) -> dict[str, Any]:
        """Judge for a while, one verdict after the other; return how long each took, ms."""
        draw = random.Random(self._name)  # noqa: S311 - a pace
        took: list[float] = []
        end = time.monotonic() + WORK_S
        await asyncio.sleep(draw.uniform(0, PACE_MS[1] / 1000))
        while time.monotonic() < end and self._data["cards"]:
            started = time.perf_counter()
            await self._judge(number=len(took) + 1)
            took.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(draw.uniform(*PACE_MS) / 1000)
        n_refused = len(self._data["refusals"])
        return {"took": took, "pressed": len(took), "refused": n_refused, "unanswered": 0}

    async def close(self) -> None:
        """Hang up."""
        if self._socket:
            await self._socket.close()

    async def _judge(self, number: int) -> None:
        card = self._data["cards"][0]
        act = {
            "number": number,
            "action": "judge",
            "item": card["id"],
            "argument": card["verdicts"][number % len(card["verdicts"])],
        }
        batch = {"nonce": self._name, "items": [act], "held": sorted(self._held)}
        told = json.dumps([{"event": "batch", "value": batch}])
        state = {"id": f"$$STREAMLIT_INTERNAL_KEY_{self._desk}__events", "json_trigger_value": told}
        await self._run(
            page_script_hash=self._script,
            query_string=self._query,
            fragment_id=self._fragment,
            widget_states={"widgets": [state]},
        )
        if self._data["acknowledged"]["number"] < number:
            raise RuntimeError(f"Expected act {number} to be done. Received {self._data}.")

    async def _run(self, **state: Any) -> None:
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ClientState_pb2 import ClientState
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        await self._socket.send(BackMsg(rerun_script=ClientState(**state)).SerializeToString())
        while True:
            told: Any = ForwardMsg.FromString(await self._socket.recv())
            self._script = told.navigation.page_script_hash or self._script
            drawn = told.delta.new_element.bidi_component
            if '"cards"' in drawn.json:
                self._desk, self._fragment = drawn.id, told.delta.fragment_id
                self._data = json.loads(drawn.json)
                self._held |= {int(number) for number in self._data["sources"]}
            if told.WhichOneof("type") == "script_finished":
                return


def _browsers(address: str, query: str) -> list[dict[str, Any]]:
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
            page.goto(f"{address}/review?{query}")
            page.locator(".desk[data-item]").wait_for(timeout=_START_MS)
            pages.append(page)
        for page in pages:
            page.evaluate(f"asked => {{ window.work = ({_WORK})(asked) }}", [*PACE_MS, WORK_S])
        told = [page.evaluate("() => window.work") for page in pages]
        browser.close()
    return told
