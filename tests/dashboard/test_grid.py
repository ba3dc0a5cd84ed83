import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import grid, resources
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


def test_thumbnail_holds_the_stored_bytes(home: Path) -> None:
    resources.store().put("thumbnails", CHECKSUM, b"RIFF....WEBP")
    kind, data = grid.thumbnail(CHECKSUM).split(",", 1)
    assert kind == "data:image/webp;base64"
    assert base64.b64decode(data) == b"RIFF....WEBP"


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
    assert data["selectable"] is True


def test_script_writes_strings_only_as_text() -> None:
    """Names of files and people come from strangers: none may become HTML."""
    script = (Path(grid.__file__).parent / "grid.js").read_text("utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in script
    assert "textContent" in script
