import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.types import Label, Split
from db import adjudications, labels, review_comments, review_results, reviews
from db.tables import ParentRow
from tests.db.builders import checksum, freeze, start_run
from tests.db.review_builders import (
    DETECTOR,
    LABEL,
    UNUSABLE,
    items_of,
    judged_queue,
    later,
    make_queue,
    queue_of,
    say,
    scored_run,
    wrongly_called,
)

G, F = Label.GENUINE, Label.FAKE


def said(session: Session, queue_id: int) -> dict[tuple[int, str], str]:
    found = review_results.ratings(session, queue_id)
    return {(each.item, each.reviewer): each.verdict for each in found}


def test_what_was_said_after_seeing_others_does_not_count_as_agreement(writer: Session) -> None:
    queue_id = queue_of(writer, 2)
    first, second = items_of(writer, queue_id, 2)
    say(writer, first, ada=LABEL)
    reviews.undo_opinion(writer, queue_id, reviewer="ada", at=later(1))  # blind: a slip of a key
    say(writer, first, at=2, ada=DETECTOR, bob=LABEL)
    for place, verdict in enumerate((DETECTOR, UNUSABLE)):
        reviews.undo_opinion(writer, queue_id, reviewer="bob", at=later(10 + place))
        say(writer, first, at=20 + place, bob=verdict)
    say(writer, second, at=30, bob=LABEL)
    assert said(writer, queue_id) == {
        (first, "ada"): DETECTOR,
        (first, "bob"): LABEL,
        (second, "bob"): LABEL,
    }
    assert review_results.count_second_thoughts(writer, queue_id) == 1


def test_what_was_once_disclosed_stays_known(writer: Session) -> None:
    """Bob's opinion is gone again, but ada could see it and the score."""
    queue_id = queue_of(writer, 1)
    (item,) = items_of(writer, queue_id, 1)
    say(writer, item, ada=LABEL, bob=DETECTOR)
    reviews.undo_opinion(writer, queue_id, reviewer="bob", at=later(2))
    reviews.undo_opinion(writer, queue_id, reviewer="ada", at=later(3))
    say(writer, item, at=4, ada=DETECTOR, bob=UNUSABLE)
    assert said(writer, queue_id) == {(item, "ada"): LABEL, (item, "bob"): DETECTOR}
    assert review_results.count_second_thoughts(writer, queue_id) == 2


def test_of_three_the_second_is_still_blind(writer: Session) -> None:
    queue_id = queue_of(writer, 1, n_opinions=3)
    (item,) = items_of(writer, queue_id, 1)
    say(writer, item, ada=LABEL, bob=LABEL)
    reviews.undo_opinion(writer, queue_id, reviewer="bob", at=later(2))
    say(writer, item, at=3, bob=DETECTOR)
    assert said(writer, queue_id) == {(item, "ada"): LABEL, (item, "bob"): DETECTOR}
    assert review_results.count_second_thoughts(writer, queue_id) == 0


def test_where_one_opinion_is_all_it_is_changed_knowing_the_score(writer: Session) -> None:
    queue_id = queue_of(writer, 1, n_opinions=1)
    (item,) = items_of(writer, queue_id, 1)
    say(writer, item, ada=LABEL)
    reviews.undo_opinion(writer, queue_id, reviewer="ada", at=later(2))
    say(writer, item, at=3, ada=DETECTOR)
    assert said(writer, queue_id) == {(item, "ada"): LABEL}


def test_last_words_and_final_verdicts_in_the_order_of_the_queue(writer: Session) -> None:
    queue_id = queue_of(writer, 3)
    first, second, _ = items_of(writer, queue_id, 3)
    say(writer, first, ada=LABEL, bob=DETECTOR)
    say(writer, second, ada=LABEL, bob=LABEL)
    adjudications.adjudicate(writer, first, UNUSABLE, actor="cy")
    assert review_results.adjudicated(writer, queue_id) == {first: UNUSABLE}
    assert review_results.final_verdicts(writer, queue_id) == [UNUSABLE, LABEL, None]


def test_the_newest_verdict_on_an_image_counts(writer: Session) -> None:
    run_id, (image_id, other) = scored_run(writer, [(G, 0.9), (G, 0.8)])
    first = make_queue(writer, run_id)
    say(writer, items_of(writer, first, 1)[0], ada=LABEL, bob=LABEL)
    second = make_queue(writer, run_id, again=True)
    for item in items_of(writer, second, 2):
        say(writer, item, at=60, ada=DETECTOR, bob=DETECTOR)
    assert review_results.verdicts_on_run(writer, run_id) == {image_id: DETECTOR, other: DETECTOR}
    assert review_results.verdicts_on_run(writer, run_id, queue_id=first) == {image_id: LABEL}


def test_verdicts_outlive_their_being_applied_but_not_a_newer_version_s_label(
    writer: Session,
) -> None:
    run_id, (image_id,) = scored_run(writer, [(G, 0.9)])
    queue_id = make_queue(writer, run_id)
    say(writer, items_of(writer, queue_id, 1)[0], ada=LABEL, bob=LABEL)
    labels.relabel(writer, [image_id], F, actor="ada")
    assert review_results.verdicts_on_run(writer, run_id) == {image_id: LABEL}
    newer = start_run(writer, freeze(writer, [(image_id, Split.TEST)], checksum("newer")), "job-2")
    assert review_results.verdicts_on_run(writer, newer) == {}


def test_a_fake_made_here_is_fake(writer: Session) -> None:
    queue_id, ids = judged_queue(writer, [(G, 0.9), (F, 0.1)], {1: LABEL})
    writer.add(ParentRow(child_id=ids[1], parent_id=ids[0], recipe={}))
    writer.flush()
    assert review_results.verdicts_on_run(writer, 1, queue_id=queue_id) == {}


def test_the_table_has_a_row_an_opinion_and_hides_what_is_still_judged_blind(
    writer: Session,
) -> None:
    queue_id = queue_of(writer, 3)
    first, second, third = items_of(writer, queue_id, 3)
    say(writer, first, ada=LABEL, bob=LABEL)
    say(writer, second, ada=LABEL)
    say(writer, third, ada=LABEL, bob=DETECTOR)
    review_comments.add_comment(writer, first, "=HYPERLINK(1)", author="ada")
    rows = list(review_results.table(writer, queue_id))
    assert [(row["position"], row["reviewer"], row["opinion"], row["verdict"]) for row in rows] == [
        (1, "ada", LABEL, LABEL),
        (1, "bob", LABEL, LABEL),
        (3, "ada", LABEL, None),
        (3, "bob", DETECTOR, None),
    ]
    assert all(tuple(row) == review_results.COLUMNS for row in rows)
    assert (rows[0]["score"], rows[0]["label"]) == (0.99, "genuine")
    assert rows[0]["comments"] == "ada: =HYPERLINK(1)"


def test_the_table_asks_no_more_of_a_longer_queue(writer: Session) -> None:
    asked: list[object] = []
    event.listen(writer, "do_orm_execute", lambda told: asked.append(told))

    def n_asked(n: int, job_id: str) -> int:
        run_id, _ = scored_run(writer, wrongly_called(n), job_id=job_id)
        queue_id = make_queue(writer, run_id, n_opinions=1)
        for item in items_of(writer, queue_id, n):
            say(writer, item, ada=LABEL)
            review_comments.add_comment(writer, item, "hm", author="ada")
        asked.clear()
        told = [row["comments"] for row in review_results.table(writer, queue_id)]
        assert told == ["ada: hm"] * n
        return len(asked)

    assert n_asked(2, "job-1") == n_asked(9, "job-2") > 0


def test_an_unknown_queue(writer: Session) -> None:
    with pytest.raises(NotFound, match="Received 99"):
        review_results.ratings(writer, 99)
    with pytest.raises(NotFound, match="Received 99"):
        list(review_results.table(writer, 99))
