from collections.abc import Callable

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from core.types import Box, Face, FaceDetail
from dashboard import filtering, quality_checks, quality_view, resources
from dashboard.quality_checks import ACTIVE, ALL, FACE, GROUPS
from dashboard.settings import Settings
from db import checks, faces, images, statuses, tags
from db.catalogue import Sort
from db.engine import writing
from db.images import ImageFilter, Range
from db.tables import ImageRow
from tests.pages.conftest import N_IMAGES

OpenPage = Callable[..., AppTest]
MEASURED = [name for name in GROUPS[FACE] if quality_checks.column_of(name) != "n_faces"]
DETAIL = FaceDetail(
    Face(Box(1, 2, 30, 40), ((1.0, 1.0),) * 5, 0.9),
    scores={"face_blur": 12.0, "teeth": None, "faces": 1.0},
)


def labels(app: AppTest) -> list[str]:
    return [each.label for each in app.button]


def told(app: AppTest) -> str:
    return " ".join(each.value for each in [*app.markdown, *app.caption, *app.info])


def test_an_empty_installation_leads_to_import(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("quality.py")
    assert not app.exception
    assert [each.label for each in app.button] == ["Import images"]


@pytest.mark.parametrize("name", ALL)
def test_every_check_has_its_screen(seeded_home: Settings, open_page: OpenPage, name: str) -> None:
    app = open_page("quality.py", check=name)
    assert not app.exception
    assert ALL[name].explanation in told(app)
    assert ("Measure faces" in labels(app)) == (name in GROUPS[FACE])
    assert ("No face was measured yet." in told(app)) == (name in MEASURED)


def test_an_unknown_check_in_the_address_shows_the_first(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("quality.py", check="<b>nothing")
    assert not app.exception
    assert ALL["blur"].explanation in told(app)


def test_a_pill_goes_into_the_address(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("quality.py")
    app.button_group(key="checks-face").set_value("no_face").run()
    assert app.query_params["check"] == "no_face"
    assert app.button_group(key="checks-image").value is None
    assert ALL["no_face"].explanation in told(app)


def test_the_pills_say_what_each_check_flags(seeded_home: Settings, open_page: OpenPage) -> None:
    with resources.session() as session:
        standing = quality_checks.load_standing(session)
        n_faceless = resources.catalogue().count(session, ImageFilter(faceless=True))
    assert standing.flagged["no_face"] == n_faceless == 1
    app = open_page("quality.py")
    assert "No face **1**" in app.button_group(key="checks-face").options


def test_measured_faces_are_shown(seeded_home: Settings, open_page: OpenPage) -> None:
    with writing(resources.database()) as session:
        faces.replace_faces(session, 1, [DETAIL], "faces-of-old")
    app = open_page("quality.py", check="face_blur")
    assert not app.exception
    assert app.number_input(key="line-face_blur").value == ALL["face_blur"].threshold
    assert f"{N_IMAGES - 1} images without this figure" in told(app)
    app = open_page("quality.py", check="teeth")
    assert "No face was measured yet." in told(app)


def test_the_line_is_kept_and_put_back(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("quality.py", check="information")
    app.number_input(key="line-information").set_value(7.5).run()
    app.button(key="keep-this-line").click().run()
    with resources.session() as session:
        assert checks.thresholds(session) == {"information": 7.5}
    app.button(key="undo").click().run()
    assert app.number_input(key="line-information").value == ALL["information"].threshold
    with resources.session() as session:
        assert checks.thresholds(session) == {}


def test_what_is_flagged_is_tagged_excluded_and_taken_back(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("quality.py", check="short_side")
    app.number_input(key="line-short_side").set_value(1000.0).run()
    app.button(key="tag").click().run()
    with resources.session() as session:
        assert tags.list_tags(session) == {"small": N_IMAGES}
    app.button(key="exclude").click().run()
    with resources.session() as session:
        assert resources.catalogue().count(session, ACTIVE) == 0
        assert images.get_image(session, 1).status_reason == "small: below 1000"
    app.button(key="undo").click().run()
    with resources.session() as session:
        assert resources.catalogue().count(session, ACTIVE) == N_IMAGES
        assert tags.list_tags(session) == {"small": N_IMAGES}
    app.button(key="undo").click().run()
    with resources.session() as session:
        assert tags.list_tags(session) == {}
    app.button(key="undo").click().run()
    assert "left to undo" in app.toast[-1].value


def test_what_is_excluded_is_not_flagged(seeded_home: Settings) -> None:
    with writing(resources.database()) as session:
        before = quality_checks.load(session, "short_side")
        statuses.exclude(session, [1, 2], "by hand", actor="ada")
    with resources.session() as session:
        after = quality_checks.load(session, "short_side")
    assert len(after.values) == len(before.values) - 2


def test_only_the_bad_side_of_the_line_is_flagged(seeded_home: Settings) -> None:
    with resources.session() as session:
        measured = quality_checks.load(session, "short_side")
        line = float(measured.values.max())
        found = quality_checks.worst(session, measured, line, quality_view.N_SHOWN)
    assert quality_checks.count_beyond(measured, line) == int((measured.values < line).sum())
    assert len(found) == quality_checks.count_beyond(measured, line)
    sides = [min(image.width_px, image.height_px) for image in found]
    assert sides == sorted(sides)


@pytest.mark.parametrize("name", ["short_side", "information", "faces", "no_face", "bright"])
def test_browse_opens_on_the_very_images(seeded_home: Settings, name: str) -> None:
    with resources.session() as session:
        measured = quality_checks.load(session, name)
        line = float(measured.values[0])
        query = quality_checks.browse_query(measured, line)
        names = {filtering.title_of(each): each for each in resources.catalogue().measures(session)}
        low, high = (float(query[side]) if side in query else None for side in ("low", "high"))
        wanted = Range(names[query["measure"]], low, high)
        sort = Sort(names[query["sort"]], is_descending="down" in query)
        ids, n = resources.catalogue().find(
            session, ImageFilter(status=ACTIVE.status, ranges=(wanted,)), sort
        )
        assert ids == quality_checks.find_flagged(session, measured, line)
        assert n == quality_checks.count_beyond(measured, line)


def test_images_measured_the_old_way_are_told_and_measured(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    assert "Measure again" not in labels(open_page("quality.py"))
    with writing(resources.database()) as session:
        session.execute(update(ImageRow).where(ImageRow.id < 4).values(scores_version="checks-0"))
    for page in ("overview.py", "quality.py"):
        app = open_page(page)
        assert not app.exception
        assert "3 images were measured the old way" in told(app)
    app.button(key="start-measure").click().run()
    (job,) = [job for job in resources.jobs().list_jobs() if job.kind == "measure"]
    assert job.is_active
    assert "Measure again" not in labels(app)
    assert "Measure again" not in labels(open_page("overview.py"))
