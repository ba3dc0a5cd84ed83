from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.detectors.heads import POOLINGS
from core.detectors.params import RANGES, TrainParams
from core.errors import InvalidInput

valid = st.builds(
    TrainParams,
    pooling=st.sampled_from(POOLINGS),
    **{
        name: st.integers(int(low), int(high)) if isinstance(low, int) else st.floats(low, high)
        for name, (low, high) in RANGES.items()
    },
)


@settings(max_examples=50, deadline=None)
@given(params=valid)
def test_mapping_and_back(params: TrainParams) -> None:
    assert TrainParams.from_mapping(params.as_mapping()) == params


def test_defaults_are_valid_and_every_field_has_a_range() -> None:
    assert TrainParams.from_mapping(TrainParams().as_mapping()) == TrainParams()
    assert {field.name for field in fields(TrainParams)} == {"pooling", *RANGES}


def test_whole_numbers_become_floats() -> None:
    params = TrainParams.from_mapping({"dropout": 0, "learning_rate": 1})
    assert (params.dropout, params.learning_rate) == (0.0, 1.0)
    assert isinstance(params.dropout, float)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("epochs", 2.5),
        ("epochs", True),
        ("epochs", "10"),
        ("batch_size", -1),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("dropout", 0.95),
        ("hidden_units", None),
        ("pooling", "max"),
        ("pooling", ["average"]),
    ],
)
def test_what_does_not_fit_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(InvalidInput, match=rf"Expected {name} to be .* Received: "):
        TrainParams.from_mapping({name: value})


def test_unknown_field_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Received: 'epoch'"):
        TrainParams.from_mapping({"epoch": 3})
