from pathlib import Path

import pytest
from sqlalchemy import Engine

from core.errors import InvalidInput
from core.evaluation.bootstrap import Estimate
from core.review import queues
from core.review.outcomes import Change, LabelError
from core.review.reviewers import report
from core.types import Label, Split
from dashboard.home import open_database
from dashboard.review_figures import (
    agreement_of,
    agreement_words,
    audit_of,
    audit_words,
    change_words,
    figures_of_queue,
    reviewed_figures,
    turned_words,
)
from dashboard.settings import Settings
from db import review_outcomes, runs
from db.engine import reading, writing
from db.review_items import get_item
from db.tables import ParentRow
from tests.db.builders import add
from tests.db.review_builders import (
    DETECTOR,
    LABEL,
    UNSURE,
    UNUSABLE,
    items_of,
    make_queue,
    say,
    scored_run,
)

G, F = Label.GENUINE, Label.FAKE
SCORES = [(G, 0.9), (G, 0.8), (G, 0.7), (G, 0.1), (F, 0.9), (F, 0.2)]
FPR = "false_positive_rate"


@pytest.fixture
def database(tmp_path: Path) -> Engine:
    return open_database(Settings(home=tmp_path, user="ada"))


def test_figures_before_and_after_a_queue_of_mistakes(database: Engine) -> None:
    with writing(database) as session:
        run_id, _ = scored_run(session, SCORES)
        queue_id = make_queue(session, run_id)
        for item, verdict in zip(
            items_of(session, queue_id, 3), (LABEL, DETECTOR, UNUSABLE), strict=True
        ):
            say(session, item, ada=verdict, bob=verdict)
        found = figures_of_queue(session, queue_id)
        assert (found.n_images, found.n_reviewed, found.n_turned) == (6, 3, (1, 0))
        assert found.counts == {LABEL: 1, DETECTOR: 1, UNUSABLE: 1}
        change = found.changes[FPR]
        assert (change.before.value, change.after.value) == (0.75, 0.5)
        assert not found.is_same
        review_outcomes.apply_verdicts(session, queue_id, actor="ada")
        assert figures_of_queue(session, queue_id).changes[FPR] == change
        run = runs.get_run(session, run_id)
        other = make_queue(session, run_id, kind=queues.MISSES)
        assert reviewed_figures(session, run, Split.TEST, 0.5).changes[FPR] == change
        assert figures_of_queue(session, other).is_same


def test_chosen_images_without_a_run_have_no_figures(database: Engine) -> None:
    with writing(database) as session:
        chosen = {"image_ids": [add(session, "a")]}
        what = {"kind": queues.CHOSEN, "params": chosen, "split": None, "threshold": None}
        queue_id = make_queue(session, None, **what)
        with pytest.raises(InvalidInput, match="they have no scores"):
            figures_of_queue(session, queue_id)
        assert audit_of(session, queue_id) is None


def test_a_random_audit_estimates_how_many_labels_are_wrong(database: Engine) -> None:
    with writing(database) as session:
        run_id, _ = scored_run(session, SCORES)
        queue_id = make_queue(session, run_id, kind=queues.RANDOM_AUDIT)
        items = items_of(session, queue_id, 6)
        nothing = audit_of(session, queue_id)
        assert nothing is not None
        assert "has a final verdict on its label yet" in audit_words(nothing)
        say(session, items[0], ada=LABEL, bob=LABEL)
        say(session, items[1], ada=UNSURE, bob=UNSURE)
        found = audit_of(session, queue_id)
    assert found is not None
    assert (found.n_wrong, found.n_judged, found.n_cannot_tell, found.n_open) == (1, 1, 1, 4)


def test_what_an_audit_found_in_words() -> None:
    found = LabelError(2, 40, (0.0138, 0.165), 1, 0, 3)
    assert audit_words(found) == (
        "Wrong labels: 2 of 40 drawn at random, 5.0% (95 % interval 1.4% to 16.5%). "
        "Not counted: 1 unusable, 3 without a final verdict (disputes settle last: until they "
        "have, this is not the whole sample)."
    )


def test_an_audit_that_left_settled_images_out_says_so(database: Engine) -> None:
    with writing(database) as session:
        run_id, _ = scored_run(session, SCORES)
        queue_id = make_queue(session, run_id, kind=queues.RANDOM_AUDIT, again=False)
        nothing = audit_of(session, queue_id)
        (item,) = items_of(session, queue_id, 1)
        say(session, item, ada=UNUSABLE, bob=UNUSABLE)
        (other,) = items_of(session, queue_id, 1)
        say(session, other, at=3, ada=LABEL, bob=LABEL)
        found = audit_of(session, queue_id)
        whole = audit_of(session, make_queue(session, run_id, kind=queues.RANDOM_AUDIT))
    wanted = "Images that were settled before were left out of the draw"
    told = [audit_words(each) for each in (nothing, found, whole) if each]
    assert [wanted in each for each in told] == [True, True, False]


def test_an_audit_and_the_corrected_figures_count_the_same_wrong_labels(database: Engine) -> None:
    """A fake made here stays fake: people's word on its label counts in neither."""
    with writing(database) as session:
        run_id, _ = scored_run(session, SCORES)
        queue_id = make_queue(session, run_id, kind=queues.RANDOM_AUDIT)
        items = [get_item(session, id_) for id_ in items_of(session, queue_id, len(SCORES))]
        parent, child = (next(each for each in items if each.label is label) for label in (G, F))
        made = {"child_id": child.image.id, "parent_id": parent.image.id}
        session.add(ParentRow(**made, recipe={}))
        for item in items:
            said = LABEL if item.id in (parent.id, child.id) else UNSURE
            say(session, item.id, ada=said, bob=said)
        found, figures = audit_of(session, queue_id), figures_of_queue(session, queue_id)
    assert found is not None
    assert (found.n_wrong, found.n_judged, found.n_generated) == (1, 1, 1)
    assert sum(figures.n_turned) == found.n_wrong
    assert figures.counts[LABEL] == found.n_judged
    assert "1 made here as fake" in audit_words(found)


@pytest.mark.parametrize(
    ("turned", "wanted"),
    [
        ((1, 2), "1 genuine image turned fake, 2 fakes turned genuine"),
        ((0, 1), "1 fake turned genuine"),
        ((0, 0), ""),
    ],
)
def test_turned_labels_in_words(turned: tuple[int, int], wanted: str) -> None:
    assert turned_words(turned) == wanted


def test_agreement_is_that_of_the_queue_alone(database: Engine) -> None:
    with writing(database) as session:
        run_id, _ = scored_run(session, SCORES)
        queue_id, other = (
            make_queue(session, run_id),
            make_queue(session, run_id, kind=queues.MISSES),
        )
        for item, second in zip(
            items_of(session, queue_id, 3), (LABEL, LABEL, DETECTOR), strict=True
        ):
            say(session, item, ada=LABEL, bob=second)
        for item in items_of(session, other, 1):
            say(session, item, ada=LABEL, bob=DETECTOR)
    with reading(database) as session:
        found = agreement_of(session, queue_id)
    assert (found.n_compared, found.n_same) == (3, 2)
    assert [pair.n_same for pair in found.pairs] == [2]
    assert [reviewer.n_opinions for reviewer in found.reviewers] == [3, 3]
    words = agreement_words(found)
    assert words["all the same"] == "2 of 3"
    assert words["ada and bob"].startswith("Cohen's kappa 0.000, 3 items")
    assert words["bob"] == ("3 opinions, 2 of 3 with the others, 0 of 0 upheld by adjudication")
    assert agreement_words(report([]))["Fleiss' kappa"].startswith("none. At least two items")


def test_a_change_in_words() -> None:
    before, after = Estimate(0.5, (0.25, 0.75), 8, 4), Estimate(0.25, None, 8, 4)
    assert change_words(Change(before, after, -0.25, (-0.5, 0.125))) == (
        "0.500 (0.250 to 0.750) -> 0.250, difference -0.250 (-0.500 to +0.125)"
    )
    nothing = Estimate(None, None, 0, 0)
    assert change_words(Change(before, nothing, None, None)) == "0.500 (0.250 to 0.750) -> none"
