"""The slider's own code in a browser says what Python's reference says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from core.evaluation.metrics import wilson_interval
from core.evaluation.operating_points import MODES, Costs, expected_costs
from core.evaluation.threshold import ThresholdTable, threshold_table
from core.rounding import percent
from dashboard.text import score
from dashboard.text import threshold as shown

DASHBOARD = Path(__file__).parents[2] / "dashboard"
SCRIPTS = (DASHBOARD / "shared.js", DASHBOARD / "threshold" / "arithmetic.js")

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def script(browser: Browser) -> Iterator[Any]:
    """Return what evaluates an expression in the slider's arithmetic."""
    page = browser.new_page()
    for script in SCRIPTS:
        page.add_script_tag(content=script.read_text("utf-8"))
    yield lambda expression, given=None: page.evaluate(expression, given)
    page.close()


def drawn(seed: int) -> ThresholdTable:
    """Draw scores with ties, some of one label only, some that crowd."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 200))
    is_fake = rng.random(n) < (0.5 if seed % 5 else 1.0)
    scores = rng.random(n) if seed % 2 else 1 / (1 + np.exp(-rng.normal(0, 8, n)))
    if seed % 3 == 0:
        scores = scores.round(1)
    return threshold_table(scores, is_fake)


def told(table: ThresholdTable) -> dict[str, Any]:
    return {
        "falseFake": table.counts[:, 1].tolist(),
        "falseGenuine": table.counts[:, 2].tolist(),
        "nGenuine": int(table.counts[0, :2].sum()),
        "nFake": int(table.counts[0, 2:].sum()),
    }


@pytest.mark.parametrize("costs", [Costs(), Costs(1, 30, 0.5), Costs(0, 0, 0)])
def test_every_rule_chooses_the_step_that_python_chooses(script: Any, costs: Costs) -> None:
    weights = vars(costs)
    for seed in range(30):
        table = drawn(seed)
        found = script(
            """([counts, costs]) => Object.fromEntries(
            Object.entries(RULES).map(([name, rule]) => [name, rule(counts, costs)]))""",
            [told(table), weights],
        )
        assert found == {name: mode(table, costs) for name, mode in MODES.items()}, seed


def test_costs_and_cells_are_pythons(script: Any) -> None:
    table, costs = drawn(1), Costs(7, 3, 0.2)
    counts = told(table)
    found = script(
        "([counts, costs]) => eachStep(counts, step => costAt(counts, costs, step))",
        [counts, vars(costs)],
    )
    assert found == pytest.approx(expected_costs(table, costs).tolist())
    cells = script("counts => eachStep(counts, step => cellsAt(counts, step))", counts)
    assert cells == table.counts.tolist()


def test_intervals_are_wilsons(script: Any) -> None:
    assert script("() => wilson(0, 0)") is None
    for part, n in ((0, 1), (1, 1), (0, 66), (3, 320), (66, 66), (5_000, 100_000)):
        assert script(f"() => wilson({part}, {n})") == pytest.approx(wilson_interval(part, n))


def test_a_band_counts_what_lies_in_it_and_the_errors_outside(script: Any) -> None:
    """By hand: genuine at 0.1 0.4 0.6, fakes at 0.5 0.9, uncertain from 0.4 to below 0.6."""
    scores = np.array([0.1, 0.4, 0.6, 0.5, 0.9])
    table = threshold_table(scores, np.array([False, False, False, True, True]))
    low, high = (int(np.flatnonzero(table.steps == each)[0]) for each in (0.4, 0.6))
    found = script(f"counts => bandOf(counts, {low}, {high})", told(table))
    assert found == {
        "genuine": 1,
        "fake": 1,
        "falseFake": 1,
        "falseGenuine": 0,
        "nGenuine": 2,
        "nFake": 1,
    }


def test_a_door_opens_what_lies_below_its_end_and_never_a_score_of_1(script: Any) -> None:
    steps = [0.0, 0.25, 0.5, 1.0]
    assert script("steps => rangeOf(steps, 1, 2)", steps) == {"from": 0.25, "to": 0.5}
    assert script("steps => rangeOf(steps, 2, 3)", steps)["to"] < 1


def test_a_threshold_finds_its_step_and_reads_as_in_python(script: Any) -> None:
    steps = [0.0, 0.25, 0.5, 0.5000001, 1.0]
    for at, value in enumerate(steps):
        assert script(f"steps => stepOf(steps, {value})", steps) == at
        assert script(f"() => shownThreshold({value})") == shown(value)
    assert script("steps => stepOf(steps, 0.3)", steps) == 1
    assert script("steps => stepOf(steps, 0.9)", steps) == 4


@pytest.mark.parametrize("value", [0.0, 0.5996, 0.6, 0.60049, 0.60051, 1.0])
@pytest.mark.parametrize("at", [0.5, 0.6, 0.6005])
def test_a_score_reads_as_in_python(script: Any, value: float, at: float) -> None:
    assert script("([value, at]) => shownScore(value, at)", [value, at]) == score(value, at)


@pytest.mark.parametrize("value", [0.0, 1e-6, 0.0004, 0.5, 0.1234, 0.9996, 0.99999, 1.0])
def test_a_share_reads_as_in_python(script: Any, value: float) -> None:
    assert script(f"() => percent({value})") == percent(value).replace("%", "\xa0%")


def test_every_share_of_few_images_reads_as_in_python(script: Any) -> None:
    """Half way between two decimals lie 1 of 16, 3 of 16 and so on."""
    shares = [part / whole for whole in range(1, 101) for part in range(whole + 1)]
    found = script("shares => shares.map(share => inPercent(share))", shares)
    assert found == [percent(share).removesuffix("%") for share in shares]
