import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.fakes.base import Param, ParamValue, complete, why_unusable
from core.types import Box, Face

KNOWN = (
    Param("epochs", "Epochs", 10, 1, 100, "How often."),
    Param("strength", "Strength", 0.5, 0.0, 1.0, "How much."),
)
FRONTAL = ((40.0, 40.0), (80.0, 40.0), (60.0, 60.0), (45.0, 85.0), (75.0, 85.0))


def test_defaults_fill_in_what_is_not_given() -> None:
    assert complete({}, KNOWN) == {"epochs": 10, "strength": 0.5}
    assert complete({"strength": 1}, KNOWN) == {"epochs": 10, "strength": 1.0}


@given(st.integers(1, 100), st.floats(0, 1))
def test_text_from_a_form_becomes_a_number_of_the_right_type(epochs: int, strength: float) -> None:
    values = complete({"epochs": str(epochs), "strength": repr(strength)}, KNOWN)
    assert values == {"epochs": epochs, "strength": strength}
    assert type(values["epochs"]) is int


@pytest.mark.parametrize("value", [0, 101, 2.5, "many", "nan", "inf", ""])
def test_values_outside_the_range_are_refused(value: ParamValue) -> None:
    expected = r"Expected epochs to be a whole number from 1 to 100\. Received"
    with pytest.raises(InvalidInput, match=expected):
        complete({"epochs": value}, KNOWN)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"among: epochs, strength\. Received epoch, zoom"):
        complete({"zoom": 1, "epoch": 2}, KNOWN)


def _face(*points: tuple[float, float]) -> Face:
    return Face(Box(0, 0, 100, 100), points, 0.9)


def test_a_frontal_face_is_usable() -> None:
    assert why_unusable(_face(*FRONTAL)) is None


@pytest.mark.parametrize(
    ("face", "reason"),
    [
        (None, "no face was found"),
        (_face(*((x / 5, y / 5) for x, y in FRONTAL)), "too small (eyes 8 px apart)"),
        (_face((54, 40), (66, 40), (75, 60), (52, 85), (60, 85)), "profile"),
        (_face(*FRONTAL[:2], (60, 41), (45, 42), (75, 42)), "too small"),
    ],
)
def test_other_faces_are_not(face: Face | None, reason: str) -> None:
    assert reason in (why_unusable(face) or "")
