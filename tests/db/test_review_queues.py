from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.errors import InvalidInput, NotFound
from core.review import queues
from core.types import Label, Split
from db import events, images, people, review_items, review_queues, runs, statuses
from db.review_outcomes import apply_verdicts
from db.review_queues import progress
from tests.db.builders import add, freeze, start_run
from tests.db.review_builders import (
    DETECTOR,
    LABEL,
    items_of,
    make_queue,
    queue_of,
    say,
    scored_run,
)

G, F = Label.GENUINE, Label.FAKE
SCORES = [(G, 0.2), (G, 0.7), (F, 0.9), (F, 0.3), (G, 0.95), (F, 0.55)]


def contents(
    session: Session, queue_id: int, reviewer: str = "reader"
) -> list[review_items.BlindItem]:
    ids = items_of(session, queue_id, 99, reviewer)
    return [review_items.get_item(session, item_id) for item_id in ids]


def held(session: Session, queue_id: int) -> list[int]:
    """Return the images of a queue in its order."""
    return [item.image.id for item in contents(session, queue_id)]


@pytest.mark.parametrize(
    ("kind", "params", "expected"),
    [
        (queues.FALSE_POSITIVES, {}, [4, 1]),
        (queues.MISSES, {}, [3]),
        (queues.UNCERTAIN, {"low": 0.3, "high": 0.7}, [5, 3]),
        (queues.UNCERTAIN, {"nearest": 3}, [5, 1, 3]),
    ],
)
def test_a_queue_holds_what_its_kind_says(
    writer: Session, kind: str, params: dict[str, Any], expected: list[int]
) -> None:
    run_id, ids = scored_run(writer, SCORES)
    queue_id = make_queue(writer, run_id, kind=kind, params=params)
    assert held(writer, queue_id) == [ids[place] for place in expected]


def test_a_queue_tells_what_it_was_made_of(writer: Session) -> None:
    run_id, ids = scored_run(writer, SCORES)
    queue_id = make_queue(writer, run_id, name="  Worst  first ", limit=1, reviewers=["ada", "bob"])
    queue = review_items.get_queue(writer, queue_id)
    assert (queue.name, queue.kind, queue.split) == ("Worst first", "false positives", Split.TEST)
    assert (queue.threshold, queue.params["limit"], queue.n_opinions) == (0.5, 1, 2)
    assert (queue.reviewers, queue.author, queue.is_open) == (("ada", "bob"), "ada", True)
    assert [item.image.id for item in contents(writer, queue_id, "ada")] == [ids[4]]
    (event,) = events.history(writer, "review queue", queue_id)
    assert (event.action, event.after["n_items"]) == ("create queue", 1)


def test_a_reviewer_typed_in_another_way_is_the_person_who_is_known(writer: Session) -> None:
    people.remember(writer, "Ada")
    run_id, _ = scored_run(writer, SCORES)
    queue_id = make_queue(writer, run_id, reviewers=["ada", "bob"])
    assert review_items.get_queue(writer, queue_id).reviewers == ("Ada", "bob")
    with pytest.raises(InvalidInput, match="Expected at least 2 reviewers"):
        make_queue(writer, run_id, reviewers=["Ada", "ADA"])


def test_what_two_runs_call_differently_largest_gap_first(writer: Session) -> None:
    ids = [add(writer, place) for place in range(5)]
    test = [(image_id, Split.TEST) for image_id in ids[:4]]
    first = freeze(writer, [*test, (ids[4], Split.TRAIN)])
    other = freeze(writer, [*test[:3], (ids[3], Split.TRAIN), (ids[4], Split.TEST)])
    one, two = start_run(writer, first, "a"), start_run(writer, other, "b")
    for run_id, scores in (
        (one, [0.9, 0.1, 0.6, 0.9, 0.9]),
        (two, [0.1, 0.95, 0.7, 0.1, 0.0]),
    ):
        runs.save_predictions(writer, run_id, dict(zip(ids, scores, strict=True)))
    both = {"other_run": two, "other_threshold": 0.5}
    queue_id = make_queue(writer, one, kind=queues.DISAGREEMENTS, params=both)
    # The fourth was in the second run's training, the fifth is not in this split.
    assert held(writer, queue_id) == [ids[1], ids[0]]
    with pytest.raises(InvalidInput, match="Expected a second run"):
        make_queue(writer, one, kind=queues.DISAGREEMENTS)


def test_images_relabelled_excluded_or_settled_before_are_left_out(writer: Session) -> None:
    run_id, ids = scored_run(writer, [(G, 0.9), (G, 0.8), (G, 0.7), (G, 0.6)])
    images.relabel(writer, [ids[0]], F, actor="ada")
    statuses.exclude(writer, [ids[1]], "blurred", actor="ada")
    first = make_queue(writer, run_id)
    assert held(writer, first) == [ids[2], ids[3]]
    say(writer, items_of(writer, first, 1)[0], bob=DETECTOR, cy=DETECTOR)
    assert held(writer, make_queue(writer, run_id)) == [ids[3]]
    assert held(writer, make_queue(writer, run_id, again=True)) == [ids[2], ids[3]]


def test_an_audit_is_drawn_from_all_images_whatever_was_settled_or_applied(writer: Session) -> None:
    run_id, ids = scored_run(writer, [(G, 0.9), (G, 0.8), (G, 0.7), (G, 0.6)])
    first = make_queue(writer, run_id)
    one, two = items_of(writer, first, 2)
    say(writer, one, bob=LABEL, cy=LABEL)
    say(writer, two, bob=DETECTOR, cy=DETECTOR)
    apply_verdicts(writer, first, actor="ada")
    audit = make_queue(writer, run_id, kind=queues.RANDOM_AUDIT)
    assert sorted(held(writer, audit)) == ids
    assert {item.label for item in contents(writer, audit)} == {G}  # as the run's version has it
    partial = make_queue(writer, run_id, kind=queues.RANDOM_AUDIT, again=False)
    assert sorted(held(writer, partial)) == ids[2:]
    drawn_from_all = [review_items.get_queue(writer, each).params["again"] for each in (1, 2, 3)]
    assert drawn_from_all == [False, True, False]


def test_chosen_images_need_no_run(writer: Session) -> None:
    a, b, c = add(writer, "a"), add(writer, "b", F), add(writer, "c", Label.UNKNOWN)
    chosen = {"image_ids": [b, a, c, 999, b]}
    without = {"kind": queues.CHOSEN, "params": chosen, "threshold": None, "split": None}
    queue_id = make_queue(writer, None, **without)
    found = contents(writer, queue_id)
    assert [(item.image.id, item.is_called_fake) for item in found] == [(b, None), (a, None)]
    assert "image_ids" not in review_items.get_queue(writer, queue_id).params


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"threshold": 0.99}, "Received none among 6"),
        ({"split": Split.TRAIN}, "Received none among 0"),
        ({"kind": "everything"}, "Expected a kind among false positives"),
        ({"name": " "}, "Expected a name"),
        ({"n_opinions": 0}, "1 to 5 opinions an image. Received 0"),
        ({"reviewers": ["ada", "ada"]}, "at least 2 reviewers"),
        ({"reviewers": ["ada", "a\x00b"]}, "Expected a name"),
        ({"threshold": None}, "threshold None"),
        ({"run_id": None}, "Expected a run"),
        ({"kind": queues.UNCERTAIN}, "Expected 'low'"),
        ({"kind": queues.UNCERTAIN, "params": {"low": 0.9, "high": 0.1}}, "0 <= low < high"),
    ],
)
def test_a_queue_that_makes_no_sense_is_refused(
    writer: Session, changes: dict[str, Any], words: str
) -> None:
    run_id, _ = scored_run(writer, SCORES)
    with pytest.raises(InvalidInput, match=words):
        make_queue(writer, **{"run_id": run_id, **changes})


def test_an_unknown_run_or_queue(writer: Session) -> None:
    with pytest.raises(NotFound, match="Received 99"):
        make_queue(writer, 99)
    with pytest.raises(NotFound, match="Received 99"):
        progress(writer, 99)


def test_progress_counts_by_opinions_verdict_and_person(writer: Session) -> None:
    queue_id = queue_of(writer, 5)
    first, second, third, _, _ = items_of(writer, queue_id, 5)
    say(writer, first, at=0, ada=LABEL, bob=LABEL)
    say(writer, second, at=2, ada=LABEL, bob=DETECTOR)
    say(writer, third, at=60, ada=LABEL)  # after lunch: the pause does not count
    found = progress(writer, queue_id)
    assert (found.n_items, found.n_settled, found.n_disputed, found.n_opinions) == (5, 1, 1, 5)
    assert found.by_opinions == {0: 2, 1: 1, 2: 2}
    assert (found.settled, found.opinions_of) == ({LABEL: 1}, {"ada": 3, "bob": 2})
    assert found.seconds == 120
    items_of(writer, queue_id, 1)
    assert progress(writer, queue_id).waiting_for == {}


def test_queues_are_listed_open_ones_first(writer: Session) -> None:
    first, second = queue_of(writer, 1), queue_of_another(writer)
    review_queues.close_queue(writer, second, actor="ada")
    review_queues.close_queue(writer, second, actor="ada")
    assert [queue.id for queue in review_items.list_queues(writer)] == [first, second]
    review_queues.reopen_queue(writer, second, actor="ada")
    assert [queue.id for queue in review_items.list_queues(writer)] == [second, first]
    told = [event.action for event in events.history(writer, "review queue", second)]
    assert told == ["reopen queue", "close queue", "create queue"]


def queue_of_another(session: Session) -> int:
    return make_queue(session, scored_run(session, [(G, 0.9)], job_id="job-2")[0])
