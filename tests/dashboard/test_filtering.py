import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Label
from dashboard import filtering
from dashboard.filtering import readable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
NAMES = st.sampled_from([*filtering._KINDS, "page", "image", "among", "admin"])


def test_settings_of_a_view_are_read_as_they_were_written() -> None:
    query = {"label": "fake", "version": 3, "down": True, "low": 2, "high": 40.5, "text": "a"}
    assert readable(query) == query
    assert readable(json.loads(json.dumps(query))) == query
    assert type(readable(query)["low"]) is float


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("page", 3), ("image", "ab"), ("among", [1])),
        *(("label", None), ("label", ""), ("label", ["fake"]), ("text", "x" * 256)),
        *(("down", "true"), ("down", False), ("down", 1)),
        *(("low", "2"), ("low", math.nan), ("low", math.inf), ("low", True)),
        *(("version", "1"), ("version", True), ("version", 1.0)),
    ],
)
def test_what_is_not_a_setting_of_ours_is_passed_over(name: str, value: object) -> None:
    assert readable({name: value, "status": "active"}) == {"status": "active"}


@given(st.dictionaries(NAMES, JSON))
def test_anything_stored_is_read_without_an_error_and_once_for_all(
    query: dict[str, object],
) -> None:
    found = readable(query)
    assert readable(found) == found
    assert found.keys() <= filtering._KINDS.keys()


def test_a_label_is_stored_as_its_word() -> None:
    assert json.dumps(readable({"label": Label.FAKE})) == '{"label": "fake"}'
