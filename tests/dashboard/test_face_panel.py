from dataclasses import replace

import pytest

from core.faces.drawn import drawn_face
from core.types import Box, FaceDetail, Feature
from dashboard import face_panel
from dashboard.boxes import PARTS
from dashboard.face_panel import Faces
from tests.records import record

BOX = Box(20, 10, 40, 30)
DETAIL = FaceDetail(
    face=replace(drawn_face(BOX), confidence=0.93),
    features={Feature.NOSE: Box(30, 20, 5, 6), Feature.LEFT_EAR: Box(5, 10, 6, 9)},
    scores={"face_blur": 12.5, "face_size": 30.0, "teeth": None},
)
IMAGE = record(width_px=320, height_px=160, face=drawn_face(BOX))


def test_every_part_of_a_face_says_whose_measure_it_is() -> None:
    found = Faces({7: DETAIL}, {7: {"nose": "bob"}}, can_correct=True)
    parts = {part.part: part for part in face_panel.parts_of(IMAGE, found)}
    assert list(parts) == list(PARTS)
    assert parts["face"].source == "found by YuNet, confidence 0.93"
    assert (parts["nose"].source, parts["nose"].box) == ("corrected by bob", Box(30, 20, 5, 6))
    assert (parts["left ear"].is_estimated, parts["nose"].is_estimated) == (True, False)
    assert parts["lips"].box is None


def test_an_ear_that_a_person_placed_is_no_estimate() -> None:
    found = Faces({7: DETAIL}, {7: {"left ear": "bob"}}, can_correct=True)
    parts = {part.part: part for part in face_panel.parts_of(IMAGE, found)}
    assert not parts["left ear"].is_estimated


def test_before_they_are_measured_the_imports_box_is_drawn() -> None:
    (part,) = face_panel.parts_of(IMAGE, Faces())
    assert (part.part, part.box) == ("face", BOX)
    assert "not measured yet" in part.source
    assert face_panel.parts_of(replace(IMAGE, face=None), Faces()) == []


@pytest.mark.parametrize(
    ("name", "value", "lines", "told"),
    [
        ("face_size", 63.9, {}, r"Small face: **63.9** px :orange-badge[flagged]"),
        ("face_size", 63.9, {"face_size": 20.0}, r"Small face: **63.9** px"),
        ("teeth", None, {}, "Much teeth: cannot tell"),
        ("faces", 2.0, {}, "Several faces: **2** faces :orange-badge[flagged]"),
    ],
)
def test_a_cue_is_flagged_by_the_line_that_is_kept(
    name: str, value: float | None, lines: dict[str, float], told: str
) -> None:
    assert face_panel.cue(name, value, lines) == told
