from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.types import Box, Face, FaceDetail
from dashboard import resources, similar
from dashboard.settings import Settings
from db import faces, images
from db.engine import writing

OpenPage = Callable[..., AppTest]
POINTS = ((120.0, 90.0), (180.0, 90.0), (150.0, 120.0), (125.0, 150.0), (175.0, 150.0))
TURN = 0.1


def describe(*numbers: int, turn: float = TURN) -> None:
    """Give images faces on a circle: the further apart the numbers, the less alike."""
    with writing(resources.database()) as session:
        for number in numbers:
            vector = np.zeros(128, np.float32)
            vector[:2] = np.cos(turn * number), np.sin(turn * number)
            face = Face(Box(100, 60, 100, 120), POINTS, 0.9)
            faces.replace_faces(session, number, [FaceDetail(face, embedding=vector)], "v1")


def checksum(number: int) -> str:
    with resources.session() as session:
        return images.get_image(session, number).checksum


def found(number: int, limit: int = 9) -> similar.Similar:
    with resources.session() as session:
        return similar.find_similar(session, images.get_image(session, number), limit)


def words(app: AppTest) -> str:
    return " ".join(each.value for each in [*app.markdown, *app.caption])


def test_the_most_alike_faces_come_first_without_the_image_itself(seeded_home: Settings) -> None:
    describe(1, 2, 4, 9)
    near = found(2)
    assert near.by_face
    assert [image.id for image in near.found] == [1, 4, 9]
    assert near.figures == pytest.approx([np.cos(TURN * n) for n in (1, 2, 7)], abs=1e-3)
    assert [image.id for image in found(2, limit=1).found] == [1]
    describe(3)
    assert {image.id for image in found(2, limit=2).found} == {1, 3}


def test_equal_faces_are_others_too(seeded_home: Settings) -> None:
    describe(1, 2, 3, turn=0)
    assert [image.id for image in found(3, limit=2).found] == [1, 2]
    assert [image.id for image in found(1, limit=1).found] == [2]


def test_without_a_described_face_the_whole_pictures_are_compared(seeded_home: Settings) -> None:
    describe(1, 2)
    near = found(5, limit=3)
    assert not near.by_face
    assert len(near.found) == 3
    assert 5 not in [image.id for image in near.found]
    assert near.figures == sorted(near.figures)
    assert all(0 <= bits <= 64 for bits in near.figures)


def test_an_image_shows_a_strip_and_the_way_to_all(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    describe(1, 2)
    app = open_page("browse.py", image=checksum(1))
    assert not app.exception
    assert "**Similar faces**" in words(app)
    app = open_page("browse.py", image=checksum(5))
    assert not app.exception
    assert "**Look-alikes**" in words(app)


def test_the_page_limits_by_cosine(seeded_home: Settings, open_page: OpenPage) -> None:
    describe(1, 2, 4, 15)
    app = open_page("similar.py", image=checksum(1))
    assert not app.exception
    assert "3 of the nearest 3" in words(app)
    app.slider(key="least").set_value(0.9).run()
    assert "2 of the nearest 3" in words(app)
    app.button(key="set-least").click().run()
    assert not app.exception
    assert app.slider(key="least").value == 0.36
    app.slider(key="least").set_value(1.0).run()
    assert "No image lies within" in app.info[0].value


def test_the_page_limits_by_bits(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("similar.py", image=checksum(5))
    assert "19 of the nearest 19" in words(app)
    app.button(key="set-most").click().run()
    assert not app.exception
    assert app.slider(key="most").value == 6


@pytest.mark.parametrize("asked", ["", "<b>x</b>", "0" * 64])
def test_an_unknown_image_is_no_error(
    seeded_home: Settings, open_page: OpenPage, asked: str
) -> None:
    app = open_page("similar.py", image=asked)
    assert not app.exception
    assert app.error or "others like it" in words(app)
