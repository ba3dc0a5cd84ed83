from collections.abc import Callable

import pytest
import streamlit as st

from core.types import Run, Split
from dashboard import figures, figures_view, resources
from dashboard.settings import Settings
from db import runs
from db.engine import writing


@pytest.fixture
def first_run(seeded_home: Settings) -> Run:
    with resources.session() as session:
        return runs.get_run(session, 1)


def test_figures_are_kept_until_the_run_is_scored_again(first_run: Run) -> None:
    before = figures.calls_at(first_run, Split.TEST, 0.25)["false_positive_rate"].value
    with writing(resources.database()) as session:
        numbers = [row[0] for row in runs.predictions(session, 1, Split.TEST)]
        runs.save_predictions(session, 1, dict.fromkeys(numbers, 0.9))
    kept = figures.calls_at(first_run, Split.TEST, 0.25)["false_positive_rate"].value
    with writing(resources.database()) as session:
        runs.finish_run(session, 1)
    with resources.session() as session:
        again = runs.get_run(session, 1)
    assert before == kept == 0.25
    assert figures.calls_at(again, Split.TEST, 0.25)["false_positive_rate"].value == 1.0
    assert figures.assessed(again, Split.TEST).estimates["auc"].value == 0.5


def click(key: str, act: Callable[[], None], *points: list[object]) -> dict[str, str]:
    """Select points of a chart and return what then stands in the URL."""
    st.query_params.clear()
    found = [{"customdata": point} for point in points]
    st.session_state[key] = {"selection": {"points": found}}
    act()
    return st.query_params.to_dict()


def test_a_bar_is_a_door_to_its_images() -> None:
    assert click("figures-errors", figures_view.open_error) == {}
    costly = click("figures-errors", figures_view.open_error, ["genuine-called-fake", None, "told"])
    assert costly == {"view": "mistakes", "cell": "genuine-called-fake"}
    missed = click(
        "figures-errors", figures_view.open_error, ["fakes-missed", "masked-gan", "told"]
    )
    assert missed == {"view": "mistakes", "cell": "fakes-missed", "generator": "masked-gan"}
    again = click("figures-errors", figures_view.open_error)  # takes the selection back
    assert again == missed


def test_a_point_of_the_curve_is_a_door_to_its_images() -> None:
    assert click("figures-reliability", figures_view.open_bin) == {}
    opened = click("figures-reliability", figures_view.open_bin, [0.25, 0.5, "20", "told"])
    assert opened == {"view": "mistakes", "cell": "all", "from": "0.25", "to": "0.5"}
    assert click("figures-reliability", figures_view.open_bin) == opened
