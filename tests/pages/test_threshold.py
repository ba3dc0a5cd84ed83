import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.evaluation.metrics import confusion_at
from core.evaluation.operating_points import Costs, choose, policy_of
from core.types import Split
from dashboard import evaluation, resources, threshold_choice, threshold_view
from dashboard.scores import Operating, load_scores
from dashboard.settings import Settings
from dashboard.threshold import Choice, Door
from dashboard.thresholds import starting
from db import runs, thresholds
from db.engine import writing

OpenPage = Callable[..., AppTest]


def board(app: AppTest) -> dict[str, Any]:
    """Return what the slider was given."""
    for block in app.main:
        proto = getattr(block, "proto", None)
        if type(proto).__name__ == "BidiComponent":
            data: dict[str, Any] = json.loads(proto.json)  # type: ignore[union-attr]
            return data
    raise AssertionError("no slider on the page")


def unpacked(text: str, kind: str) -> list[float]:
    values: list[float] = np.frombuffer(base64.b64decode(text), kind).tolist()
    return values


def open_threshold(open_page: OpenPage, **query: str) -> AppTest:
    app = open_page("evaluate.py", view="threshold", run="1", **query)
    assert not app.exception
    return app


def propose(value: float = 0.25, author: str = "Ada", **more: Any) -> int:
    with writing(resources.database()) as session:
        return thresholds.propose(session, 1, value, Split.TEST, "why", author=author, **more)


def saved() -> list[Any]:
    with resources.session() as session:
        return thresholds.thresholds(session, 1)


def test_the_slider_starts_from_what_validation_suggests(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    data = board(open_threshold(open_page))
    with resources.session() as session:
        run = runs.get_run(session, 1)
    validation = evaluation.scored(run, Split.VALIDATION)
    at = confusion_at(data["value"], validation.scores, validation.is_fake)
    below = confusion_at(data["value"] - 0.001, validation.scores, validation.is_fake)
    assert (at.false_fake, below.false_fake) == (0, 1)
    assert data["value"] != 0.5
    assert (data["mode"], data["start"]["name"]) == ("start", "Suggested")


def test_the_slider_gets_every_count_once(seeded_home: Settings, open_page: OpenPage) -> None:
    payload = board(open_threshold(open_page))["payload"]
    steps = unpacked(payload["steps"], "<f8")
    false_fake = unpacked(payload["shown"]["falseFake"], "<u4")
    false_genuine = unpacked(payload["shown"]["falseGenuine"], "<u4")
    assert (steps[0], steps[-1]) == (0, 1)
    assert len(steps) == len(false_fake) == len(false_genuine)
    assert (false_fake[0], false_genuine[0]) == (4, 0)
    assert (false_fake[-1], false_genuine[-1]) == (0, 2)
    assert [each["isFake"] for each in payload["pool"]] == [False] * 4 + [True] * 2
    slices = payload["slices"]
    assert sum(each["nGenuine"] + each["nFake"] for each in slices) >= 6


def test_test_images_come_with_a_warning(seeded_home: Settings, open_page: OpenPage) -> None:
    def warned(app: AppTest) -> bool:
        return any("would flatter the detector" in each.value for each in app.caption)

    app = open_threshold(open_page)
    assert warned(app)
    app.segmented_control(key="pick-on").set_value("validation").run()
    assert not warned(app)


@pytest.mark.parametrize("text", ["no number", "7", "-1", "nan", ""])
def test_nonsense_in_the_url_is_passed_over(
    seeded_home: Settings, open_page: OpenPage, text: str
) -> None:
    usual = board(open_threshold(open_page))["value"]
    assert board(open_threshold(open_page, t=text))["value"] == usual


def test_any_threshold_of_the_url_is_among_the_steps(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    data = board(open_threshold(open_page, t="0.1234567"))
    assert data["value"] == 0.1234567
    assert 0.1234567 in unpacked(data["payload"]["steps"], "<f8")
    assert data["mode"] == "by-hand"


def test_proposing_needs_a_reason(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_threshold(open_page, t="0.250")
    app.button(key="threshold-propose").click().run()
    assert "Expected a reason for the threshold" in app.toast[0].value
    assert saved() == []


def test_a_reason_that_is_too_long_is_told_and_a_good_one_is_cleared(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_threshold(open_page, t="0.250")
    app.text_input(key="threshold-reason").set_value("few false alarms")
    app.text_input(key="threshold-reason").set_value("x" * 700)
    app.button(key="threshold-propose").click().run()
    assert "1 to 500" in app.toast[0].value
    assert saved() == []
    app.text_input(key="threshold-reason").set_value("few false alarms")
    app.button(key="threshold-propose").click().run()
    assert [each.reason for each in saved()] == ["few false alarms"]
    assert app.text_input(key="threshold-reason").value == ""


def test_a_rule_is_named_again_by_its_value(seeded_home: Settings, open_page: OpenPage) -> None:
    with resources.session() as session:
        run = runs.get_run(session, 1)
    validation = evaluation.scored(run, Split.VALIDATION)
    point = choose("eer", validation.scores, validation.is_fake)
    propose(0.9)  # in force, so that the rule's value is not where the slider starts
    with writing(resources.database()) as session:
        thresholds.approve(session, saved()[0].id, actor="Bob")
    mode = board(open_threshold(open_page, t=repr(point.value)))["mode"]
    assert choose(mode, validation.scores, validation.is_fake).value == point.value
    assert board(open_threshold(open_page, t="0.0001"))["mode"] == "by-hand"


def test_a_proposal_waits_and_its_author_cannot_approve_it(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_threshold(open_page, t="0.250")
    app.text_input(key="threshold-reason").set_value("few *false* alarms")
    app.button(key="threshold-propose").click().run()
    (kept,) = saved()
    assert (kept.value, kept.split, kept.author) == (0.25, Split.TEST, "tester")
    assert (kept.decision, kept.dataset_version) == (None, 1)
    assert kept.policy["mode"] == "by-hand"
    assert sum(kept.policy["validation"].values()) == 6
    assert app.button(key=f"approve-{kept.id}").disabled
    assert "second person" in app.button(key=f"approve-{kept.id}").help
    shown = " ".join(each.value for each in app.markdown)
    assert r"few \*false\* alarms" in shown
    assert "0.250 waits for a second person" in shown
    assert any("No threshold is in force" in each.value for each in app.info)
    app.button(key=f"withdraw-{kept.id}").click().run()
    assert saved()[0].decision == "withdrawn"


def test_a_second_person_approves_and_the_slider_starts_from_it(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    number = propose(0.25, band=(0.2, 0.4))
    app = open_threshold(open_page)
    app.button(key=f"approve-{number}").click().run()
    assert not app.exception
    kept = saved()[0]
    assert (kept.decision, kept.decided_by) == ("approved", "tester")
    data = board(open_threshold(open_page))
    assert (data["value"], data["start"]["name"]) == (0.25, "In force")
    assert (data["band"], data["mode"]) == ([0.2, 0.4], "start")
    app = open_threshold(open_page)
    assert any("**0.250 is in force.**" in each.value for each in app.markdown)
    assert list(app.table[0].value["State"]) == ["**in force**"]


def test_declining_and_revoking_need_a_note(seeded_home: Settings, open_page: OpenPage) -> None:
    number = propose()
    app = open_threshold(open_page)
    app.button(key=f"decline-{number}").click().run()
    assert "Expected a note that says why" in app.toast[0].value
    app.text_input(key=f"decline-{number}-note").set_value("too low").run()
    app.button(key=f"decline-{number}").click().run()
    assert (saved()[0].decision, saved()[0].decision_note) == ("declined", "too low")
    other = propose(0.3)
    with writing(resources.database()) as session:
        thresholds.approve(session, other, actor="Bob")
    app = open_threshold(open_page)
    app.text_input(key=f"revoke-{other}-note").set_value("too many missed").run()
    app.button(key=f"revoke-{other}").click().run()
    assert saved()[0].decision == "revoked"
    assert any("No threshold is in force" in each.value for each in app.info)


def test_a_proposal_is_looked_at(seeded_home: Settings, open_page: OpenPage) -> None:
    number = propose(0.125, band=(0.1, 0.2))
    app = open_threshold(open_page)
    app.button(key=f"look-{number}").click().run()
    assert (board(app)["value"], board(app)["band"]) == (0.125, [0.1, 0.2])


COSTS = {"genuine_called_fake": 50.0, "missed_fake": 2.0, "prevalence": 0.3}


def test_a_proposal_is_looked_at_with_the_costs_it_was_chosen_by(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    number = propose(0.125, policy={"mode": "minimum-cost", "costs": COSTS})
    app = open_threshold(open_page)
    assert board(app)["costs"]["genuine_called_fake"] == 10
    app.button(key=f"look-{number}").click().run()
    assert board(app)["costs"] == COSTS


def test_what_is_in_force_is_proposed_anew_by_the_rule_and_costs_it_was_chosen_by(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    with resources.session() as session:
        validation = load_scores(session, 1, Split.VALIDATION)
    point = choose("minimum-cost", validation.scores, validation.is_fake, Costs(**COSTS))
    number = propose(point.value, policy=policy_of(point, Costs(**COSTS)))
    with writing(resources.database()) as session:
        thresholds.approve(session, number, actor="Bob")
    app = open_threshold(open_page)
    assert board(app)["costs"] == COSTS
    assert any("lowest expected cost · looking at test" in each.value for each in app.markdown)
    app.text_input(key="threshold-reason").set_value("once more").run()
    app.button(key="threshold-propose").click().run()
    assert saved()[0].policy == policy_of(point, Costs(**COSTS))


def test_a_threshold_of_before_says_that_nothing_was_recorded(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    propose(policy={})
    shown = " ".join(each.value for each in open_threshold(open_page).markdown)
    assert "How it was chosen was not recorded" in shown


def test_an_overview_card_leads_to_what_waits(seeded_home: Settings, open_page: OpenPage) -> None:
    propose()
    app = open_page("overview.py")
    assert "Threshold to approve" in [metric.label for metric in app.metric]


def test_the_threshold_looked_at_is_shared(seeded_home: Settings) -> None:
    start = Operating(0.2, "suggested", low=0.1, high=0.3)
    st.query_params.clear()
    assert threshold_choice.chosen_now(1, start) == Choice(0.2, "start", band=(0.1, 0.3))
    chosen = Choice(0.7, "eer", band=(0.6, 0.8))
    threshold_choice.remember(1, chosen)
    assert st.query_params["t"] == "0.700"
    assert threshold_choice.chosen_now(1, start) == chosen
    assert threshold_choice.chosen_now(2, start) == Choice(0.7)  # another run's: the URL alone
    st.query_params["t"] = "0.4"
    assert threshold_choice.chosen_now(1, start) == Choice(0.4)
    with resources.session() as session:
        current = threshold_view.current(runs.get_run(session, 1))
    assert (current.value, current.is_in_force, current.low) == (0.4, False, None)


def test_where_the_slider_started_is_by_hand_once_another_is_in_force(
    seeded_home: Settings,
) -> None:
    st.query_params.clear()
    threshold_choice.remember(1, Choice(0.2, "start", band=(0.1, 0.3)))
    assert threshold_choice.chosen_now(1, Operating(0.2, "suggested")).mode == "start"
    now = threshold_choice.chosen_now(1, Operating(0.4, "approved meanwhile", is_in_force=True))
    assert now == Choice(0.2, "by-hand", band=(0.1, 0.3))


def test_a_band_set_where_the_slider_started_is_looked_at(seeded_home: Settings) -> None:
    with resources.session() as session:
        run = runs.get_run(session, 1)
    start = starting(run)
    st.query_params.clear()
    assert threshold_view.current(run) == start
    threshold_choice.remember(1, Choice(start.value, "start", band=(0.0, 1.0)))
    found = threshold_view.current(run)
    assert (found.value, found.low, found.high) == (start.value, 0, 1)
    assert "not saved" in found.origin


def test_a_threshold_in_the_url_has_the_decimals_that_are_kept(seeded_home: Settings) -> None:
    st.query_params["t"] = "0.12345678"
    choice = threshold_choice.chosen_now(1, Operating(0.2, ""))
    assert choice.value == 0.1234568
    threshold_choice.remember(1, replace(choice, mode="eer"))
    assert threshold_choice.chosen_now(1, Operating(0.2, "")).mode == "eer"


def test_doors_lead_to_the_images(seeded_home: Settings) -> None:
    st.query_params.clear()
    threshold_view._open(Door(score_from=0.2, score_to=0.4, label="fake"))
    asked = {name: st.query_params[name] for name in ("view", "from", "to", "label")}
    assert asked == {"view": "mistakes", "from": "0.2", "to": "0.4", "label": "fake"}
    st.query_params.clear()
    threshold_view._open(Door(image=1))
    assert "view" not in st.query_params
