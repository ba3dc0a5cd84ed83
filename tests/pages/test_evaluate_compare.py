"""Two runs side by side: which images may judge both, and what each gets right."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.evaluation.compare import McNemar
from core.types import Label, Split
from dashboard import compare_words, resources, two_runs
from dashboard.compare_words import difference_text
from dashboard.settings import Settings
from dashboard.two_runs import OUTCOMES, Differences, TwoRuns
from db import runs
from tests.seeded import add_run, add_version, frozen_items, scores_of

OpenPage = Callable[..., AppTest]


def four() -> TwoRuns:
    """Two genuine images and two fakes: A alone, B alone, both and none of them right."""
    return TwoRuns(
        ids=np.arange(4),
        is_fake=np.array([False, False, True, True]),
        groups=np.arange(4),
        first=np.array([0.1, 0.9, 0.9, 0.2]),
        second=np.array([0.8, 0.2, 0.7, 0.4]),
        thresholds=(0.5, 0.6),
        n_left_out=0,
        n_learnt=0,
    )


def test_what_two_runs_make_of_an_image() -> None:
    names = [OUTCOMES[at] for at in four().outcomes()]
    assert names == ["only-first", "only-second", "both-right", "both-wrong"]


def test_each_run_is_judged_at_its_own_threshold() -> None:
    moved = replace(four(), thresholds=(0.5, 0.75))
    assert OUTCOMES[moved.outcomes()[2]] == "only-first"


def test_runs_on_one_version_share_all_its_test_images(scored_home: Settings) -> None:
    with resources.session() as session:
        first, second = runs.get_run(session, 1), runs.get_run(session, 2)
    data = two_runs.pair(first, second, Split.TEST, (0.6, 0.6))
    assert (len(data.ids), data.n_left_out, data.n_learnt) == (16, 0, 0)
    again = two_runs.pair(second, first, Split.TEST, (0.6, 0.6))
    assert np.array_equal(again.first, data.second)


def test_images_that_the_other_run_was_trained_on_are_left_out(scored_home: Settings) -> None:
    engine = resources.database()
    items = frozen_items(engine)
    tested = [item for item in items if item.split is Split.TEST]
    learnt = {item.image_id for item in tested[:6]}
    relabelled = tested[6].image_id
    changed = [
        replace(item, split=Split.TRAIN)
        if item.image_id in learnt
        else replace(item, label=Label.GENUINE if item.label is Label.FAKE else Label.FAKE)
        if item.image_id == relabelled
        else item
        for item in items
    ]
    version = add_version(engine, changed)
    other = add_run(engine, version, scores_of(changed, 1.0, 3), job_id="on-the-next")
    with resources.session() as session:
        first, second = runs.get_run(session, 1), runs.get_run(session, other)
    data = two_runs.pair(first, second, Split.TEST, (0.6, 0.6))
    assert (len(data.ids), data.n_left_out, data.n_learnt) == (9, 7, 6)
    assert not {*learnt, relabelled} & set(data.ids.tolist())


def test_the_page_says_what_is_compared(scored_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py", run="1", view="compare", outcome="both-right", of="genuine")
    assert not app.exception
    said = " ".join(each.value for each in app.markdown)
    assert "is run 1 at threshold 0.599" in said
    assert "Compared on 16 test images" in said
    assert list(app.table[0].value["B minus A"]) == ["False positive rate", "Miss rate", "AUC"]
    assert any("McNemar on genuine images" in each.value for each in app.caption)


def test_only_a_second_run_that_is_not_there_is_told(
    scored_home: Settings, open_page: OpenPage
) -> None:
    """The first run may be changed to the second: the next one stands in without a word."""
    app = open_page("evaluate.py", run="1", view="compare", second="99")
    assert any("There is no run of that number" in each.value for each in app.warning)
    app = open_page("evaluate.py", run="1", view="compare", second="1")
    assert not any("of that number" in each.value for each in app.warning)
    assert app.query_params["second"] == str(app.selectbox(key="pick-second").value)


def test_one_run_has_nobody_to_be_compared_with(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py", view="compare")
    assert not app.exception
    assert any("no second scored run" in each.value for each in app.markdown)


def test_no_p_value_is_told_as_nought() -> None:
    nothing, much = McNemar(0, 0, 1.0), McNemar(40, 2, 1e-9)
    told = compare_words.tests_text(Differences({}, (nothing, much), None))
    assert "genuine images: there is none on which just one run is right" in told
    assert "A alone is right on 40, B alone on 2, p below 0.001" in told


def test_a_small_difference_is_not_told_as_nought() -> None:
    row = difference_text("false_positive_rate", Known(0.0003, -0.02, 0.02))  # type: ignore[arg-type]
    assert row["Difference"] == "+0.03 points"
    assert row["95 % interval"] == "-2.0 points to +2.0 points"


class Known:
    """An estimate, as `core.evaluation.bootstrap` makes them."""

    def __init__(self, value: float, low: float, high: float) -> None:
        self.value, self.interval, self.n_images, self.n_groups = value, (low, high), 100, 30


@pytest.mark.parametrize(
    ("name", "low", "high", "finding"),
    [
        ("false_positive_rate", -0.2, -0.01, "B is better"),
        ("false_positive_rate", 0.01, 0.2, "A is better"),
        ("auc", 0.01, 0.2, "B is better"),
        ("auc", -0.1, 0.1, "within chance"),
    ],
)
def test_a_finding_needs_an_interval_without_nought(
    name: str, low: float, high: float, finding: str
) -> None:
    row = difference_text(name, Known((low + high) / 2, low, high))  # type: ignore[arg-type]
    assert row["Finding"] == finding
