from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from core.review.agreement import Agreement
from core.review.queues import RANDOM_AUDIT, QueueRequest
from core.review.verdicts import ReviewVerdict
from core.types import Split
from dashboard import (
    auth,
    review_agreement_view,
    review_charts,
    review_desk,
    review_outcome_view,
    review_work,
    text,
)
from dashboard.home import open_database
from dashboard.judging import Act
from dashboard.settings import Settings, settings
from db import adjudications, images, review_claims, review_items, review_queues, reviews
from db.engine import reading, writing
from db.review_outcomes import Applied
from db.review_queues import Progress
from db.tables import now
from tests.pages.conftest import OpenPage

NAME = "Audit *of* <b>labels</b>"


@pytest.fixture
def home(seeded_home: Settings) -> Settings:
    return seeded_home


def make_queue(home: Settings, n_opinions: int = 2, reviewers: Sequence[str] = ()) -> int:
    request = QueueRequest(
        RANDOM_AUDIT,
        name=NAME,
        run_id=1,
        split=Split.TEST,
        threshold=0.5,
        n_opinions=n_opinions,
        reviewers=reviewers,
    )
    with writing(open_database(home)) as session:
        return review_queues.create_queue(session, request, author="tester")


def judge(home: Settings, queue: int, name: str, verdict: ReviewVerdict) -> None:
    """Give one verdict on every item of a queue."""
    with writing(open_database(home)) as session:
        for item in review_claims.claim(session, queue, reviewer=name, n=100):
            reviews.give_opinion(session, item.id, verdict, reviewer=name)


def labels(home: Settings) -> list[str]:
    with reading(open_database(home)) as session:
        return [image.label for image in images.get_images(session, list(range(1, 19)))]


def words(app: object) -> str:
    """Return all text of a page."""
    found = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error]  # type: ignore[attr-defined]
    return "\n".join(each.value for each in found)


def test_without_a_detector_the_page_leads_to_training(
    empty_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("review.py")
    assert not app.exception
    assert "No detector has been trained yet" in words(app)


def test_the_first_queue_is_made_in_the_form(home: Settings, open_page: OpenPage) -> None:
    app = open_page("review.py", kind="random audit", run="1", split="test", t="0.4")
    assert app.selectbox(key="queue-kind").value == "random audit"
    assert app.number_input(key="queue-threshold-1").value == 0.4
    app.button(key="make-queue").click().run()
    assert not app.exception
    with reading(open_database(home)) as session:
        (queue,) = review_items.list_queues(session)
    assert (queue.kind, queue.threshold, queue.author) == ("random audit", 0.4, "tester")
    assert app.query_params["queue"] == str(queue.id)


def test_an_audit_takes_settled_images_unless_somebody_turns_that_off(
    home: Settings, open_page: OpenPage
) -> None:
    app = open_page("review.py", kind="random audit", run="1", split="test", t="0.4")
    assert app.toggle(key="queue-again-random audit").value
    app.toggle(key="queue-again-random audit").set_value(False).run()
    assert "too low" in words(app)
    app.button(key="make-queue").click().run()
    with reading(open_database(home)) as session:
        (queue,) = review_items.list_queues(session)
    assert queue.params["again"] is False
    app = open_page("review.py", kind="false positives")
    assert not app.toggle(key="queue-again-false positives").value


def test_where_no_image_fits_the_form_says_so(home: Settings, open_page: OpenPage) -> None:
    app = open_page("review.py", kind="false positives", t="1")
    assert not app.exception
    assert "Received none among" in app.info[0].value
    assert "make-queue" not in {button.key for button in app.button}


@pytest.mark.parametrize(("field", "value"), [("limit", 0), ("limit", 5001), ("opinions", 6)])
def test_a_number_that_does_not_fit_makes_no_queue(
    home: Settings, open_page: OpenPage, field: str, value: int
) -> None:
    app = open_page("review.py", kind="random audit", t="0.4")
    app.number_input(key=f"queue-{field}").set_value(value).run()
    assert f"Received {value:,}" in app.info[0].value.replace("\\", "")
    assert "make-queue" not in {button.key for button in app.button}


@pytest.mark.parametrize("nonsense", ["-1"])
def test_nonsense_in_the_url_is_passed_over(
    home: Settings, open_page: OpenPage, nonsense: str
) -> None:
    app = open_page("review.py", run=nonsense, kind=nonsense, t=nonsense, split=nonsense)
    assert not app.exception


def test_an_unknown_queue_is_told(home: Settings, open_page: OpenPage) -> None:
    app = open_page("review.py", queue="99")
    assert not app.exception
    assert "no queue of that number" in app.warning[0].value


def test_the_list_shows_names_as_they_are_and_leads_on(home: Settings, open_page: OpenPage) -> None:
    queue = make_queue(home)
    app = open_page("review.py")
    assert r"\<b\>labels" in words(app)
    assert "Nobody has begun." in words(app)
    app.button(key=f"open-{queue}").click().run()
    assert not app.exception
    assert app.query_params["view"] == "judge"


@pytest.mark.parametrize("part", ["judge", "adjudicate", "agreement", "outcome", "people", "odd"])
def test_every_part_of_a_new_queue_stands(home: Settings, open_page: OpenPage, part: str) -> None:
    app = open_page("review.py", queue=str(make_queue(home)), view=part)
    assert not app.exception
    assert not app.error


def test_any_name_may_judge(
    home: Settings, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERITY_USER", "a__b <i>")
    settings.cache_clear()
    app = open_page("review.py", queue=str(make_queue(home)), view="judge")
    assert not app.exception


def test_somebody_who_is_no_reviewer_is_told(home: Settings, open_page: OpenPage) -> None:
    queue = make_queue(home, reviewers=["Ada", "Bo"])
    app = open_page("review.py", queue=str(queue), view="judge")
    assert "one of this queue" in app.error[0].value


def test_who_took_a_side_is_told_who_decides_instead(
    home: Settings, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = make_queue(home)
    judge(home, queue, "Ada", ReviewVerdict.LABEL_WRONG)
    judge(home, queue, "Bo", ReviewVerdict.CANNOT_TELL)
    asked = {"queue": str(queue), "view": "adjudicate"}
    assert "You took a side" not in words(open_page("review.py", **asked))
    monkeypatch.setenv("VERITY_USER", "Ada")
    settings.cache_clear()
    told = words(open_page("review.py", **asked))
    assert "the last word is not yours" in told
    assert "may decide: tester" in told


def test_verdicts_are_applied_and_taken_back(home: Settings, open_page: OpenPage) -> None:
    queue = make_queue(home, n_opinions=1)
    judge(home, queue, "Ada", ReviewVerdict.LABEL_WRONG)
    before = labels(home)
    app = open_page("review.py", queue=str(queue), view="outcome", verdict="label wrong")
    assert not app.exception
    assert "get the other label" in words(app)
    app.button(key="apply-verdicts").click().run()
    assert not app.exception
    assert labels(home) != before
    (link,) = [each.proto for each in app.get("page_link") if "Freeze" in each.proto.label]
    assert parse_qs(link.query_string) == {"hard": ["1"], "rule": ["70/30"]}
    app.button(key="undo-apply").click().run()
    assert not app.exception
    assert labels(home) == before


def test_agreement_is_told_with_its_reading(home: Settings, open_page: OpenPage) -> None:
    queue = make_queue(home)
    judge(home, queue, "Ada", ReviewVerdict.LABEL_WRONG)
    judge(home, queue, "Bo", ReviewVerdict.CANNOT_TELL)
    app = open_page("review.py", queue=str(queue), view="agreement")
    assert not app.exception
    assert "On 0 of" in words(app)
    assert "the images below" in words(app)
    assert "Krippendorff's alpha" in {each.label for each in app.metric}
    with writing(open_database(home)) as session:
        for item in adjudications.disputed_items(session, queue):
            adjudications.adjudicate(session, item.id, ReviewVerdict.CANNOT_TELL, actor="Cy")
    told = words(app.run())
    assert "below" not in told
    assert "Outcome exports every opinion" in told


def test_images_are_assigned_and_taken_back(home: Settings, open_page: OpenPage) -> None:
    queue = make_queue(home)
    with writing(open_database(home)) as session:
        review_claims.assign(session, queue, "Ada", 3, actor="tester")
        review_claims.claim(session, queue, reviewer="Bo")
    app = open_page("review.py", queue=str(queue), view="people")
    assert "Ada: 3 images" in words(app)
    assert "Bo" in words(app)
    assert "unassign-Bo" not in {button.key for button in app.button}  # nothing to take back
    app.button(key="unassign-Ada").click().run()
    assert not app.exception
    assert "Ada: 3 images" not in words(app)


def test_a_closed_queue_takes_no_verdicts_until_it_is_opened_again(
    home: Settings, open_page: OpenPage
) -> None:
    queue = make_queue(home)
    app = open_page("review.py", queue=str(queue), view="people")
    app.button(key="close-queue").click().run()
    assert "reopen-queue" in {button.key for button in app.button}
    app = open_page("review.py", queue=str(queue), view="judge")
    assert "which is closed" in app.error[0].value


@pytest.mark.parametrize(
    ("alpha", "wanted"),
    [
        (Agreement(0.9, (0.82, 0.95), 40), "reliable"),
        (Agreement(0.85, (0.7, 0.95), 40), "tentative"),
        (Agreement(0.7, (0.2, 0.95), 4), "too wide"),
        (Agreement(0.3, (0.1, 0.5), 40), "too little"),
        (Agreement(-0.02, None, 9), "too little"),
        (Agreement(1.0, None, 2), "2 images: of further ones up to 78% may still split"),
        (Agreement(1.0, None, 400), "of further ones up to 1% may"),
        (Agreement(None, None, 1, "Two items are needed."), "Two items"),
    ],
)
def test_alpha_is_read_by_the_lower_end_of_its_interval(alpha: Agreement, wanted: str) -> None:
    assert wanted in review_agreement_view.reading(alpha, has_disputes=True)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (-0.1, "no better than chance"),
        (0.2, "slight"),
        (0.61, "substantial"),
        (1, "almost perfect"),
    ],
)
def test_kappa_has_a_word(value: float, wanted: str) -> None:
    assert review_agreement_view.kappa_word(value) == wanted


def test_the_plan_names_every_change_and_what_is_left_alone() -> None:
    plan = Applied((1, 2), (3,), (4,), n_generated=1, n_changed=1, n_kept=5)
    told = "\n".join(review_outcome_view.plan_words(plan))
    for part in ("**2 images** get the other", "**1 image** is excluded", "hard example"):
        assert part in told
    assert "1 image was made here as fake: that stays" in told
    assert review_outcome_view.plan_words(Applied()) == ["Nothing is left to apply."]


def progress(n_settled: int, n_disputed: int) -> Progress:
    settled = {ReviewVerdict.CANNOT_TELL: n_settled}
    return Progress(10, {}, n_disputed, settled, {}, {}, {}, None)


def test_an_empty_desk_says_what_the_queue_waits_for() -> None:
    assert review_work.nothing_left(progress(10, 0))[0] == "All is settled"
    told = review_work.nothing_left(progress(5, 2))[1]
    assert told == "3 images wait for another reviewer; 2 disputed: see Adjudicate."
    assert "for others" in review_work.nothing_disputed(progress(5, 2))[0]
    assert "so far" in review_work.nothing_disputed(progress(5, 0))[0]


def test_an_empty_desk_says_who_holds_images_and_until_when(home: Settings) -> None:
    queue = make_queue(home, n_opinions=1)
    with writing(open_database(home)) as session:
        review_claims.assign(session, queue, "Ada", 1, actor="Ada")
        claimed = review_claims.claim(session, queue, reviewer="a_b <i>", n=100)
        at = review_queues.progress(session, queue)
    title, told = review_work.nothing_left(at)
    assert title == "Nothing left for you at the moment"
    until = text.clock(at.claimed_until["a_b <i>"])
    assert f"; {len(claimed)} images are kept for a_b <i> until {until}" in told  # shown as text
    assert told.endswith("; 1 image is assigned to Ada.")
    assert at.claimed_until.keys() == {"a_b <i>"}
    later = now() + review_claims.CLAIM
    with reading(open_database(home)) as session:
        lapsed = review_queues.progress(session, queue, at=later)
    assert "kept for" not in review_work.nothing_left(lapsed)[1]


def test_whoever_comes_back_may_undo_more_than_is_kept_to_look_back_at(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_desk, "N_BACK", 2)
    queue_id = make_queue(home)
    judge(home, queue_id, "Ada", ReviewVerdict.CANNOT_TELL)
    with reading(open_database(home)) as session:
        queue = review_items.get_queue(session, queue_id)
        n_judged = review_queues.progress(session, queue_id).n_items
    pile = review_desk.Pile()
    review_desk._fill(pile, queue, review_work.JUDGE, "Ada")
    assert n_judged > review_desk.N_BACK == len(pile.back)
    for number in range(n_judged):
        act = Act(number, "undo", pile.back[-1])
        assert review_desk._do(act, pile, queue, review_work.JUDGE, "Ada") is None
        review_desk._fill(pile, queue, review_work.JUDGE, "Ada")
    assert (pile.back, pile.share.n_given) == ([], 0)


def pile_of(app: AppTest, work: str, queue: int) -> review_desk.Pile:
    pile: review_desk.Pile = app.session_state[f"{work}-{queue}-{b'tester'.hex()}-pile"]
    return pile


def test_whoever_changes_their_name_leaves_what_was_taken_under_the_old_one(
    home: Settings, open_page: OpenPage
) -> None:
    queue = make_queue(home, n_opinions=1)
    app = open_page("review.py", queue=str(queue), view="judge")
    n_taken = len(pile_of(app, "judge", queue).ahead)
    assert waiting_for(home, queue) == {"tester": n_taken}
    app.session_state[auth.CHOSEN] = "Cy"
    app.run()
    assert waiting_for(home, queue) == {"Cy": n_taken}
    app.session_state[auth.CHOSEN] = "tester"
    app.run()
    assert waiting_for(home, queue) == {"tester": n_taken}
    assert len(pile_of(app, "judge", queue).ahead) == n_taken


def waiting_for(home: Settings, queue: int) -> Mapping[str, int]:
    with reading(open_database(home)) as session:
        return review_queues.progress(session, queue).waiting_for


def test_a_page_that_is_run_again_tells_what_others_said_since(
    home: Settings, open_page: OpenPage
) -> None:
    queue = make_queue(home)
    judge(home, queue, "tester", ReviewVerdict.CANNOT_TELL)
    app = open_page("review.py", queue=str(queue), view="judge")
    item = pile_of(app, "judge", queue).back[-1]
    assert len(pile_of(app, "judge", queue).cards[item].opinions) == 1
    judge(home, queue, "Bo", ReviewVerdict.LABEL_WRONG)
    app.run()
    assert len(pile_of(app, "judge", queue).cards[item].opinions) == 2


def test_whoever_adjudicates_sees_opinions_as_they_are_now(
    home: Settings, open_page: OpenPage
) -> None:
    queue = make_queue(home)
    judge(home, queue, "Ada", ReviewVerdict.CANNOT_TELL)
    judge(home, queue, "Bo", ReviewVerdict.LABEL_WRONG)
    app = open_page("review.py", queue=str(queue), view="adjudicate")
    with writing(open_database(home)) as session:
        item = reviews.undo_opinion(session, queue, reviewer="Bo")
        reviews.give_opinion(session, item, ReviewVerdict.IMAGE_UNUSABLE, reviewer="Bo")
    app.run()
    told = pile_of(app, "adjudicate", queue).cards[item].opinions
    assert [word.text.split(" (")[0] for word in told] == ["cannot tell", "image unusable"]


def test_bars_carry_their_verdict() -> None:
    drawn = review_charts.draw_verdicts({ReviewVerdict.CANNOT_TELL: 3})
    assert list(drawn.data[0].customdata) == ["cannot tell"]
