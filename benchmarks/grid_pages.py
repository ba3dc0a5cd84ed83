"""Browse in a real browser, on 10,000 to 1,000,000 images: first paint, rerun, twenty at once.

The server runs with the project's own configuration on a home of its own; every thumbnail on a
measured page is a file. One Chromium measures what a person waits for. The twenty sessions are
websocket clients that turn pages in lockstep, each its own ones: twenty browsers on the machine
of the server would measure the browsers.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from benchmarks import synthetic
from benchmarks.grid_queries import DATABASES, SIZES, opened, times
from benchmarks.rows import Row
from core.images.quality import CHECKS
from dashboard.home import open_store
from dashboard.settings import Settings
from db import images
from db.catalogue import Catalogue, Sort
from db.engine import reading
from db.images import PAGE_SIZE, ImageFilter

ROOT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
SORT = "blur"
QUERY = f"sort={quote(CHECKS[SORT].title)}"
N_PAINTS, N_TURNS, N_SESSIONS, N_ROUNDS = 5, 20, 20, 4
N_THUMBNAILS = 300
_START_S = 120

_WATCH = """
const isPicture = each =>
  each.complete && each.naturalWidth && !each.src.startsWith("data:image/svg")  // a grey tile
window.drawn = () => {
  const host = [...document.querySelectorAll(".st-key-images *")].find(each => each.shadowRoot)
  const images = host ? [...host.shadowRoot.querySelectorAll("img")] : []
  const isWhole = images.length === 100 && images.every(each => isPicture(each))
  return isWhole ? images.map(each => each.alt + each.src.slice(-40)).join() : null
}
const look = () => {
  if (window.drawn()) window.firstPaint = performance.now()
  else requestAnimationFrame(look)
}
requestAnimationFrame(look)
"""
_TURN = """selector => new Promise(resolve => {
  const before = window.drawn(), started = performance.now()
  const look = () => {
    const now = window.drawn()
    if (now && now !== before) resolve(performance.now() - started)
    else requestAnimationFrame(look)
  }
  document.querySelector(selector).click()
  requestAnimationFrame(look)
})"""
_SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
_DESCENDING = ".st-key-down input"
_NEXT = "[data-testid=stPagination] button:last-of-type"


def measure(folder: Path, sizes: Sequence[int] = SIZES, database: str = DATABASES[0]) -> list[Row]:
    """Fill homes with synthetic rows and serve them; the folder is not used."""
    return [row for n in sizes for row in _measure(n, database)]


def _measure(n: int, kind: str) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as place, opened(kind, Path(place)) as database:
        synthetic.fill(database, n)
        url = database.url.render_as_string(hide_password=False)
        home = Settings(home=Path(place), database_url=url)
        with reading(database) as session:
            _draw_thumbnails(home, session)
        yield from measure_home(home, n)


def measure_home(home: Settings, n: int) -> Iterator[Row]:
    """Serve a home whose thumbnails are there, and look at Browse."""
    with served(home) as address:
        yield from _in_browser(f"{address}/browse?{QUERY}", n)
        took = asyncio.run(_together(address))
        note = f"{N_SESSIONS} websocket sessions, each on pages of its own"
        yield times(f"rerun, {N_SESSIONS} sessions at once", n, took, note)


def _draw_thumbnails(home: Settings, session: Any) -> None:
    """Give the images of every page that will be measured one of a few hundred pictures."""
    from core.images.normalise import thumbnail

    store, draw = open_store(home), np.random.default_rng(1)
    shown: set[int] = set()
    for is_descending, n_pages in ((False, 1 + N_SESSIONS * N_ROUNDS), (True, N_TURNS)):
        order = Sort(SORT, is_descending)
        found, _ = Catalogue().find(session, ImageFilter(), order, limit=n_pages * PAGE_SIZE)
        shown |= set(found)
    pictures = []
    for _ in range(N_THUMBNAILS):
        coarse = draw.integers(0, 256, (20, 16, 3), dtype=np.uint8)
        pictures.append(thumbnail(coarse.repeat(10, axis=0).repeat(10, axis=1)))
    chosen = sorted(shown)
    for start in range(0, len(chosen), PAGE_SIZE):
        for image in images.get_images(session, chosen[start : start + PAGE_SIZE]):
            store.put("thumbnails", image.checksum, pictures[image.id % N_THUMBNAILS])


@contextmanager
def served(home: Settings) -> Iterator[str]:
    """Serve the dashboard as `python -m dashboard run` does; no workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py"]
    command += ["--server.port", str(port)]
    environment = {
        **os.environ,
        "VERITY_HOME": str(home.root),
        "VERITY_DATABASE_URL": home.database_url,
    }
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _await(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _await(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address):  # noqa: S310 - our own address
                return
        except urllib.error.URLError:
            time.sleep(0.2)
    raise RuntimeError(f"Expected a server at {address}. Received exit code {process.poll()}.")


def _in_browser(address: str, n: int) -> Iterator[Row]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        options: Any = {"viewport": {"width": 1280, "height": 800}}
        started = browser.new_context(**options)
        yield times("first page of a started server", n, [_paint(started, address)], "")
        fresh = []
        for _ in range(N_PAINTS):
            context = browser.new_context(**options)
            fresh.append(_paint(context, address))
            context.close()
        yield times("first paint, empty browser cache", n, fresh, "from navigation to 100 drawn")
        again = [_paint(started, address) for _ in range(N_PAINTS)]
        yield times("first paint, known browser", n, again, "from navigation to 100 drawn")
        page = _open(started, address)
        yield times("turn the page", n, _turns(page, _NEXT), "from click to 100 drawn")
        yield times("turn the order", n, _turns(page, _DESCENDING), "from click to 100 drawn")
        browser.close()


def _open(context: Any, address: str) -> Any:
    page = context.new_page()
    page.add_init_script(_WATCH)
    page.goto(address, wait_until="commit")
    page.wait_for_function("window.firstPaint", timeout=_START_S * 1000)
    page.wait_for_selector(_SETTLED)
    return page


def _paint(context: Any, address: str) -> float:
    page = _open(context, address)
    took = float(page.evaluate("window.firstPaint"))
    page.close()
    return took


def _turns(page: Any, selector: str) -> list[float]:
    took = []
    for _ in range(N_TURNS):
        took.append(float(page.evaluate(_TURN, selector)))
        page.wait_for_selector(_SETTLED)
        page.wait_for_timeout(100)
    return took


async def _together(address: str) -> list[float]:
    """Return how long each rerun of each session took, ms, all asking at the same moment."""
    sessions = [Client(address) for _ in range(N_SESSIONS)]
    try:
        for each in sessions:
            await each.open()
        took: list[float] = []
        for turn in range(N_ROUNDS):
            first = 2 + turn * N_SESSIONS
            asked = [each.turn_to(first + at) for at, each in enumerate(sessions)]
            took += await asyncio.gather(*asked)
        return took
    finally:
        for each in sessions:
            await each.close()


class Client:
    """One session of Browse over its websocket, as the browser speaks it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._pager = self._script = ""
        self._socket: Any = None

    async def open(self) -> None:
        """Connect and load the first page."""
        from websockets.asyncio.client import connect

        stream = f"{self._address.replace('http', 'ws', 1)}/_stcore/stream"
        protocol: Any = ["streamlit"]
        self._socket = await connect(
            stream, subprotocols=protocol, max_size=None, open_timeout=_START_S
        )
        await self._run(page_name="browse", query_string=QUERY)

    async def turn_to(self, page: int) -> float:
        """Turn to a page; return the time until the server has sent all of it, ms."""
        started = time.perf_counter()
        await self._run(
            page_script_hash=self._script,
            query_string=f"{QUERY}&page={page}",
            widget_states={"widgets": [{"id": self._pager, "int_value": page}]},
        )
        return (time.perf_counter() - started) * 1000

    async def close(self) -> None:
        """Hang up."""
        if self._socket:
            await self._socket.close()

    async def _run(self, **state: Any) -> None:
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ClientState_pb2 import ClientState
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        await self._socket.send(BackMsg(rerun_script=ClientState(**state)).SerializeToString())
        n_images = 0
        while True:
            told: Any = ForwardMsg.FromString(await self._socket.recv())
            element = told.delta.new_element
            self._script = told.navigation.page_script_hash or self._script
            self._pager = element.pagination.id or self._pager
            n_images += element.bidi_component.ByteSize() > 1000 * PAGE_SIZE
            if told.WhichOneof("type") == "script_finished":
                break
        if told.script_finished or not n_images:
            raise RuntimeError(f"Expected a page of images. Received {told.script_finished}.")
