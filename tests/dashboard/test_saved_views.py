from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import filtering
from dashboard.saved_views import STARTING, link

PAGE = "https://verity.example:8501/team/browse"


def test_a_link_is_the_page_with_its_query() -> None:
    assert link(PAGE, {"label": "fake", "text": "a b"}) == f"{PAGE}?label=fake&text=a+b"
    assert link(f"{PAGE}?old=1#top", {}) == PAGE


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "", "//x/y"])
def test_only_addresses_of_the_web_are_given_away(address: str) -> None:
    assert link(address, {"a": "1"}) == "?a=1"


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.text(min_size=1, max_size=20)))
def test_whatever_was_typed_comes_back(query: dict[str, str]) -> None:
    told = urlsplit(link(PAGE, query))
    assert {name: values[0] for name, values in parse_qs(told.query).items()} == query
    assert link(PAGE, query).isascii()


@pytest.mark.parametrize(("name", "query"), STARTING)
def test_a_starting_view_asks_only_for_what_browse_knows(
    name: str, query: dict[str, object]
) -> None:
    assert name and filtering.readable(query) == query
