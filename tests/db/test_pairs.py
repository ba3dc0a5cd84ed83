from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.types import Split, Status, Verdict
from db import events, images, pairs
from db.catalogue import Catalogue
from db.hashes import known_links
from db.images import ImageFilter
from db.tables import ImageRow
from tests.db.builders import (
    MODEST,
    add,
    add_pair,
    checksum,
    forgotten,
    freeze,
    numbers,
    status,
    undone,
)

# Finding


def test_a_pair_found_again_stays_as_it_was_decided(writer: Session) -> None:
    a, b = numbers(writer, 2)
    pair_id = add_pair(writer, a, b, bits=2)
    pairs.decide(writer, pair_id, Verdict.KEEP_BOTH, actor="ada")
    assert add_pair(writer, a, b, bits=5) == pair_id
    pair = pairs.get_pair(writer, pair_id)
    assert (pair.distance_bits, pair.verdict) == (2, Verdict.KEEP_BOTH)
    assert known_links(writer, [a]) == {(a, b)}


def test_pending_pairs_come_nearest_first_in_pages(writer: Session) -> None:
    a, b, c, d = numbers(writer, 4)
    far = add_pair(writer, a, b, bits=6)
    near = add_pair(writer, a, c, bits=0)
    tie = add_pair(writer, b, c, bits=6)
    decided = add_pair(writer, a, d, bits=1)
    add_pair(writer, b, d, bits=0, confirmed=False)
    pairs.decide(writer, decided, Verdict.KEEP_BOTH, actor="ada")
    assert [pair.id for pair in pairs.pending_pairs(writer, limit=9)] == [near, far, tie]
    assert [pair.id for pair in pairs.pending_pairs(writer, limit=1, offset=1)] == [far]
    assert [pair.id for pair in pairs.all_pairs(writer)] == [near, decided, far, tie]
    assert pairs.count_pairs(writer) == {"pending": 3, "decided": 1, "refuted": 1}
    assert sorted(pairs.links(writer)) == [(a, b), (a, c), (a, d), (b, c)]
    assert [pair.id for pair in pairs.pairs_of(writer, c)] == [near, tie]


def test_a_pair_shows_both_images(writer: Session) -> None:
    a, b = numbers(writer, 2)
    pair = pairs.get_pair(writer, add_pair(writer, a, b))
    assert (pair.left, pair.right) == (images.get_image(writer, a), images.get_image(writer, b))
    assert (pair.similarity, pair.is_mirrored) == (0.97, False)
    assert (pair.verdict, pair.decided_by, pair.decided_at) == (None, None, None)


def test_a_pair_that_is_not_there(writer: Session) -> None:
    with pytest.raises(NotFound, match="Received 99"):
        pairs.get_pair(writer, 99)
    with pytest.raises(NotFound, match="Received 99"):
        pairs.decide(writer, 99, Verdict.KEEP_BOTH, actor="ada")


# Deciding


@pytest.mark.parametrize(
    ("verdict", "kept"),
    [
        (Verdict.KEEP_LEFT, [0]),
        (Verdict.KEEP_RIGHT, [1]),
        (Verdict.KEEP_BOTH, [0, 1]),
        (Verdict.NOT_DUPLICATE, [0, 1]),
    ],
)
def test_a_verdict_excludes_the_image_that_is_not_kept(
    writer: Session, verdict: Verdict, kept: list[int]
) -> None:
    both = left, right = numbers(writer, 2)
    pair_id = add_pair(writer, left, right)
    pairs.decide(writer, pair_id, verdict, actor="ada")
    for i, image_id in enumerate(both):
        duplicate = ("excluded", f"duplicate of {checksum(1 - i)[:12]}")
        assert status(writer, image_id) == (("active", None) if i in kept else duplicate)
    pair = pairs.get_pair(writer, pair_id)
    assert (pair.verdict, pair.decided_by) == (verdict, "ada")
    assert pair.decided_at is not None
    (event,) = events.history(writer, "pair", pair_id)
    assert (event.before, event.after) == ({"verdict": None}, {"verdict": verdict.value})


def test_a_decided_pair_is_not_decided_again(writer: Session) -> None:
    a, b = numbers(writer, 2)
    pair_id = add_pair(writer, a, b)
    pairs.decide(writer, pair_id, Verdict.KEEP_LEFT, actor="ada")
    with pytest.raises(Conflict, match="ada decided: keep left"):
        pairs.decide(writer, pair_id, Verdict.KEEP_RIGHT, actor="bob")
    assert status(writer, a) == ("active", None)
    assert len(events.history(writer, "pair", pair_id)) == 1


def test_undo_brings_the_pair_and_the_image_back(writer: Session) -> None:
    a, b = numbers(writer, 2)
    pair_id = add_pair(writer, a, b)
    before = pairs.get_pair(writer, pair_id)
    pairs.decide(writer, pair_id, Verdict.KEEP_LEFT, actor="ada")
    (event,) = pairs.undo_decision(writer, actor="ada")
    assert (event.subject, event.subject_id) == ("pair", pair_id)
    assert pairs.get_pair(writer, pair_id) == before
    assert len(events.history(writer, "pair", pair_id)) == 1
    pairs.decide(writer, pair_id, Verdict.KEEP_RIGHT, actor="bob")
    assert status(writer, a)[0] == "excluded"


def test_undo_takes_back_ones_own_newest_verdict(writer: Session) -> None:
    a, b, c, d = numbers(writer, 4)
    mine, older, theirs = (add_pair(writer, i, j) for i, j in [(a, b), (c, d), (b, c)])
    pairs.decide(writer, older, Verdict.KEEP_BOTH, actor="ada")
    pairs.decide(writer, mine, Verdict.KEEP_BOTH, actor="ada")
    pairs.decide(writer, theirs, Verdict.KEEP_BOTH, actor="bob")
    assert undone(writer) == [mine]
    assert undone(writer) == [older]
    with pytest.raises(NotFound, match="no verdict of yours"):
        pairs.undo_decision(writer, actor="ada")
    assert pairs.get_pair(writer, theirs).verdict is Verdict.KEEP_BOTH


def test_an_image_that_lost_twice_is_back_when_both_are_undone(writer: Session) -> None:
    a, b, c = numbers(writer, 3)
    first, second = add_pair(writer, a, b), add_pair(writer, b, c)
    pairs.decide(writer, first, Verdict.KEEP_LEFT, actor="ada")
    pairs.decide(writer, second, Verdict.KEEP_RIGHT, actor="bob")
    assert status(writer, b) == ("excluded", f"duplicate of {checksum(0)[:12]}")
    pairs.undo_decision(writer, actor="ada")
    assert status(writer, b) == ("excluded", f"duplicate of {checksum(2)[:12]}")
    pairs.undo_decision(writer, actor="bob")
    assert status(writer, b) == ("active", None)


acts = st.lists(st.tuples(st.integers(0, 4), st.sampled_from([*Verdict, None])), max_size=15)


@MODEST
@given(acts)
def test_an_image_is_excluded_exactly_while_a_standing_verdict_is_against_it(
    database: Engine, acts: list[tuple[int, Verdict | None]]
) -> None:
    with forgotten(database) as session:
        ring = numbers(session, 5)
        linked = [add_pair(session, i, j) for i, j in pairwise([*ring, add(session, "end")])]
        standing: dict[int, Verdict] = {}
        for i, verdict in acts:
            if verdict is None and standing:
                pairs.undo_decision(session, actor="ada")
                standing.popitem()
            elif verdict is not None and linked[i] not in standing:
                pairs.decide(session, linked[i], verdict, actor="ada")
                standing[linked[i]] = verdict
        stored = pairs.all_pairs(session)
        assert {pair.id: pair.verdict for pair in stored if pair.verdict} == standing
        lost = {p.right.id for p in stored if p.verdict is Verdict.KEEP_LEFT}
        lost |= {p.left.id for p in stored if p.verdict is Verdict.KEEP_RIGHT}
        excluded, _ = Catalogue().find(session, ImageFilter(status=Status.EXCLUDED))
        assert set(excluded) == lost


def test_verdicts_never_leave_a_circle_without_a_copy(writer: Session) -> None:
    a, b, c = numbers(writer, 3)
    ab, bc, ac = (add_pair(writer, *ends) for ends in ((a, b), (b, c), (a, c)))
    pairs.decide(writer, ab, Verdict.KEEP_LEFT, actor="ada")
    pairs.decide(writer, bc, Verdict.KEEP_LEFT, actor="ada")
    with pytest.raises(Conflict, match="leaves a copy"):
        pairs.decide(writer, ac, Verdict.KEEP_RIGHT, actor="ada")
    assert status(writer, a)[0] == Status.ACTIVE
    pairs.decide(writer, ac, Verdict.KEEP_LEFT, actor="ada")
    assert status(writer, a)[0] == Status.ACTIVE


def test_what_is_not_a_duplicate_may_part_and_never_comes_again(writer: Session) -> None:
    a, b, c = numbers(writer, 3)
    pair_id, other = add_pair(writer, a, b), add_pair(writer, b, c)
    pairs.decide(writer, pair_id, Verdict.NOT_DUPLICATE, actor="ada")
    add_pair(writer, a, b)
    assert pairs.links(writer) == [(b, c)]
    assert [pair.id for pair in pairs.pending_pairs(writer, 9)] == [other]
    assert (a, b) in known_links(writer, [a])
    pairs.undo_decision(writer, actor="ada")
    assert sorted(pairs.links(writer)) == [(a, b), (b, c)]


def test_an_image_excluded_for_another_reason_stays_so(writer: Session) -> None:
    a, b = numbers(writer, 2)
    image = writer.get_one(ImageRow, a)
    image.status, image.status_reason = "excluded", "not in version 1"
    pairs.decide(writer, add_pair(writer, a, b), Verdict.KEEP_BOTH, actor="ada")
    assert status(writer, a) == ("excluded", "not in version 1")


def test_splits_are_those_of_the_newest_version(writer: Session) -> None:
    a, b, c = numbers(writer, 3)
    freeze(writer, [(a, Split.TRAIN), (b, Split.TRAIN), (c, Split.TEST)])
    assert pairs.latest_splits(writer, [a, b])[b] is Split.TRAIN
    freeze(writer, [(a, Split.TRAIN), (b, Split.TEST)])
    assert pairs.latest_splits(writer, [a, b, c]) == {a: Split.TRAIN, b: Split.TEST}
