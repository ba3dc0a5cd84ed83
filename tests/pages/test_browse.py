import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.types import ImageRecord, Label, Status
from dashboard import acting, resources
from dashboard.settings import Settings
from dashboard.text import plain
from db import events, images, tags, views
from db.catalogue import Catalogue
from db.engine import writing
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
    from dashboard import acting

    scope = acting.Scope(3, (1, 2, 18))
    st.button("fake", on_click=acting.perform, args=(acting.label_act(Label.FAKE), scope))
    acting.undo_button()


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


def test_undo_on_one_image_leaves_acts_on_others_alone(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    with writing(resources.database()) as session:
        tags.add_tag(session, [2], "twin", actor="tester")
    app = open_page("browse.py", image=image(1).checksum)
    app.button(key="undo-relabel").click().run()
    assert "to be of this image" in said(app)
    with resources.session() as session:
        assert tags.tags_of(session, 2) == ["twin"]
    app = open_page("browse.py", image=image(2).checksum)
    app.button(key="undo-relabel").click().run()
    with resources.session() as session:
        assert tags.tags_of(session, 2) == []


def test_a_filter_that_only_the_address_holds_is_counted(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("browse.py", faceless="true")
    assert "More (1)" in [each.proto.popover.label for each in app.get("popover")]


def test_sorting_and_limits_come_from_the_address(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("browse.py", sort="Width, px", down="true", measure="Faces", low="1")
    assert not app.exception
    wanted = ImageFilter(ranges=(Range("n_faces", 1),))
    with resources.session() as session:
        n_found = Catalogue().count(session, wanted)
    assert n_found and any(f"{n_found} image" in each.value for each in app.markdown)


# All that match


def labels(numbers: range = range(1, 21)) -> list[Label]:
    return [image(number).label for number in numbers]


def said(app: AppTest) -> str:
    return " ".join(toast.value for toast in app.toast)


def test_all_that_match_are_labelled_and_one_undo_takes_it_back(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    before = labels()
    app = open_page("browse.py", label="genuine")
    assert app.button(key="label-fake").disabled
    app.button(key="all-matching").click().run()
    assert ":primary[**All 12 matching selected**]" in [text.value for text in app.markdown]
    assert [grid["allSelected"] for grid in grids(app)] == [12]
    app.button(key="label-fake").click().run()
    assert said(app) == plain("12 images relabelled as fake.")
    assert app.info[0].value == "No image matches. Clear a filter above."
    app.button(key="undo-relabel").click().run()
    assert said(app) == plain("Label of 12 images set back.")
    assert labels() == before


def test_another_filter_or_a_click_ends_the_selection_of_all(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("browse.py", label="genuine")
    app.button(key="all-matching").click().run()
    app.selectbox(key="label").select(None).run()
    assert app.button(key="label-fake").disabled
    app.button(key="all-matching").click().run()
    app.button(key="only-page").click().run()
    assert app.button(key="label-fake").disabled
    assert [grid["allSelected"] for grid in grids(app)] == [0]


def test_a_number_that_changed_since_it_was_shown_is_told(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("browse.py", label="genuine")
    app.button(key="all-matching").click().run()
    with writing(resources.database()) as session:
        images.relabel(session, [1], Label.UNKNOWN, actor="bob")
    app.button(key="label-fake").click().run()
    assert image(1).label is Label.UNKNOWN
    assert said(app) == plain(
        "11 images relabelled as fake. 12 matched when you saw them, 11 when it was done."
    )


def test_many_images_are_asked_about_first(
    seeded_home: Settings, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "ASKED_ABOVE", 19)
    before = labels()
    app = open_page("browse.py")
    app.button(key="all-matching").click().run()
    app.button(key="label-fake").click().run()
    assert not app.exception
    assert f"**{plain('Label 20 images fake?')}**" in [text.value for text in app.markdown]
    assert app.button(key="confirm-act").label == "Yes, all 20"
    assert labels() == before


def test_all_that_match_are_tagged_excluded_and_included(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    with writing(resources.database()) as session:
        tags.add_tag(session, [15], "{0} *odd*", actor="bob")
    app = open_page("browse.py", label="fake")
    app.button(key="all-matching").click().run()
    app.selectbox(key="bulk-tag").select("{0} *odd*").run()
    app.button(key="put-tag").click().run()
    assert said(app) == plain("5 images tagged {0} *odd*. 1 stayed as it was.")
    app.text_input(key="exclude-reason").set_value("soft")
    app.button(key="exclude").click().run()
    assert (image(15).status, image(15).status_reason) == (Status.EXCLUDED, "soft")
    app.button(key="include").click().run()
    assert image(15).status is Status.ACTIVE
    for _ in range(2):
        app.button(key="undo-relabel").click().run()
    assert image(15).status is Status.ACTIVE
    app.button(key="undo-relabel").click().run()
    assert said(app) == plain("Tag of 5 images set back.")
    with resources.session() as session:
        assert tags.list_tags(session) == {"{0} *odd*": 1}


def test_a_blank_tag_is_refused_in_words(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("browse.py")
    app.button(key="all-matching").click().run()
    app.button(key="put-tag").click().run()
    assert not app.exception
    assert "Expected a tag" in said(app)


def test_one_image_is_excluded_and_included_again(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("browse.py", image=image(1).checksum)
    app.button(key="toggle-status").click().run()
    assert (image(1).status, image(1).status_reason) == (Status.EXCLUDED, acting.BY_HAND)
    assert app.button(key="toggle-status").label == "Include"
    app.button(key="toggle-status").click().run()
    assert image(1).status is Status.ACTIVE


def _keys() -> None:
    """Do what keys of the grid ask for, without and with all that match selected."""
    import streamlit as st

    from dashboard import browsing
    from db.images import ImageFilter

    wanted = ImageFilter(identity="Ada_Lovelace")
    found = browsing.Found(wanted, [1, 5], 5)
    st.button("page", on_click=browsing.on_key, args=("exclude", [1, 2], None))
    st.button("all", on_click=browsing.on_key, args=("exclude", [1], None, found))
    st.button("label", on_click=browsing.on_key, args=("fake", [1], None, found))


def test_the_key_excludes_or_includes_by_what_most_are(seeded_home: Settings) -> None:
    app = AppTest.from_function(_keys, default_timeout=60).run()

    def status() -> list[str]:
        return [image(n).status.value for n in (1, 2, 5)]

    app.button[0].click().run()
    assert status() == ["excluded", "excluded", "active"]
    app.button[1].click().run()
    assert status() == ["excluded", "excluded", "excluded"]
    app.button[0].click().run()
    assert status() == ["active", "active", "excluded"]


def test_a_label_key_is_about_all_that_match_when_they_are_selected(
    seeded_home: Settings,
) -> None:
    app = AppTest.from_function(_keys, default_timeout=60).run()
    app.button[2].click().run()
    with resources.session() as session:
        ids, _ = Catalogue().find(session, ImageFilter(identity="Ada_Lovelace"))
        assert [len(events.history(session, "image", i)) for i in ids[:3]] == [1, 1, 1]
    assert {image(i).label for i in ids} == {Label.FAKE}


# Views and links


def saved_names() -> list[str]:
    with resources.session() as session:
        return [view.name for view in views.list_views(session)]


def test_a_starting_view_sets_the_filters_and_the_address(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("browse.py", label="fake", page="2")
    app.button(key="view-No face").click().run()
    assert len(only_grid(app)) == 1
    assert dict(app.query_params) == {"faceless": "true"}


def test_a_view_is_saved_picked_deleted_and_brought_back(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("browse.py", label="fake", sort="Width, px", down="true", text="ada")
    app.text_input(key="view-name").set_value("Ada's *fakes*").run()
    app.button(key="save-view").click().run()
    assert saved_names() == ["Ada's *fakes*"]
    app = open_page("browse.py")
    assert len(only_grid(app)) == 20
    pick = next(button for button in app.button if button.label == plain("Ada's *fakes*"))
    pick.click().run()
    assert dict(app.query_params) == {
        "label": "fake",
        "sort": "Width, px",
        "down": "true",
        "text": "ada",
    }
    assert {cell["title"] for cell in only_grid(app)} == {"Ada_Lovelace"}
    app.button(key="delete-view-1").click().run()
    assert saved_names() == []
    app.button(key="undo-view").click().run()
    assert saved_names() == ["Ada's *fakes*"]


def test_what_a_view_asks_and_nothing_has_is_told_and_left_out(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    query = {"tag": "gone", "label": "fake", "page": 9, "image": "feed", "low": "nine"}
    with writing(resources.database()) as session:
        views.save(session, "old", query, author="bob")
    app = open_page("browse.py")
    app.button(key="view-1").click().run()
    assert len(only_grid(app)) == 6
    assert "No tag is called gone" in said(app)
    app.run()
    assert said(app) == ""


def test_an_address_that_asks_for_what_nothing_has_is_told(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("browse.py", tag="gone")
    assert "No tag is called gone" in said(app)


def test_another_s_view_is_replaced_only_on_purpose(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    with writing(resources.database()) as session:
        views.save(session, "ours", {}, author="bob")
    app = open_page("browse.py", label="fake")
    app.text_input(key="view-name").set_value("ours").run()
    app.button(key="save-view").click().run()
    assert "bob keeps a view" in said(app)
    app.checkbox(key="view-replace").check().run()
    app.button(key="save-view").click().run()
    with resources.session() as session:
        (view,) = views.list_views(session)
    assert (view.author, view.query) == ("tester", {"label": "fake"})


def test_the_link_holds_what_is_shown(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("browse.py", label="fake", text="a&b=<c>")
    assert app.code[0].value.endswith("?label=fake&text=a%26b%3D%3Cc%3E")


# Chosen elsewhere


def _elsewhere() -> None:
    """Stand for another page that sends some images to Browse."""
    import streamlit as st

    from dashboard import browsing

    st.session_state["label"] = "fake"
    browsing.show_only([1, 2, 15], "chosen *here*")
    st.write(sorted(st.session_state["among"]), st.session_state["label"])


def test_images_chosen_elsewhere_are_shown_alone_until_they_are_let_go(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("overview.py")
    app.session_state["among"] = frozenset({1, 2, 15})
    app.session_state["among-title"] = "chosen *here*"
    app.switch_page("../pages/browse.py").run()
    assert len(only_grid(app)) == 3
    assert app.button(key="forget-among").label == f"Only 3 {plain('chosen *here*')}"
    app.selectbox(key="label").select(Label.GENUINE).run()
    app.button(key="all-matching").click().run()
    app.button(key="exclude").click().run()
    assert [image(n).status.value for n in (1, 2, 3, 15)] == [
        *("excluded", "excluded"),
        *("active", "active"),
    ]
    app.button(key="forget-among").click().run()
    assert len(only_grid(app)) == 12


def test_showing_only_some_clears_the_filters(seeded_home: Settings) -> None:
    app = AppTest.from_function(_elsewhere, default_timeout=60).run()
    assert not app.exception
    assert app.session_state["among"] == frozenset({1, 2, 15})
    assert app.session_state["label"] is None
