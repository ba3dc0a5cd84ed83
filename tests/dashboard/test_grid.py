import base64
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import grid, resources
from dashboard.grid.acts import MAX_ITEMS, Acknowledged, Act
from dashboard.settings import settings

CHECKSUM = "ab" * 32


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("VERITY_HOME", str(tmp_path))
    settings.cache_clear()
    st.cache_resource.clear()
    grid._read_thumbnail.cache_clear()
    yield tmp_path
    settings.cache_clear()
    st.cache_resource.clear()
    grid._read_thumbnail.cache_clear()


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ([3, 1], [3, 1]),
        ([1, 9], [1]),
        (["1", None, [1], 2.5], []),
        (None, []),
        ("1", []),
    ],
)
def test_known_ids_trusts_nothing_the_browser_tells(told: Any, known: list[int]) -> None:
    assert grid.known_ids(told, {1, 2, 3}) == known


def item(number: Any, action: Any = "fake", ids: Any = (1,), argument: Any = None) -> Any:
    return {"number": number, "action": action, "ids": list(ids), "argument": argument}


def test_batch_is_taken_once_and_in_order_however_often_it_is_sent() -> None:
    done = Acknowledged()
    first, second = item(1), item(2, "genuine", [2, 1])
    assert [a.action for a in done.take({"nonce": "a", "items": [first]}, {1, 2})] == ["fake"]
    sent_again = {"nonce": "a", "items": [first, second, second]}
    assert list(done.take(sent_again, {1, 2})) == [Act("genuine", (2, 1), None)]
    assert list(done.take(sent_again, {1, 2})) == []
    assert (done.nonce, done.number) == ("a", 2)


def test_a_key_says_whether_it_is_about_all_that_is_selected() -> None:
    told = [{**item(n), "all": said} for n, said in enumerate([True, False, 1, "true"], start=1)]
    acts = Acknowledged().take({"nonce": "a", "items": told}, {1})
    assert [act.is_all for act in acts] == [True, False, False, False]


def test_another_mount_counts_from_one_again() -> None:
    done = Acknowledged("a", 7)
    assert list(done.take({"nonce": "b", "items": [item(1)]}, {1})) == [Act("fake", (1,), None)]
    assert (done.nonce, done.number) == ("b", 1)


@pytest.mark.parametrize(
    "bad",
    [
        item(1, "drop table"),
        item(1, ["fake"]),
        item(1, "fake", [9]),
        item(1, "fake", [True]),
        item(1, "tag"),
        item(1, "tag", argument="  "),
        item(1, "tag", argument="x" * 65),
        item(1, "tag", argument=["x"]),
        {"number": 1},
        {"number": 1, "action": "fake", "ids": "1"},
    ],
)
def test_bad_acts_are_acknowledged_and_not_done(bad: Any) -> None:
    done = Acknowledged()
    good = item(2, "tag", argument=" blurred ")
    acts = list(done.take({"nonce": "a", "items": [bad, good]}, {1}))
    assert acts == [Act("tag", (1,), "blurred")]


@pytest.mark.parametrize("number", [None, "1", 1.0, True, -1, 0])
def test_numbers_that_do_not_count_are_passed_over(number: Any) -> None:
    done = Acknowledged()
    assert list(done.take({"nonce": "a", "items": [item(number)]}, {1})) == []
    assert done.number == 0


@pytest.mark.parametrize(
    "told", [None, [], "x", {}, {"nonce": 1}, {"nonce": "a", "items": 3}, {"nonce": "x" * 65}]
)
def test_batches_that_are_none_are_passed_over(told: Any) -> None:
    assert list(Acknowledged().take(told, {1})) == []


def test_no_more_than_the_limit_is_taken_of_a_batch() -> None:
    done = Acknowledged()
    items = [item(n) for n in range(1, MAX_ITEMS + 10)]
    assert len(list(done.take({"nonce": "a", "items": items}, {1}))) == MAX_ITEMS
    assert len(list(done.take({"nonce": "a", "items": items[MAX_ITEMS:]}, {1}))) == 9


def test_two_runs_of_a_page_do_each_act_once_and_in_order() -> None:
    """Streamlit begins the next run while the last is still in its callback."""
    done, seen = Acknowledged(), []
    batch = {"nonce": "a", "items": [item(n) for n in range(1, 40)]}

    def run() -> None:
        for each in done.fresh(batch):
            time.sleep(0.001)
            seen.append(each["number"])

    runs = [threading.Thread(target=run) for _ in range(3)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    assert seen == list(range(1, 40))


@pytest.mark.parametrize(
    ("stored", "expected"), [(b"\xff\xd8\xff\xe0..JFIF", "jpeg"), (b"RIFF....WEBP", "webp")]
)
def test_thumbnail_holds_the_stored_bytes(home: Path, stored: bytes, expected: str) -> None:
    resources.store().put("thumbnails", CHECKSUM, stored)
    kind, data = grid.thumbnail(CHECKSUM).split(",", 1)
    assert kind == f"data:image/{expected};base64"
    assert base64.b64decode(data) == stored


def test_thumbnail_of_a_missing_file_is_a_tile_that_is_not_remembered(home: Path) -> None:
    assert grid.thumbnail(CHECKSUM).startswith("data:image/svg+xml,")
    resources.store().put("thumbnails", CHECKSUM, b"found again")
    assert grid.thumbnail(CHECKSUM).startswith("data:image/webp;base64,")


def _page() -> None:
    from dashboard.grid import Badge, Cell, image_grid

    image_grid(
        [
            Cell(7, ("data:,a",), "<b>Ada</b>", "Ada", (Badge("fake", "fake"),)),
            Cell(8, ("data:,b", "data:,c"), "Two", "Two", dimmed=True),
        ],
        key="some",
        label="Images",
        on_open=print,
        strip=True,
    )


def test_grid_sends_its_cells_as_data() -> None:
    app = AppTest.from_function(_page, default_timeout=60).run()
    assert not app.exception
    data = json.loads(app.main.children[0].proto.json)
    assert [cell["id"] for cell in data["cells"]] == [7, 8]
    assert data["cells"][0]["title"] == "<b>Ada</b>"
    assert data["cells"][0]["badges"] == [{"text": "fake", "tone": "fake"}]
    assert data["cells"][1]["dimmed"] is True
    assert data["strip"] is True
    assert data["acts"] is False
    assert data["acknowledged"] == {"nonce": "", "number": 0}
    assert data["selectable"] is True


def test_script_writes_strings_only_as_text() -> None:
    """Names of files and people come from strangers: none may become HTML."""
    script = (Path(grid.__file__).parent / "grid.js").read_text("utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in script
    assert "textContent" in script
