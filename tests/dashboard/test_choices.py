from dataclasses import dataclass

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import choices
from dashboard.text import plain


@dataclass(frozen=True)
class Thing:
    id: int


THINGS = [Thing(9), Thing(4)]


@pytest.fixture(autouse=True)
def no_query() -> None:
    st.query_params.clear()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4", 4),
        ("007", 7),
        ("", None),
        ("-4", None),
        ("4.0", None),
        ("٤", None),
        ("9" * 5000, None),
    ],
)
def test_only_whole_numbers_count(text: str, number: int | None) -> None:
    st.query_params["run"] = text
    assert choices.number_in_url("run") == number


def test_the_one_asked_for_or_the_first() -> None:
    assert choices.chosen(THINGS, "run") == Thing(9)
    st.query_params["run"] = "4"
    assert choices.chosen(THINGS, "run") == Thing(4)
    st.query_params["run"] = "5"
    assert choices.chosen(THINGS, "run") == Thing(9)
    assert choices.chosen([], "run") is None


def test_a_pick_stands_in_the_url() -> None:
    def page() -> None:
        import streamlit as st

        from dashboard import choices

        number = choices.pick_number("run", "Run", [9, 4], lambda number: f"Run {number}")
        st.text(number)

    app = AppTest.from_function(page)
    app.query_params["run"] = "no number"
    assert app.run().text[0].value == "9"
    app.selectbox(key="pick-run").set_value(4).run()
    assert app.text[0].value == "4"
    assert app.query_params["run"] == "4"
    app.query_params["run"] = "9"
    assert app.run().text[0].value == "9"


@pytest.mark.parametrize("asked", ["999", "abc", "-1", "", "[x](http://x)"])
def test_what_is_not_there_is_told_until_another_is_chosen(asked: str) -> None:
    def page() -> None:
        from dashboard import choices

        choices.pick_number("run", "Run", [9, 4], lambda number: f"Run {number}")

    app = AppTest.from_function(page)
    app.query_params["run"] = asked
    for _ in range(2):  # a page may be drawn again at any time
        told = app.run().warning[0].value
        assert "There is no run of that number" in told
        assert plain(repr(asked)) in told
        assert "Run 9" in told
        assert app.query_params["run"] == asked
    app.selectbox(key="pick-run").set_value(4).run()
    assert not app.warning
    assert app.query_params["run"] == "4"


@pytest.mark.parametrize("asked", [None, "4", "004"])
def test_of_what_is_there_nothing_is_told(asked: str | None) -> None:
    def page() -> None:
        from dashboard import choices

        choices.pick_number("run", "Run", [9, 4], str)

    app = AppTest.from_function(page)
    if asked:
        app.query_params["run"] = asked
    assert not app.run().warning
    assert app.query_params["run"] == ("4" if asked else "9")


def test_what_is_not_there_is_named_as_the_thing_it_is() -> None:
    def page() -> None:
        from dashboard import choices

        choices.pick_number("second", "Compared with", [9, 4], str, thing="run")

    app = AppTest.from_function(page)
    app.query_params["second"] = "5"
    assert "There is no run of that number" in app.run().warning[0].value


def test_a_new_choice_begins_at_the_first_page() -> None:
    def page() -> None:
        import streamlit as st

        from dashboard import choices

        kind = choices.pick_word("kind", "Kind", ["all", "few"], str.capitalize)
        choices.pick_option("order", "Order", ["up", "down"], str.capitalize)
        choices.pick_number("run", "Run", [9, 4], str)
        st.text(choices.pick_page(100 if kind == "all" else 30, 10))

    app = AppTest.from_function(page)
    app.query_params["page"] = "3"
    assert app.run().text[0].value == "2"
    assert app.query_params["page"] == "3"
    app.segmented_control(key="pick-kind").set_value("few").run()
    assert app.text[0].value == "0"
    for key, value in (("pick-order", "down"), ("pick-run", 4)):
        app.query_params["page"] = "3"
        app.selectbox(key=key).set_value(value).run()
        assert app.text[0].value == "0"
    assert "page" not in app.query_params
