import base64
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core.types import Box
from dashboard import boxes
from dashboard.boxes.acts import ACTIONS, FARTHEST_PX, PARTS, Change, read

HERE = Path(boxes.__file__).parent
BOX = [1, 2.5, 30, 40]


def item(action: Any = "place", face: Any = 7, part: Any = "nose", box: Any = None) -> Any:
    return {"number": 1, "action": action, "face": face, "part": part, "box": box or BOX}


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (item(), Change("place", 7, "nose", Box(1, 2.5, 30, 40))),
        (item(part="face"), Change("place", 7, "face", Box(1, 2.5, 30, 40))),
        (item("hide"), Change("hide", 7, "nose")),
        (item("add", face=None), Change("add", box=Box(1, 2.5, 30, 40))),
        (item("undo", face="x"), Change("undo")),
    ],
)
def test_finished_changes_are_read(told: Any, wanted: Change) -> None:
    assert read(told, {7}) == wanted


@pytest.mark.parametrize(
    "told",
    [
        {},
        item("drop table"),
        item(["place"]),
        item(face=8),
        item(face=True),
        item(face="7"),
        item(face=[7]),
        item(part="beard"),
        item(part=["nose"]),
        item("hide", part={}),
        item(box=[1, 2, 3]),
        item(box="1234"),
        item(box=[1, 2, 3, "4"]),
        item(box=[1, 2, True, 4]),
        item(box=[1, 2, 0, 4]),
        item(box=[1, 2, 3, -4]),
        item(box=[math.nan, 2, 3, 4]),
        item(box=[1, 2, math.inf, 4]),
        item(box=[1, 2, FARTHEST_PX * 2, 4]),
        item(box=[10**400, 2, 3, 4]),
        item("add", box=[1, 2, 3]),
    ],
)
def test_what_is_no_change_is_none(told: Any) -> None:
    assert read(told, {7}) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(
    action=st.sampled_from(sorted(ACTIONS)) | JSON,
    face=st.integers(6, 8) | JSON,
    part=st.sampled_from(PARTS) | JSON,
    box=st.lists(st.floats(-10, 500), min_size=4, max_size=4) | JSON,
)
def test_any_word_of_the_browser_is_a_sound_change_or_none(
    action: Any, face: Any, part: Any, box: Any
) -> None:
    change = read({"action": action, "face": face, "part": part, "box": box}, {7})
    if change is None:
        return
    assert change.action in ACTIONS
    assert change.face in (None, 7)
    assert change.part in PARTS
    if change.action in ("place", "add"):
        assert change.box is not None
        assert min(change.box.width, change.box.height) > 0


def _page() -> None:
    from core.types import Box
    from dashboard.boxes import Part, Picture, picture_boxes

    picture_boxes(
        Picture(b"GIF89a", 300, 200, "<b>Ada</b>"),
        [
            Part(7, "face", Box(10, 20, 30, 40), "found by <i>YuNet</i>"),
            Part(7, "left ear", Box(1, 2, 3, 4), "an estimate", is_estimated=True),
            Part(7, "nose", None, ""),
        ],
        key="some",
    )


def test_boxes_are_sent_as_data() -> None:
    app = AppTest.from_function(_page, default_timeout=60).run()
    assert not app.exception
    data = json.loads(app.main.children[0].proto.json)
    assert base64.b64decode(data["source"].partition(",")[2]) == b"GIF89a"
    assert (data["width"], data["height"], data["alt"]) == (300, 200, "<b>Ada</b>")
    assert [part["box"] for part in data["parts"]] == [[10, 20, 30, 40], [1, 2, 3, 4], None]
    assert [part["is_estimated"] for part in data["parts"]] == [False, True, False]
    assert data["parts"][0]["source"] == "found by <i>YuNet</i>"
    assert data["editable"] is False
    assert data["acknowledged"] == {"nonce": "", "number": 0}


def test_scripts_write_strings_only_as_text() -> None:
    script = "".join(file.read_text("utf-8") for file in sorted(HERE.glob("*.js")))
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in script
    assert "textContent" in script
