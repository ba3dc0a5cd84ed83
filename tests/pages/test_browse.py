import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.types import ImageRecord, Label
from dashboard import resources
from dashboard.settings import Settings
from dashboard.text import plain
from db import images, tags
from db.catalogue import Catalogue
from db.images import ImageFilter, Range

OpenPage = Callable[..., AppTest]


def image(number: int) -> ImageRecord:
    with resources.session() as session:
        return images.get_image(session, number)


def grids(app: AppTest) -> list[dict[str, Any]]:
    """Return the data of the grids on the page."""
    found = []
    for block in [app.main, *app.main]:
        proto = getattr(block, "proto", None)
        if type(proto).__name__ == "BidiComponent":
            found.append(json.loads(proto.json))  # type: ignore[union-attr]
    return found


def only_grid(app: AppTest) -> list[dict[str, Any]]:
    assert not app.exception
    (grid,) = grids(app)
    cells: list[dict[str, Any]] = grid["cells"]
    return cells


def test_grid_shows_all_images_with_names_and_labels(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("browse.py")
    cells = only_grid(app)
    assert len(cells) == 20
    assert cells[0]["title"] == "Ada_Lovelace"
    assert cells[0]["badges"] == [{"text": "genuine", "tone": "genuine"}]
    assert cells[12]["title"] == image(13).checksum[:12]
    assert "**20 images**" in [text.value for text in app.markdown]


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ({"label": "fake"}, 6),
        ({"label": "unknown"}, 2),
        ({"identity": "Grace_Hopper"}, 5),
        ({"generator": "self-blended"}, 6),
        ({"version": "1", "split": "test"}, 6),
        ({"faceless": "true"}, 1),
        ({"text": "hopper", "label": "genuine"}, 3),
    ],
)
def test_filters_come_from_the_url(
    query: dict[str, str], n: int, seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("browse.py", **query)
    assert len(only_grid(app)) == n


def test_choosing_a_filter_narrows_the_grid(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("browse.py")
    app.selectbox(key="label").select(Label.FAKE).run()
    assert len(only_grid(app)) == 6
    assert {cell["badges"][0]["text"] for cell in only_grid(app)} == {"fake"}


def test_nothing_found_says_so(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("browse.py", text="nobody")
    assert app.info[0].value == "No image matches. Clear a filter above."


def test_empty_installation_leads_to_import(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("browse.py")
    assert not app.exception
    assert "No images yet." in [text.value for text in app.markdown]


def test_detail_tells_everything_about_an_image(seeded_home: Settings, open_page: OpenPage) -> None:
    first = image(1)
    app = open_page("browse.py", image=first.checksum)
    assert not app.exception
    assert app.code[0].value == first.checksum
    facts = app.table[0].value.iloc[:, 0].to_dict()
    assert facts["Size"] == r"300 x 240 px"
    assert facts["Format"] == "PNG"
    assert facts["Dataset versions"] == r"1 \(train\, then genuine\)"
    places = app.dataframe[0].value
    assert list(places["File"]) == ["Ada_Lovelace/00.png", "copy of 00.png"]
    titles = [text.value for text in app.markdown]
    assert "**Fakes made from it** · 1 image" in titles
    assert "**Near-duplicates** · 1 image" in titles


def test_detail_of_a_format_that_browsers_cannot_show_says_so(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    tiff = image(3)
    assert tiff.format == "TIFF"
    app = open_page("browse.py", image=tiff.checksum)
    captions = [caption.value for caption in app.caption]
    assert plain("Shown as a JPEG copy: browsers do not show TIFF.") in captions


def test_detail_goes_to_the_next_that_matches(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("browse.py", image=image(1).checksum, identity="Ada_Lovelace")
    app.button(key="next").click().run()
    assert app.code[0].value == image(5).checksum
    app.button(key="back to grid").click().run()
    assert "image" not in app.query_params
    assert len(only_grid(app)) == 5


def test_label_of_one_image_is_changed_and_taken_back(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("browse.py", image=image(1).checksum)
    app.button(key="label-fake").click().run()
    assert image(1).label is Label.FAKE
    history = app.dataframe[1].value
    assert list(history["Change"]) == ["label: genuine → fake"]
    assert list(history["Who"]) == ["tester"]
    app.button(key="undo-relabel").click().run()
    assert image(1).label is Label.GENUINE
    assert "undone since" in app.dataframe[1].value["What"][0]


def test_unknown_checksum_is_named(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("browse.py", image="feed")
    assert not app.exception
    assert "feed" in app.error[0].value


def _relabel_two() -> None:
    """Do what the grid's buttons do, with two images selected."""
    import streamlit as st

    from core.types import Label
    from dashboard import browsing

    st.button("fake", on_click=browsing.relabel, args=([1, 2, 18], Label.FAKE))
    browsing.undo_button()


def test_bulk_relabelling_is_one_act_to_undo(seeded_home: Settings) -> None:
    app = AppTest.from_function(_relabel_two, default_timeout=60).run()
    app.button[0].click().run()
    assert [image(n).label for n in (1, 2, 18)] == [Label.FAKE] * 3
    app.button(key="undo-relabel").click().run()
    assert [image(n).label for n in (1, 2, 18)] == [Label.GENUINE, Label.GENUINE, Label.FAKE]
    with resources.session() as session:
        assert Catalogue().find(session, ImageFilter(label=Label.FAKE))[1] == 6


def test_tags_are_put_and_taken_off_one_image(seeded_home: Settings, open_page: OpenPage) -> None:
    shown = image(1)
    app = open_page("browse.py", image=shown.checksum)
    app.multiselect(key="tags-1").set_value(["twin"]).run()
    with resources.session() as session:
        assert tags.tags_of(session, 1) == ["twin"]
    app.multiselect(key="tags-1").set_value([]).run()
    with resources.session() as session:
        assert tags.tags_of(session, 1) == []


def test_sorting_and_limits_come_from_the_address(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("browse.py", sort="Width, px", down="true", measure="Faces", low="1")
    assert not app.exception
    wanted = ImageFilter(ranges=(Range("n_faces", 1),))
    with resources.session() as session:
        n_found = Catalogue().count(session, wanted)
    assert n_found and any(f"{n_found} image" in each.value for each in app.markdown)
