import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.review.verdicts import HARD_EXAMPLE
from core.types import Label
from db import adjudications, events, images, labels, reviews, statuses, tags
from db.review_outcomes import Applied, applied_images, apply_verdicts, to_apply, undo_apply
from db.tables import ParentRow
from tests.db.builders import status
from tests.db.review_builders import (
    DETECTOR,
    LABEL,
    NOTHING,
    UNSURE,
    UNUSABLE,
    items_of,
    judged_queue,
    make_queue,
    say,
    scored_run,
)

G, F = Label.GENUINE, Label.FAKE
SCORES = [(G, 0.9), (F, 0.1), (G, 0.8), (G, 0.7), (G, 0.1), (G, 0.6), (G, 0.55)]
SAID = {0: LABEL, 1: LABEL, 2: DETECTOR, 3: UNUSABLE, 4: NOTHING, 5: UNSURE}


def label(session: Session, image_id: int) -> Label:
    return images.get_image(session, image_id).label


def test_verdicts_change_labels_exclude_and_mark_hard_examples(writer: Session) -> None:
    queue_id, ids = judged_queue(writer, SCORES, SAID)
    planned = to_apply(writer, queue_id)
    done = apply_verdicts(writer, queue_id, actor="dee")
    assert planned == done
    assert (done.relabelled, done.excluded, done.hard_examples) == (
        tuple(ids[:2]),
        (ids[3],),
        (ids[2],),
    )
    assert (done.n_kept, done.n_changed, done.n_generated, done.n_images) == (2, 0, 0, 4)
    assert [label(writer, image_id) for image_id in ids[:2]] == [F, G]
    assert status(writer, ids[3])[0] == "excluded"
    assert str(queue_id) in str(status(writer, ids[3])[1])
    assert tags.tags_of(writer, ids[2]) == [HARD_EXAMPLE]
    assert applied_images(writer, queue_id) == set(ids[:4])


def test_applying_twice_changes_nothing(writer: Session) -> None:
    queue_id, ids = judged_queue(writer, SCORES, SAID)
    apply_verdicts(writer, queue_id, actor="dee")
    n_events = len(events.history(writer, "review queue", queue_id))
    assert apply_verdicts(writer, queue_id, actor="dee") == Applied(n_kept=2)
    assert len(events.history(writer, "review queue", queue_id)) == n_events
    assert label(writer, ids[0]) is F


def test_all_of_it_is_one_act_that_another_may_take_back(writer: Session) -> None:
    queue_id, ids = judged_queue(writer, SCORES, SAID)
    apply_verdicts(writer, queue_id, actor="dee")
    labels.relabel(writer, [ids[6]], F, actor="dee")  # newer, and not touched by the undo
    assert undo_apply(writer, queue_id, actor="eve") == 4
    assert [label(writer, image_id) for image_id in (ids[0], ids[1], ids[6])] == [G, F, F]
    assert (status(writer, ids[3])[0], tags.list_tags(writer)) == ("active", {})
    assert applied_images(writer, queue_id) == set()
    newest = events.history(writer, "review queue", queue_id)[0]
    assert (newest.actor, newest.action) == ("eve", "take verdicts back")
    with pytest.raises(NotFound, match="no applied verdicts"):
        undo_apply(writer, queue_id, actor="eve")
    assert apply_verdicts(writer, queue_id, actor="dee").n_images == 4


def test_what_is_settled_later_is_applied_later(writer: Session) -> None:
    queue_id, ids = judged_queue(writer, SCORES, {0: LABEL})
    apply_verdicts(writer, queue_id, actor="dee")
    say(writer, items_of(writer, queue_id, 1)[0], at=100, ada=LABEL, bob=LABEL)
    assert apply_verdicts(writer, queue_id, actor="dee").relabelled == (ids[1],)
    assert undo_apply(writer, queue_id, actor="dee") == 1
    assert [label(writer, image_id) for image_id in ids[:2]] == [F, F]


def test_images_that_changed_since_are_left_alone(writer: Session) -> None:
    queue_id, ids = judged_queue(writer, SCORES, SAID)
    labels.relabel(writer, [ids[0]], F, actor="zoe")
    statuses.exclude(writer, [ids[2]], "not a face", actor="zoe")
    done = apply_verdicts(writer, queue_id, actor="dee")
    assert (done.relabelled, done.hard_examples, done.n_changed) == ((ids[1],), (), 2)
    assert status(writer, ids[2]) == ("excluded", "not a face")


def test_a_label_given_since_is_not_undone(writer: Session) -> None:
    queue_id, ids = judged_queue(writer, SCORES, SAID)
    apply_verdicts(writer, queue_id, actor="dee")
    labels.relabel(writer, [ids[0]], G, actor="zoe")
    with pytest.raises(Conflict, match="by zoe"):
        undo_apply(writer, queue_id, actor="dee")


def test_a_part_that_was_undone_elsewhere_is_skipped(writer: Session) -> None:
    queue_id, ids = judged_queue(writer, SCORES, SAID)
    apply_verdicts(writer, queue_id, actor="dee")
    labels.undo_relabel(writer, actor="dee")
    tags.remove_tag(writer, [ids[2]], HARD_EXAMPLE, actor="zoe")
    assert undo_apply(writer, queue_id, actor="dee") == 1  # the excluded one
    assert status(writer, ids[3])[0] == "active"


def test_a_hard_example_of_another_queue_stays_until_that_is_taken_back_too(
    writer: Session,
) -> None:
    run_id, ids = scored_run(writer, [(G, 0.9), (G, 0.8)])
    queues = [make_queue(writer, run_id), make_queue(writer, run_id)]
    for queue_id, n in zip(queues, (2, 1), strict=True):
        for item in items_of(writer, queue_id, n):
            say(writer, item, ada=DETECTOR, bob=DETECTOR)
    apply_verdicts(writer, queues[0], actor="dee")
    apply_verdicts(writer, queues[1], actor="dee")
    assert undo_apply(writer, queues[0], actor="eve") == 1
    assert [tags.tags_of(writer, image_id) for image_id in ids] == [[HARD_EXAMPLE], []]
    assert apply_verdicts(writer, queues[0], actor="eve").n_images == 2
    assert undo_apply(writer, queues[1], actor="dee") == 0
    assert tags.tagged(writer, HARD_EXAMPLE) == ids
    assert undo_apply(writer, queues[0], actor="dee") == 2
    assert tags.tagged(writer, HARD_EXAMPLE) == []


def test_a_hard_example_that_somebody_untagged_does_not_come_back(writer: Session) -> None:
    run_id, ids = scored_run(writer, [(G, 0.9)])
    queues = [make_queue(writer, run_id), make_queue(writer, run_id)]
    for queue_id in queues:
        say(writer, items_of(writer, queue_id, 1)[0], ada=DETECTOR, bob=DETECTOR)
        apply_verdicts(writer, queue_id, actor="dee")
    tags.remove_tag(writer, ids, HARD_EXAMPLE, actor="zoe")
    undo_apply(writer, queues[0], actor="dee")
    assert tags.tagged(writer, HARD_EXAMPLE) == []


def test_what_a_generator_made_stays_fake(writer: Session) -> None:
    run_id, ids = scored_run(writer, [(G, 0.2), (F, 0.1)])
    writer.add(ParentRow(child_id=ids[1], parent_id=ids[0], recipe={}))
    queue_id = make_queue(writer, run_id, kind="misses")
    say(writer, items_of(writer, queue_id, 1)[0], ada=LABEL, bob=LABEL)
    assert apply_verdicts(writer, queue_id, actor="dee") == Applied(n_generated=1)
    assert label(writer, ids[1]) is F


def test_opinions_that_were_applied_stay_until_that_is_taken_back(writer: Session) -> None:
    queue_id, _ = judged_queue(writer, SCORES, {0: LABEL})
    apply_verdicts(writer, queue_id, actor="dee")
    with pytest.raises(Conflict, match="take the applied verdicts back first"):
        reviews.undo_opinion(writer, queue_id, reviewer="bob")
    undo_apply(writer, queue_id, actor="dee")
    reviews.undo_opinion(writer, queue_id, reviewer="bob")


def test_adjudications_that_were_applied_stay_too(writer: Session) -> None:
    queue_id, _ = judged_queue(writer, SCORES, {})
    (item,) = items_of(writer, queue_id, 1)
    say(writer, item, ada=LABEL, bob=DETECTOR)
    adjudications.adjudicate(writer, item, LABEL, actor="dee")
    apply_verdicts(writer, queue_id, actor="dee")
    with pytest.raises(Conflict, match="which changed the dataset"):
        adjudications.undo_adjudication(writer, queue_id, actor="dee")


def test_an_unknown_queue(writer: Session) -> None:
    for act in (apply_verdicts, undo_apply):
        with pytest.raises(NotFound, match="Received 99"):
            act(writer, 99, actor="dee")
