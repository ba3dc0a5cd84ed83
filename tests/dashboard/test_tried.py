import os
import stat
from pathlib import Path
from typing import Any

import pytest

from core.errors import InvalidInput
from core.types import Box, Face, Feature
from dashboard.home import clear_dead_scratch
from dashboard.settings import Settings
from dashboard.tried import (
    Familiarity,
    Handover,
    Refused,
    Spectra,
    Tried,
    clear_stale,
    waiting_files,
)

FACE = Face(Box(10, 20, 60, 80), ((20.0, 40.0),) * 5, 0.93)


def tried(**changes: Any) -> Tried:
    """What a look at a picture with one face found."""
    values: dict[str, Any] = {
        "checksum": "ab" * 32,
        "size_bytes": 1234,
        "format": "JPEG",
        "width_px": 200,
        "height_px": 160,
        "notes": ("CMYK converted to RGB",),
        "picture": b"\xff\xd8 picture",
        "faces": (FACE,),
        "judged": 0,
        "features": {Feature.NOSE: Box(30, 40, 10, 12)},
        "cues": {"face_blur": 50.0, "teeth": None},
        "checks": {"blur": 12.5},
        "embedding": (0.6, 0.8, *[0.0] * 126),
        "phash": "00ff" * 4,
        "score": 0.7,
        "crop": b"\x89PNG crop",
        "heat": ((0.0, 1.0), (-0.5, 0.0)),
        "survival": (0.7, 0.69, 0.6, 0.4, 0.7, 0.65, 0.3),
        "spectrum": b"\x89PNG spectrum",
        "profile": (-3.0,) * 64,
        "genuine": Spectra(200, (-4.0,) * 64, (-3.5,) * 64, (-3.0,) * 64),
        "familiarity": Familiarity(4, 200),
        "seconds": {"detector": 0.5},
    }
    return Tried(**values | changes)


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, user="ada")


def test_a_picture_and_its_answer_travel_and_leave_nothing(home: Settings) -> None:
    page = Handover.begin(home, b"some picture")
    assert page.take() is None
    worker = Handover(home, page.place)
    assert worker.take_image() == b"some picture"
    assert worker.take_image() is None
    worker.give(tried())
    assert page.take() == tried()
    assert page.take() is None
    assert page.take_survival() is None
    worker.give_survival([0.5, 0.25])
    assert page.take_survival() == (0.5, 0.25)
    assert not waiting_files(home)
    page.drop()
    assert not any(home.folder("tmp").glob("*/*"))


@pytest.mark.parametrize("answer", [Refused("Expected one. Received none."), tried(judged=None)])
def test_every_answer_arrives_as_it_was_given(home: Settings, answer: Tried | Refused) -> None:
    page = Handover.begin(home, b"")
    Handover(home, page.place).give(answer)
    assert page.take() == answer


def test_only_this_user_may_read_it(home: Settings) -> None:
    Handover.begin(home, b"private")
    (path,) = waiting_files(home)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_taken_back_is_gone(home: Settings) -> None:
    page = Handover.begin(home, b"x")
    page.drop()
    page.drop()
    assert Handover(home, page.place).take_image() is None
    assert not waiting_files(home)


def test_an_answer_to_what_was_taken_back_is_not_written(home: Settings) -> None:
    page = Handover.begin(home, b"x")
    worker = Handover(home, page.place)
    worker.take_image()
    assert worker.is_awaited
    page.drop()
    assert not worker.is_awaited
    worker.give(tried())
    worker.give_survival([0.5])
    assert not any(home.folder("tmp").glob("*/*"))


def test_what_nobody_fetches_is_cleared(home: Settings) -> None:
    old, new = Handover.begin(home, b"old"), Handover.begin(home, b"new")
    path = next(each for each in waiting_files(home) if each.read_bytes() == b"old")
    os.utime(path.parent, (0, 0))
    clear_stale(home)
    assert not path.parent.exists()
    assert Handover(home, old.place).take_image() is None
    assert Handover(home, new.place).take_image() == b"new"


def test_an_answer_to_a_page_that_has_ended_is_dropped(home: Settings) -> None:
    folder = home.folder("tmp") / "999999999"
    folder.mkdir()
    gone = Handover(home, f"999999999/{'0' * 32}")
    clear_dead_scratch(home)
    gone.give(tried())
    assert not folder.exists()


@pytest.mark.parametrize(
    "place", ["", "../x", "1/../../etc/passwd", "a/b", f"1/{'0' * 31}", "1/\n"]
)
def test_a_place_from_outside_is_refused(home: Settings, place: str) -> None:
    with pytest.raises(InvalidInput, match="Expected the place of a tried image"):
        Handover(home, place)
