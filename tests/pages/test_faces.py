import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.faces.cues import FACES_VERSION
from core.faces.drawn import drawn_face
from core.types import Box, FaceDetail, Feature, ImageRecord, Status
from dashboard import browsing, faces_view, resources
from dashboard.boxes import Change
from dashboard.settings import Settings
from db import checks, corrections, faces, images, statuses
from db.engine import writing

OpenPage = Callable[..., AppTest]
LARGE, SMALL = Box(100, 60, 100, 120), Box(10, 10, 40, 50)
FACELESS = 14


def measure(image_id: int, boxes: Sequence[Box]) -> list[int]:
    """Store these faces of an image as the job would; return their numbers."""
    details = [
        FaceDetail(
            face=replace(drawn_face(box), confidence=0.9),
            features={Feature.NOSE: box},
            scores={"face_size": min(box.width, box.height), "faces": float(len(boxes))},
        )
        for box in boxes
    ]
    with writing(resources.database()) as session:
        faces.replace_faces(session, image_id, details, FACES_VERSION)
        return list(faces.faces_of(session, image_id))


def image(number: int) -> ImageRecord:
    with resources.session() as session:
        return images.get_image(session, number)


def components(app: AppTest) -> list[dict[str, Any]]:
    """Return the data of the components on the page."""
    assert not app.exception
    blocks, found = [app.main], []
    while blocks:
        block = blocks.pop(0)
        blocks += list(getattr(block, "children", {}).values())
        proto = getattr(block, "proto", None)
        if type(proto).__name__ == "BidiComponent":
            found.append(json.loads(proto.json))  # type: ignore[union-attr]
    return found


def cells(app: AppTest) -> list[int]:
    (grid,) = [each for each in components(app) if "cells" in each]
    return [cell["id"] for cell in grid["cells"]]


def boxes(app: AppTest) -> dict[str, Any]:
    (found,) = [each for each in components(app) if "parts" in each]
    return found


def test_images_without_a_face_come_first(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("faces.py")
    assert cells(app) == [FACELESS]
    counts = [option.content for option in app.button_group[0].proto.options]
    assert counts[:2] == ["No face (1)", "Several faces (0)"]
    assert counts[4] == "Not measured yet (20)"


def test_images_with_several_faces_are_listed_with_the_most_first(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    measure(2, [LARGE, SMALL])
    measure(5, [LARGE, SMALL, Box(220, 150, 40, 50)])
    app = open_page("faces.py", kind="several")
    assert cells(app) == [5, 2]
    (grid,) = components(app)
    assert grid["cells"][0]["badges"][-1]["text"] == "3 faces"
    assert grid["cells"][0]["images"][0].count("<rect") == 6


def test_small_faces_are_those_below_the_line_that_is_kept(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    measure(2, [SMALL])
    measure(3, [LARGE])
    assert cells(open_page("faces.py", kind="small")) == [2]
    with writing(resources.database()) as session:
        checks.set_threshold(session, faces_view.SIZE, 100.5, actor="tester")
    assert cells(open_page("faces.py", kind="small")) == [2, 3]


def test_no_small_face_is_known_before_any_is_measured(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("faces.py", kind="small")
    assert "No face in the next version is smaller than the line." in [i.value for i in app.info]


def test_corrected_images_are_listed(seeded_home: Settings, open_page: OpenPage) -> None:
    measure(1, [LARGE])
    (face,) = measure(3, [LARGE])
    with writing(resources.database()) as session:
        corrections.correct_face(session, 3, face, SMALL, actor="tester")
    assert cells(open_page("faces.py", kind="corrected")) == [3]


def test_waiting_images_offer_the_job(seeded_home: Settings, open_page: OpenPage) -> None:
    measure(1, [LARGE])
    app = open_page("faces.py", kind="waiting")
    assert len(cells(app)) == 19
    app.button(key="start-faces").click().run()
    assert [job.kind for job in resources.jobs().list_jobs(1)] == ["faces"]
    assert not app.exception
    assert [button.label for button in app.button if button.label == "Cancel"] == ["Cancel"]


@pytest.mark.parametrize(("page", "n"), [("2", 8), ("99", 12), ("x", 12)])
def test_pages_come_from_the_url(
    page: str,
    n: int,
    seeded_home: Settings,
    open_page: OpenPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(faces_view, "PAGE_SIZE", 12)
    monkeypatch.setattr(browsing, "PAGE_SIZE", 12)
    assert len(cells(open_page("faces.py", kind="waiting", page=page))) == n


def test_unknown_kind_falls_back(seeded_home: Settings, open_page: OpenPage) -> None:
    assert cells(open_page("faces.py", kind="<b>")) == [FACELESS]


def test_empty_installation_leads_to_import(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("faces.py")
    assert not app.exception
    assert "No images yet." in [text.value for text in app.markdown]


def test_exclusion_is_undone_where_the_list_became_empty(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("faces.py")
    with writing(resources.database()) as session:
        statuses.exclude(session, [FACELESS], "no face", actor="tester")
    app.run()
    assert components(app) == []
    app.button(key="undo-relabel").click().run()
    assert image(FACELESS).status is Status.ACTIVE
    assert cells(app) == [FACELESS]


def test_boxes_of_an_image_are_drawn_with_their_parts(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    first, second = measure(1, [LARGE, SMALL])
    found = boxes(open_page("browse.py", image=image(1).checksum))
    assert (found["width"], found["height"], found["editable"]) == (300, 240, True)
    drawn = [(part["face"], part["part"]) for part in found["parts"] if part["box"]]
    assert drawn == [(first, "face"), (first, "nose"), (second, "face"), (second, "nose")]


def test_unmeasured_image_shows_the_imports_face_and_offers_the_job(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("browse.py", image=image(1).checksum)
    found = boxes(app)
    assert (found["editable"], len(found["parts"])) == (False, 1)
    assert app.button(key="start-faces").label == "Measure the faces"


def test_cues_stand_beside_the_picture(seeded_home: Settings, open_page: OpenPage) -> None:
    measure(1, [SMALL])
    app = open_page("browse.py", image=image(1).checksum)
    assert "Small face: **40** px :orange-badge[flagged]" in [each.value for each in app.markdown]


def test_what_is_no_face_is_taken_away_with_its_history(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    measure(1, [LARGE])
    (face,) = boxes_numbers(1)
    app = open_page("browse.py", image=image(1).checksum)
    app.button(key=f"not-a-face-{face}").click().run()
    assert image(1).n_faces == 0
    history = app.dataframe[1].value
    assert list(history["What"]) == [f"Not a face (face {face})"]
    assert list(history["Change"]) == ["box: 100, 60, 100, 120 → none"]


def boxes_numbers(image_id: int) -> list[int]:
    with resources.session() as session:
        return list(faces.faces_of(session, image_id))


def _change_boxes() -> None:
    """Do what the component tells, one change after the other."""
    import streamlit as st

    from dashboard import face_panel

    for change in st.session_state["changes"]:
        face_panel.change_boxes(1, change)


def test_changes_are_stored_in_order_and_bad_ones_are_told(seeded_home: Settings) -> None:
    (face,) = measure(1, [LARGE])
    app = AppTest.from_function(_change_boxes, default_timeout=60)
    app.session_state["changes"] = [
        Change("place", face, "nose", Box(1, 2, 3, 4)),
        Change("place", face, "nose", Box(5, 6, 7, 8)),
        Change("hide", face, "nose"),
        Change("place", face, "face", SMALL),
        Change("add", box=LARGE),
        Change("place", 999, "nose", Box(1, 2, 3, 4)),
        Change("add", box=Box(900, 900, 5, 5)),
        Change("hide", face),
        Change("undo"),
        Change("undo"),
    ]
    app.run()
    assert not app.exception
    with resources.session() as session:
        (detail,) = faces.faces_of(session, 1).values()
        acts = [event.action for event, _ in corrections.history(session, 1)]
    assert (detail.face.box, dict(detail.features)) == (SMALL, {})
    assert acts.count("correct box") == 4
    told = [message for message, _ in app.session_state["messages"]]
    assert "Received 999" in told[0]
    assert "Expected a box" in told[1]
    assert told[2:] == [
        "Taken away: not a face. Undo (Z) brings it back.",
        "Your correction of the face is undone.",
        "Your correction of the face is undone.",
    ]
