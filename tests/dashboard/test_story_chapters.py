from dataclasses import replace

import pytest

from core.evaluation.operating_points import MINIMUM_COST, MODES
from core.types import Split, Verdict
from dashboard.proposing import BY_HAND
from dashboard.story_chapter import Chapter
from dashboard.story_chapters import tell
from dashboard.story_types import Facts, Measure, Review, Share
from tests.dashboard.story_record import APPROVED, DATA, RUN, TEST, approved, facts


def chapter(told: Facts, key: str) -> Chapter:
    return next(each for each in tell(told) if each.key == key)


def figures(told: Facts, key: str) -> dict[str, tuple[str, str]]:
    return {each.label: (each.value, each.note) for each in chapter(told, key).figures}


def test_the_chapters_come_in_order_and_are_named_once() -> None:
    keys = [each.key for each in tell(facts())]
    assert keys == [
        *("start", "data", "care", "method", "results", "failures", "costs", "decision", "limits")
    ]


def test_without_two_people_it_is_not_for_use() -> None:
    told = facts()
    assert "Not for use" in chapter(told, "start").lead
    assert chapter(told, "decision").lead == "Nobody has approved a threshold yet: not for use."
    assert "Not for use" in " ".join(chapter(told, "limits").points)


def test_a_proposal_that_waits_is_not_an_approval() -> None:
    waiting = replace(APPROVED, decision=None, decided_by=None)
    told = facts(decision=replace(facts().decision, waiting=waiting))
    assert "not for use" in chapter(told, "decision").lead
    points = " ".join(chapter(told, "decision").points)
    assert "Ada proposed 0.700" in points
    assert "waits for a second person" in points


def test_who_decided_is_named_with_the_reason() -> None:
    told = approved()
    assert chapter(told, "decision").lead == "Ada proposed the threshold, Grace approved it."
    assert chapter(told, "decision").points == (
        "Reason: few accusations",
        "Chosen looking at validation images of dataset version 2.",
    )
    assert "Not for use" not in str(tell(told))


def test_an_uncertain_band_is_told() -> None:
    told = approved()
    band = replace(APPROVED, low=0.6, high=0.8)
    told = replace(told, decision=replace(told.decision, in_force=band))
    assert "from 0.600 to below 0.800" in chapter(told, "decision").points[-1]


def test_a_threshold_chosen_on_the_test_images_is_said_to_flatter() -> None:
    chosen = replace(approved().decision, in_force=replace(APPROVED, split=Split.TEST))
    warned = "chosen on the images that judge it"
    assert warned in " ".join(chapter(facts(decision=chosen), "decision").points)
    assert warned not in " ".join(chapter(approved(), "decision").points)


@pytest.mark.parametrize("mode", [*MODES, BY_HAND])
def test_only_a_threshold_set_by_hand_is_chosen_by_what_was_looked_at(mode: str) -> None:
    looked = replace(APPROVED, split=Split.TEST, policy={"mode": mode})
    points = " ".join(
        chapter(facts(decision=replace(approved().decision, in_force=looked)), "decision").points
    )
    assert ("Chosen looking at test" in points) == (mode == BY_HAND)
    assert ("may flatter it" in points) == (mode == BY_HAND)
    assert ("Chosen on validation images of dataset version 2" in points) == (mode != BY_HAND)


def test_the_rule_is_named_with_what_it_was_given() -> None:
    policy = {**APPROVED.policy, "mode": MINIMUM_COST}
    chosen = replace(approved().decision, in_force=replace(APPROVED, policy=policy))
    assert chapter(facts(decision=chosen), "decision").points[1] == (
        "Chosen on validation images of dataset version 2 by the rule: lowest expected cost "
        "(a genuine image called fake costs 20, a missed fake 1, 5.0% are fake)."
    )


def test_the_costly_error_comes_first_with_its_interval_and_its_number() -> None:
    first = chapter(facts(), "failures").figures[0]
    assert first.is_costly
    assert (first.value, first.note) == ("7.1 %", "7 of 99; 95 % interval 3.5 % to 13.9 %")


def test_every_rate_has_an_interval_or_says_that_it_has_none() -> None:
    for key in ("results", "failures"):
        for _, note in figures(facts(), key).values():
            assert "interval" in note


def test_the_worst_attack_is_shown_only_among_several() -> None:
    assert "of swap fakes missed, the worst kind" in figures(facts(), "failures")
    one = replace(TEST, misses_by_attack=TEST.misses_by_attack[:1])
    assert len(figures(facts(test=one), "failures")) == 2


def test_what_a_wrong_call_costs_at_one_in_a_hundred() -> None:
    """990 genuine images x 7/99 = 70; 10 fakes x 68/98 = 6.9 caught; 70 / 76.9 = 91 of 100."""
    found = figures(facts(), "costs")
    assert found["genuine images called fake, of 1,000 images"] == ("70", "may be 35 to 138")
    assert found["fakes missed, of 1,000 images"] == ("3.1", "may be 2.2 to 4.0")
    assert found["genuine, of 100 called fake"][0] == "91"
    assert "about 91 would be genuine" in chapter(facts(), "costs").lead


def test_weights_are_those_of_the_threshold_in_force() -> None:
    assert "as 20, a missed fake as 1" in chapter(approved(), "costs").points[1]
    assert "Nobody has weighed" in chapter(facts(), "costs").points[1]


def test_a_detector_that_calls_nothing_fake_is_not_praised() -> None:
    silent = replace(TEST, false_positives=Share(0, 99, (0, 0.2)), misses=Share(98, 98, (0.9, 1)))
    assert "called no test image fake" in chapter(facts(test=silent), "costs").lead


def test_a_test_without_genuine_images_makes_no_claim() -> None:
    none = replace(TEST, n_genuine=0, auc=Measure(None, None), false_positives=Share(0, 0, None))
    told = facts(test=none)
    assert "nothing is known" in chapter(told, "failures").lead
    assert chapter(told, "failures").chart is None
    assert "cannot tell" in chapter(told, "costs").lead


def test_shortcuts_are_told_either_way() -> None:
    assert "not found to give fakes away" in chapter(facts(), "care").points[-1]
    found = {"auc": 0.99, "low": 0.9, "high": 1.0, "features": []}
    marked = replace(DATA, version=replace(DATA.version, shortcut=found))
    assert chapter(facts(data=marked), "care").points[-1].startswith("Careful")
    assert "Careful" in " ".join(chapter(facts(data=marked), "limits").points)
    unknown = replace(DATA, version=replace(DATA.version, shortcut=None))
    assert "was not checked" in chapter(facts(data=unknown), "care").points[-1]


def test_what_was_left_out_is_told_with_reasons() -> None:
    care = chapter(facts(), "care")
    assert care.lead == "13 images of the collection were left out of version 2."
    assert care.figures[1].note == "3 not yet decided"
    assert "12 near-duplicate of an image that was kept and 1 without a label" in care.points[0]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, "none found"),
        ({None: 9}, "none decided; 9 wait"),
        ({None: 1, Verdict.KEEP_LEFT: 2}, f"2 {Verdict.KEEP_LEFT}; 1 waits"),
        ({Verdict.KEEP_LEFT: 2}, f"2 {Verdict.KEEP_LEFT}"),
    ],
)
def test_pairs_that_wait_are_not_told_as_none(found: dict[Verdict | None, int], words: str) -> None:
    care = chapter(facts(data=replace(DATA, duplicates=found)), "care")
    assert care.points[2] == f"Near-duplicate pairs: {words}."


def test_the_dots_say_whose_they_are() -> None:
    """They stand near the figure of missed fakes too, and must not be taken for it."""
    drawn = chapter(facts(), "failures").chart
    assert drawn is not None
    assert "Of 100 genuine images" in drawn.svg


def test_a_run_without_a_crop_says_so() -> None:
    told = facts(run=replace(RUN, params={}, best_epoch=None))
    assert "was not recorded" in chapter(told, "method").points[0]


def test_the_team_is_heard_only_once_it_said_something() -> None:
    assert "review" not in [each.key for each in tell(facts())]
    said = Review(
        n_images=197,
        n_settled=20,
        verdicts=(("label wrong", 2), ("detector wrong", 18)),
        n_turned=(2, 0),
        alpha=Measure(0.7, (0.5, 0.9)),
        n_rated=20,
        false_positives_after=Measure(0.05, (0.02, 0.1)),
    )
    told = facts(review=said)
    assert chapter(told, "review").lead == (
        "20 test images of 197 were settled by people; 2 of their labels were wrong."
    )
    after = figures(told, "review")["of genuine images called fake, with these labels put right"]
    assert after == ("5 %", "95 % interval 2 % to 10 %")
    assert "flatter" in " ".join(chapter(told, "review").points)
    quiet = chapter(facts(review=replace(said, n_settled=1, n_turned=(0, 0))), "review")
    assert quiet.lead.endswith("was settled by people; none of their labels was wrong.")


def test_the_data_chapter_counts_everything_once() -> None:
    assert DATA.count() == 587
    assert DATA.count(Split.TEST) == 197
    assert chapter(facts(), "data").lead == "587 images of 40 named people, from 2 places."
