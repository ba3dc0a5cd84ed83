from collections.abc import Callable, Sequence

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.types import Box, Face, FaceDetail, Label
from dashboard import resources
from dashboard.filtering import AMONG
from dashboard.settings import Settings
from db import faces, images, map_points, tags
from db.engine import writing

OpenPage = Callable[..., AppTest]
POINTS = ((120.0, 90.0), (180.0, 90.0), (150.0, 120.0), (125.0, 150.0), (175.0, 150.0))


def describe(ids: Sequence[int]) -> None:
    """Give the largest face of these images a vector."""
    rng = np.random.default_rng(0)
    with writing(resources.database()) as session:
        for image_id in ids:
            drawn = rng.normal(size=128)
            vector = (drawn / np.linalg.norm(drawn)).astype(np.float32)
            face = Face(Box(100, 60, 100, 120), POINTS, 0.9)
            faces.replace_faces(session, image_id, [FaceDetail(face, embedding=vector)], "v1")


def draw(ids: Sequence[int]) -> None:
    """Put these images on the map."""
    with writing(resources.database()) as session:
        places = np.array([[i, i] for i in ids], np.float32)
        map_points.add_points(session, np.array(ids), places)


def words(app: AppTest) -> str:
    return " ".join(each.value for each in [*app.markdown, *app.caption])


def newest_job() -> tuple[str, object]:
    job = resources.jobs().list_jobs()[0]
    return job.kind, job.arguments.get("anew")


def test_without_images_the_way_leads_to_import(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("map.py")
    assert not app.exception
    assert "once there are images" in words(app)


def test_without_faces_a_button_measures_them(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("map.py")
    app.button(key="start-faces").click().run()
    assert not app.exception
    assert newest_job() == ("faces", None)


def test_without_a_map_a_button_draws_it(seeded_home: Settings, open_page: OpenPage) -> None:
    describe([1, 2, 3])
    app = open_page("map.py")
    assert "3 described faces" in words(app)
    app.button(key="start-map").click().run()
    assert not app.exception
    assert newest_job() == ("map", False)


def test_new_images_are_announced_and_the_map_is_updated(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    describe([1, 2, 3])
    draw([1, 2])
    app = open_page("map.py")
    assert "1 new image is not on the map" in words(app)
    describe([4])
    assert "2 new images are not on the map" in words(app.run())
    app.button(key="start-map").click().run()
    assert newest_job() == ("map", False)
    draw([3, 4])
    app = open_page("map.py")
    assert "not on the map" not in words(app)


def test_the_map_is_drawn_anew(seeded_home: Settings, open_page: OpenPage) -> None:
    describe([1, 2])
    draw([1, 2])
    app = open_page("map.py")
    app.button(key="start-anew").click().run()
    assert not app.exception
    assert newest_job() == ("map", True)


@pytest.mark.parametrize(
    "colour", ["Label", "Identity", "Generator", "Split", "Tag", "Width, px", "<b>"]
)
def test_points_are_coloured_by_what_the_url_says(
    seeded_home: Settings, open_page: OpenPage, colour: str
) -> None:
    describe(range(1, 19))
    draw(range(1, 19))
    with writing(resources.database()) as session:
        tags.add_tag(session, [1, 2], "<i>blurred</i>", actor="tester")
    app = open_page("map.py", colour=colour)
    assert not app.exception
    assert app.selectbox(key="colour").value in (colour.lower(), "width_px", "label")
    assert "means nothing" in words(app)


def selected(ids: str) -> AppTest:
    """Run what the page draws of the images inside of a lasso."""
    return AppTest.from_string(
        f"from dashboard import map_view\nmap_view.show_selected({ids})", default_timeout=60
    ).run()


def label_of(number: int) -> Label:
    with resources.session() as session:
        return images.get_image(session, number).label


def tags_of(number: int) -> list[str]:
    with resources.session() as session:
        return tags.tags_of(session, number)


def test_what_a_lasso_holds_is_labelled_and_taken_back(seeded_home: Settings) -> None:
    app = selected("[1, 2, 3]")
    assert not app.exception
    assert "**3 images**" in words(app)
    app.button(key="map-fake").click().run()
    assert [label_of(i) for i in (1, 2, 3, 4)] == [Label.FAKE] * 3 + [Label.GENUINE]
    app.button(key="undo-relabel").click().run()
    assert not app.exception
    assert [label_of(i) for i in (1, 2, 3)] == [Label.GENUINE] * 3


def test_what_a_lasso_holds_is_tagged_and_taken_back(seeded_home: Settings) -> None:
    app = selected("[1, 2]")
    app.text_input(key="map-tag").set_value("look again").run()
    app.button(key="map-put-tag").click().run()
    assert not app.exception
    assert tags_of(1) == tags_of(2) == ["look again"]
    app.button(key="undo-relabel").click().run()
    assert tags_of(1) == []


def test_what_a_lasso_holds_opens_in_browse(seeded_home: Settings) -> None:
    app = selected("[1, 2]")
    app.button(key="map-browse").click().run()  # the page to go to is not part of this script
    assert app.session_state[AMONG] == {1, 2}


def test_an_empty_lasso_says_what_to_do(seeded_home: Settings) -> None:
    app = selected("[]")
    assert "Draw around" in app.info[0].value
