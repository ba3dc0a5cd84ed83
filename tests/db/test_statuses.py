import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.errors import InvalidInput, NotFound
from core.types import Status, Verdict
from db import events, images, pairs, statuses
from db.catalogue import Catalogue
from db.engine import reading, writing
from db.images import ImageFilter
from tests.db.builders import MODEST, add, add_pair, checksum, forgotten

IN = (Status.ACTIVE, None)
BLURRED = (Status.EXCLUDED, "blurred")


def status(session: Session, image_id: int) -> tuple[Status, str | None]:
    image = images.get_image(session, image_id)
    return image.status, image.status_reason


def twins(session: Session) -> tuple[int, int, int]:
    """Add two images that look alike; return them and their pair."""
    kept, gone = add(session, "kept"), add(session, "gone")
    return kept, gone, add_pair(session, kept, gone)


DUPLICATE = (Status.EXCLUDED, f"duplicate of {checksum('kept')[:12]}")


def test_images_leave_with_a_reason_and_come_back_as_one_act(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    assert statuses.exclude(writer, [a, b, b, 99], "  blurred ", actor="ada") == 2
    assert [status(writer, i) for i in (a, b)] == [BLURRED, BLURRED]
    (event,) = events.history(writer, "image", a)
    assert (event.actor, event.action) == ("ada", "exclude")
    assert event.before == {"status": "active", "status_reason": None}
    assert event.after == {"status": "excluded", "status_reason": "blurred"}
    assert statuses.include(writer, [a, b], actor="ada") == 2
    assert [status(writer, i) for i in (a, b)] == [IN, IN]


def test_what_is_left_out_already_keeps_its_reason_and_is_not_counted(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    statuses.exclude(writer, [a], "blurred", actor="ada")
    assert statuses.exclude(writer, [a, b], "dark", actor="ada") == 1
    assert status(writer, a) == BLURRED
    assert statuses.include(writer, [], actor="ada") == 0


def test_undo_restores_what_each_image_had(writer: Session) -> None:
    a, b, c = (add(writer, name) for name in "abc")
    statuses.exclude(writer, [a], "blurred", actor="ada")
    statuses.exclude(writer, [b], "dark", actor="ada")
    assert statuses.include(writer, [a, b, c], actor="ada") == 2
    assert statuses.undo_status(writer, actor="ada") == 2
    assert [status(writer, i) for i in (a, b, c)] == [BLURRED, (Status.EXCLUDED, "dark"), IN]
    assert statuses.undo_status(writer, actor="ada") == 1
    assert statuses.undo_status(writer, actor="ada") == 1
    assert [status(writer, i) for i in (a, b, c)] == [IN, IN, IN]
    with pytest.raises(NotFound, match="of yours left"):
        statuses.undo_status(writer, actor="ada")


def test_undo_is_of_ones_own_and_leaves_what_others_changed_since(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    statuses.exclude(writer, [a, b], "blurred", actor="ada")
    statuses.include(writer, [a], actor="bob")
    statuses.exclude(writer, [a], "dark", actor="bob")
    assert statuses.undo_status(writer, actor="ada") == 1
    assert [status(writer, i) for i in (a, b)] == [(Status.EXCLUDED, "dark"), IN]


def test_undo_leaves_what_another_said_since_with_the_same_reason(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    statuses.exclude(writer, [a, b], "blurred", actor="ada")
    statuses.include(writer, [a], actor="bob")
    statuses.exclude(writer, [a], "blurred", actor="bob")
    assert statuses.undo_status(writer, actor="ada") == 1
    assert [status(writer, i) for i in (a, b)] == [BLURRED, IN]
    statuses.undo_status(writer, actor="bob")
    assert status(writer, a) == IN


@pytest.mark.parametrize("reason", ["Duplicate  of a print", "duplicate of 0123456789ab"])
def test_a_reason_that_reads_like_a_verdict_is_refused(writer: Session, reason: str) -> None:
    """The next verdict on the image would take it for its own, and bring the image back."""
    with pytest.raises(InvalidInput, match="reason of your own"):
        statuses.exclude(writer, [add(writer, "a")], reason, actor="ada")


@pytest.mark.parametrize("reason", ["", " \n", "x" * 256, "a\x00b"])
def test_a_reason_must_be_a_short_text(writer: Session, reason: str) -> None:
    with pytest.raises(InvalidInput, match="Expected a reason"):
        statuses.exclude(writer, [add(writer, "a")], reason, actor="ada")


def test_a_person_s_inclusion_outlives_the_verdict_that_is_taken_back(writer: Session) -> None:
    _, gone, pair = twins(writer)
    pairs.decide(writer, pair, Verdict.KEEP_LEFT, actor="ada")
    assert statuses.include(writer, [gone], actor="ada") == 1
    pairs.undo_decision(writer, actor="ada")
    assert status(writer, gone) == IN
    statuses.undo_status(writer, actor="ada")
    assert status(writer, gone) == IN  # the verdict that had excluded it stands no longer


@pytest.mark.parametrize("verdict", [Verdict.KEEP_LEFT, Verdict.KEEP_BOTH, Verdict.NOT_DUPLICATE])
def test_a_person_s_inclusion_outlives_verdicts_in_the_image_s_favour(
    writer: Session, verdict: Verdict
) -> None:
    _, gone, pair = twins(writer)
    other = add_pair(writer, gone, add(writer, "third"))
    pairs.decide(writer, pair, Verdict.KEEP_LEFT, actor="ada")
    statuses.include(writer, [gone], actor="ada")
    pairs.decide(writer, other, verdict, actor="ada")
    assert status(writer, gone) == IN
    pairs.undo_decision(writer, actor="ada")
    assert status(writer, gone) == IN


def test_a_person_s_inclusion_outlives_one_of_two_lost_verdicts(writer: Session) -> None:
    _, gone, pair = twins(writer)
    other = add_pair(writer, gone, add(writer, "third"))
    pairs.decide(writer, pair, Verdict.KEEP_LEFT, actor="ada")
    pairs.decide(writer, other, Verdict.KEEP_RIGHT, actor="ada")
    statuses.include(writer, [gone], actor="ada")
    pairs.undo_decision(writer, actor="ada")
    assert status(writer, gone) == IN


def test_undoing_an_inclusion_lets_the_verdict_count_again(writer: Session) -> None:
    _, gone, pair = twins(writer)
    pairs.decide(writer, pair, Verdict.KEEP_LEFT, actor="ada")
    assert status(writer, gone) == DUPLICATE
    statuses.include(writer, [gone], actor="ada")
    statuses.undo_status(writer, actor="ada")
    assert status(writer, gone) == DUPLICATE
    pairs.undo_decision(writer, actor="ada")
    assert status(writer, gone) == IN


def test_a_person_s_reason_is_not_overwritten_by_a_verdict(writer: Session) -> None:
    _, gone, pair = twins(writer)
    statuses.exclude(writer, [gone], "blurred", actor="ada")
    pairs.decide(writer, pair, Verdict.KEEP_LEFT, actor="ada")
    assert status(writer, gone) == BLURRED
    pairs.undo_decision(writer, actor="ada")
    assert status(writer, gone) == BLURRED


def test_undoing_an_exclusion_leaves_what_lost_since_out(writer: Session) -> None:
    _, gone, pair = twins(writer)
    statuses.exclude(writer, [gone], "blurred", actor="ada")
    pairs.decide(writer, pair, Verdict.KEEP_LEFT, actor="ada")
    statuses.undo_status(writer, actor="ada")
    assert status(writer, gone) == DUPLICATE


def test_undoing_an_exclusion_goes_back_to_a_person_s_inclusion(writer: Session) -> None:
    _, gone, pair = twins(writer)
    pairs.decide(writer, pair, Verdict.KEEP_LEFT, actor="ada")
    statuses.include(writer, [gone], actor="ada")
    statuses.exclude(writer, [gone], "blurred", actor="ada")
    statuses.undo_status(writer, actor="ada")
    assert status(writer, gone) == IN


@MODEST
@given(
    acts=st.lists(st.tuples(st.sampled_from(["blurred", "dark", None]), st.sets(st.integers(1, 6))))
)
def test_undoing_every_act_leaves_no_trace(
    database: Engine, acts: list[tuple[str | None, set[int]]]
) -> None:
    with forgotten(database) as session:
        ids = [add(session, n) for n in range(6)]
        passed = []
        for reason, chosen in acts:
            passed.append([status(session, i) for i in ids])
            these = [ids[n - 1] for n in chosen]
            n_changed = (
                statuses.exclude(session, these, reason, actor="ada")
                if reason
                else statuses.include(session, these, actor="ada")
            )
            if not n_changed:
                passed.pop()
        for before in reversed(passed):
            statuses.undo_status(session, actor="ada")
            assert [status(session, i) for i in ids] == before
        with pytest.raises(NotFound):
            statuses.undo_status(session, actor="ada")


def test_browse_sees_the_change(database: Engine) -> None:
    catalogue, excluded = Catalogue(), ImageFilter(status=Status.EXCLUDED)
    with writing(database) as session:
        ids = [add(session, n) for n in range(5)]
    with reading(database) as session:
        assert catalogue.count(session, excluded) == 0
    with writing(database) as session:
        statuses.exclude(session, ids[:3], "blurred", actor="ada")
    with reading(database) as session:
        assert catalogue.find(session, excluded)[0] == ids[:3]
