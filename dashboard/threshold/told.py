"""What the browser tells of the threshold that is looked at; what is nonsense is passed over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from core.evaluation.operating_points import MODES, Costs
from core.types import Label
from dashboard.charts import CELLS
from dashboard.doors import MISTAKES
from dashboard.proposing import BY_HAND

START = "start"
MAX_COST = 1e9


@dataclass(frozen=True)
class Choice:
    """A threshold as it was let go, and how it was chosen.

    Attributes:
        mode: One of MODES, BY_HAND, or START for the threshold the page began with.
        band: Scores from the first to below the second are uncertain.
        slicing: What the slices are made by.
    """

    value: float
    mode: str = BY_HAND
    costs: Costs = field(default_factory=Costs)
    band: tuple[float, float] | None = None
    slicing: str | None = None


@dataclass(frozen=True)
class Door:
    """Which images are asked for: a cell, a range of scores of a label, a slice, or one image."""

    cell: str | None = None
    score_from: float | None = None
    score_to: float | None = None
    label: str | None = None
    slice: str | None = None
    image: int | None = None


def read_choice(told: Any) -> Choice | None:
    """Return what the browser says was chosen, or None for anything else."""
    if not isinstance(told, Mapping):
        return None
    value, mode = _share(told.get("value")), told.get("mode")
    if value is None:
        return None
    return Choice(
        value,
        mode if mode in (*MODES, START) else BY_HAND,
        read_costs(told.get("costs")),
        _band(told.get("band"), value),
        _text(told.get("slicing")),
    )


def read_costs(told: Any) -> Costs:
    """Return costs, with the usual one for each that is none."""
    given = told if isinstance(told, Mapping) else {}
    usual = Costs()
    genuine = _number(given.get("genuine_called_fake"), MAX_COST)
    missed = _number(given.get("missed_fake"), MAX_COST)
    prevalence = _share(given.get("prevalence"))
    return Costs(
        usual.genuine_called_fake if genuine is None else genuine,
        usual.missed_fake if missed is None else missed,
        usual.prevalence if prevalence is None else prevalence,
    )


def read_door(told: Any) -> Door | None:
    """Return which images are asked for, or None where that is nonsense."""
    if not isinstance(told, Mapping):
        return None
    cell, label = told.get("cell"), told.get("label")
    door = Door(
        cell if cell in (*CELLS, MISTAKES) else None,
        _share(told.get("from")),
        _share(told.get("to")),
        label if label in (Label.GENUINE.value, Label.FAKE.value) else None,
        _text(told.get("slice")),
        _id(told.get("image")),
    )
    return None if door == Door() else door


def _band(told: Any, value: float) -> tuple[float, float] | None:
    if not isinstance(told, list) or len(told) != 2:
        return None
    low, high = _share(told[0]), _share(told[1])
    if low is None or high is None or not low <= value <= high or low == high:
        return None
    return low, high


def _text(told: Any) -> str | None:
    return told[:200] if isinstance(told, str) and told else None


def _id(told: Any) -> int | None:
    is_number = isinstance(told, int) and not isinstance(told, bool)
    return told if is_number and 0 < told < 2**63 else None


def _share(told: Any) -> float | None:
    return _number(told, 1.0)


def _number(told: Any, most: float) -> float | None:
    is_number = isinstance(told, int | float) and not isinstance(told, bool) and isfinite(told)
    return float(told) if is_number and 0 <= told <= most else None
