from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.images.quality import CHECKS
from dashboard import quality_view, resources
from dashboard.settings import Settings
from db import checks, tags
from db.images import ImageFilter

OpenPage = Callable[..., AppTest]


def test_an_empty_installation_leads_to_import(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("quality.py")
    assert not app.exception
    assert [each.label for each in app.button] == ["Import images"]


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_has_its_screen(seeded_home: Settings, open_page: OpenPage, name: str) -> None:
    app = open_page("quality.py", check=CHECKS[name].title)
    assert not app.exception
    with resources.session() as session:
        measured = quality_view.load(session, name)
    if measured is not None and len(measured.values):
        assert any(CHECKS[name].explanation in each.value for each in app.markdown)


def test_the_line_is_kept_and_what_it_flags_is_tagged(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("quality.py", check="Little to see")
    top = app.slider(key="line-information").max
    app.slider(key="line-information").set_value(top).run()
    app.button(key="keep-line").click().run()
    app.button(key="tag-flagged").click().run()
    with resources.session() as session:
        assert checks.thresholds(session)["information"] == top
        values = resources.catalogue().values(session, "information", ImageFilter())
        n_below = int((values < top).sum())
        assert tags.list_tags(session) == ({"little to see": n_below} if n_below else {})


def test_only_the_bad_side_of_the_line_is_flagged(seeded_home: Settings) -> None:
    with resources.session() as session:
        measured = quality_view.load(session, "short_side")
        assert measured is not None
        line = float(measured.values.max())
        found, n_flagged = quality_view.find_flagged(session, measured, line)
    assert n_flagged == int((measured.values < line).sum())
    sides = [min(image.width_px, image.height_px) for image in found]
    assert sides == sorted(sides)
