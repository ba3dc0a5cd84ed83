from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluation.calibration import calibrate
from core.evaluation.metrics import wilson_interval
from core.evaluation.robustness import JPEG, RESIZE, Change
from core.types import Run, Split
from dashboard import resources, try_words
from dashboard.assessment import assess_calls
from dashboard.calibrating import Calibration
from dashboard.scores import Operating, Scored
from dashboard.settings import Settings
from dashboard.tried import Familiarity, Tried
from dashboard.trying import Call, Judgement, Share, Standard, alike, judge, standard_of, summary
from db import runs, thresholds
from db.engine import writing
from tests.dashboard.test_tried import tried

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
RUN = Run(1, None, 1, {}, 0, {}, "w", None, None, "ada", WHEN, WHEN, 1, 0.9)


def scored(scores: list[float], is_fake: list[bool]) -> Scored:
    n = len(scores)
    return Scored(np.arange(n), np.array(scores), np.array(is_fake, np.bool_), np.arange(n))


SUGGESTED = Operating(0.6, "Suggested.")


def standard(operating: Operating = SUGGESTED, temperature: float = 2.0) -> Standard:
    scores = np.linspace(0.02, 0.98, 40)
    fitted = scored(scores.tolist(), (np.arange(40) % 4 > 1).tolist())
    calibration = Calibration(temperature, Split.CALIBRATION, 40, 20, "Temperature 2.")
    return Standard(RUN, operating, calibration, fitted, Share(1, 50, wilson_interval(1, 50)))


def judged_by(held: Standard, seen: Tried) -> Judgement:
    """Return the judgement of an image with a face."""
    judged = judge(seen, held)
    assert judged
    return judged


@settings(max_examples=30, deadline=None)  # the first one imports SciPy
@given(st.floats(0, 1))
def test_the_band_is_half_open_and_the_threshold_calls_fake(score: float) -> None:
    plain, banded = standard(), standard(Operating(0.6, "", low=0.4, high=0.8))
    assert plain.call(score) is (Call.FAKE if score >= 0.6 else Call.GENUINE)
    expected = Call.FAKE if score >= 0.8 else Call.GENUINE if score < 0.4 else Call.UNCERTAIN
    assert banded.call(score) is expected


def test_a_judgement_says_what_it_rests_on() -> None:
    judged = judged_by(standard(), tried(score=0.7))
    assert judged.call is Call.FAKE
    assert judged.probability == pytest.approx(calibrate(np.array([0.7]), 2.0)[0])
    assert judged.mix == Share(20, 40, None)  # a fact of these images, not an estimate
    assert judged.alike is not None
    assert judged.alike.low < 0.7 < judged.alike.high


def test_a_score_that_was_not_calibrated_is_no_probability() -> None:
    bare = replace(standard(), calibration=Calibration(1.0, None, 0, 0, "Not calibrated."))
    judged = judged_by(bare, tried(score=0.7))
    assert judged.probability is None
    told = summary(tried(), judged, bare)
    assert (told["probability"], told["probability_rests_on"]) == (None, "Not calibrated.")
    assert told["fakes_in_calibration"] is None


def test_where_nothing_was_calibrated_nothing_is_said_to_hold() -> None:
    """The held-out images are still there, but no probability rests on them."""
    bare = replace(standard(), calibration=Calibration(1.0, None, 0, 0, "Not calibrated."))
    for held, holds in ((standard(), True), (bare, False)):
        told = try_words.about_probability(judged_by(held, tried()), held)
        assert ("It holds where 20 of 40 images are fake" in told) is holds


def test_the_first_change_that_turns_the_call_is_named() -> None:
    """By hand: fake from 0.6; the survival is 0.7, 0.69, 0.6, 0.4 and 0.7, 0.65, 0.3."""
    judged = judged_by(standard(), tried())
    assert judged.flip(JPEG) == Change(JPEG, 30)
    assert judged.flip(RESIZE) == Change(RESIZE, 0.25)
    assert judged_by(standard(Operating(0.2, "")), tried()).flip(JPEG) is None


def test_similar_scores_are_counted_with_an_interval() -> None:
    """By hand: the ten nearest to 0.5 of 0.1, 0.2, ... are seven below and three above it."""
    scores = [*np.linspace(0.44, 0.5, 7), 0.51, 0.52, 0.53, *np.linspace(0.9, 1, 20)]
    found = alike(0.5, scored(scores, [True] * 3 + [False] * 27))
    assert found is not None
    assert (found.fakes.part, found.fakes.whole) == (3, 10)
    assert_holds(found.fakes, wilson_interval(3, 10))
    assert found.low == pytest.approx(0.44)
    assert found.high == 0.53


def assert_holds(share: Share, narrower: tuple[float, float] | None) -> None:
    """Check that the interval holds one that takes every image for independent."""
    assert share.interval
    assert narrower
    assert share.interval[0] < narrower[0]
    assert share.interval[1] > narrower[1]


def test_images_of_few_people_leave_more_open_than_as_many_of_many() -> None:
    """Ten fakes and ten genuine images: of twenty people, or of two of whom one is a forger."""
    many = scored([0.5] * 20, [True, False] * 10)
    few = replace(many, groups=np.arange(20) % 2)
    by_many, by_few = alike(0.5, many), alike(0.5, few)
    assert by_many
    assert by_few
    assert (by_few.fakes.part, by_few.fakes.whole) == (10, 20)
    assert_holds(by_few.fakes, by_many.fakes.interval)


def test_equal_scores_are_counted_together() -> None:
    found = alike(0.0, scored([0.0] * 30 + [1.0] * 10, [False] * 40))
    assert found is not None
    assert (found.fakes.part, found.fakes.whole) == (0, 30)
    assert found.fakes.interval == pytest.approx(wilson_interval(0, 30))


def test_too_few_held_out_images_say_nothing_of_similar_scores() -> None:
    assert alike(0.5, scored([0.5] * 9, [True] * 9)) is None


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, None),
        (Familiarity(0, 0), None),
        (Familiarity(0, 30), True),
        (Familiarity(1, 30), False),
        (Familiarity(2, 200), True),
        (Familiarity(3, 200), False),
    ],
)
def test_an_image_farther_out_than_nearly_all_is_unfamiliar(
    found: Familiarity | None, expected: bool | None
) -> None:
    assert judged_by(standard(), tried(familiarity=found)).is_unfamiliar is expected


def test_the_summary_holds_no_picture_and_names_the_turns() -> None:
    seen, held = tried(), standard()
    told = summary(seen, judged_by(held, seen), held)
    assert told["turns_at"] == {"jpeg": "JPEG quality 30", "resize": "resized to 25%"}
    assert (told["call"], told["threshold"], told["uncertain_band"]) == ("fake", 0.6, None)
    assert not any(isinstance(value, bytes) for value in told.values())


def test_without_a_face_there_is_no_verdict() -> None:
    seen, held = tried(faces=(), judged=None, features={}, cues={}, embedding=None), standard()
    judged = judge(seen, held)
    assert judged is None
    told = summary(seen, judged, held)
    assert told["call"] is None
    assert "No face was found" in told["reason"]
    assert not {"score", "probability", "survival"} & told.keys()


def test_the_standard_is_the_threshold_in_force(seeded_home: Settings) -> None:
    with resources.session() as session:
        run = runs.get_run(session, 1)
        suggested = standard_of(session, run)
    assert not suggested.operating.is_in_force
    with writing(resources.database()) as session:
        number = thresholds.propose(
            session, 1, 0.5, Split.VALIDATION, "calm", author="ada", band=(0.4, 0.7)
        )
        thresholds.approve(session, number, actor="grace")
    with resources.session() as session:
        chosen = standard_of(session, run)
        expected = assess_calls(session, run, Split.TEST, 0.7)["false_positive_rate"]
    wrong = chosen.false_positives
    assert (wrong.whole, wrong.interval) == (expected.n_images, expected.interval)
    assert wrong.part / wrong.whole == expected.value
    assert (chosen.operating.low, chosen.operating.high) == (0.4, 0.7)
    assert chosen.calibration.split is Split.VALIDATION
    assert replace(chosen, operating=suggested.operating) != chosen
