from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.types import Status, Verdict
from db import groups, images, pairs
from db.protected import protect
from tests.db.builders import MODEST, STORAGE, add, add_pair, facts, forgotten, import_file


def active(session: Session, ids: list[int]) -> list[int]:
    return [i for i in ids if images.get_image(session, i).status is Status.ACTIVE]


def group(session: Session, n: int) -> list[int]:
    ids = [add(session, i) for i in range(n)]
    for a, b in combinations(ids, 2):
        add_pair(session, a, b, bits=b - a)
    return ids


def test_keeping_one_excludes_all_others_and_is_one_act(writer: Session) -> None:
    ids = group(writer, 4)
    assert groups.keep_one(writer, ids, ids[2], actor="ada") == groups.Kept(3, 0)
    assert active(writer, ids) == [ids[2]]
    assert groups.pairs_among(writer, ids) == []
    assert len(pairs.undo_decision(writer, actor="ada")) == 6
    assert active(writer, ids) == ids
    assert len(groups.pairs_among(writer, ids)) == 6


def test_protected_images_stay_beside_the_keeper(writer: Session) -> None:
    import_file(writer, "job", "gold/a.jpg", facts("gold"))
    gold, *others = ids = [images.get_by_checksum(writer, facts("gold").checksum).id]
    others = [add(writer, i) for i in range(3)]
    ids += others
    for a, b in pairwise(ids):
        add_pair(writer, a, b)
    protect(writer, STORAGE, "gold", "ada")
    assert groups.keep_one(writer, ids, others[1], actor="ada") == groups.Kept(2, 1)
    assert active(writer, ids) == [gold, others[1]]


def test_an_earlier_verdict_against_the_keeper_stands(writer: Session) -> None:
    a, b, c = (add(writer, i) for i in range(3))
    pairs.decide(writer, add_pair(writer, a, b), Verdict.KEEP_RIGHT, actor="bob")
    add_pair(writer, a, c)
    add_pair(writer, b, c)
    with pytest.raises(Conflict, match="leaves a copy"):
        groups.keep_one(writer, [a, b, c], a, actor="ada")
    assert active(writer, [a, b, c]) == [b, c]
    groups.keep_one(writer, [a, b, c], b, actor="ada")
    assert active(writer, [a, b, c]) == [b]


def test_a_group_decided_meanwhile_is_refused(writer: Session) -> None:
    ids = group(writer, 2)
    groups.keep_all(writer, ids, actor="bob")
    with pytest.raises(Conflict, match="meanwhile"):
        groups.keep_one(writer, ids, ids[0], actor="ada")
    assert groups.keep_all(writer, ids, actor="ada") == 0


def test_some_are_no_duplicates_and_the_rest_waits(writer: Session) -> None:
    ids = group(writer, 4)
    assert groups.refute(writer, ids, [ids[0]], actor="ada") == 3
    left = groups.pairs_among(writer, ids)
    assert {(pair.left_id, pair.right_id) for pair in left} == set(combinations(ids[1:], 2))
    assert groups.pending_links(writer) == [(pair.left_id, pair.right_id) for pair in left]
    assert active(writer, ids) == ids


def test_pairs_come_nearest_first_and_only_those_that_wait(writer: Session) -> None:
    ids = group(writer, 3)
    stranger = add(writer, "stranger")
    add_pair(writer, ids[0], stranger)
    add_pair(writer, ids[0], add(writer, "refuted"), confirmed=False)
    found = groups.pairs_among(writer, ids)
    assert [pair.distance_bits for pair in found] == [1, 1, 2]


def test_the_stamp_changes_with_what_waits(writer: Session) -> None:
    stamps = [groups.stamp(writer)]
    ids = group(writer, 2)
    stamps.append(groups.stamp(writer))
    groups.keep_all(writer, ids, actor="ada")
    stamps.append(groups.stamp(writer))
    pairs.undo_decision(writer, actor="ada")
    stamps.append(groups.stamp(writer))
    assert len(set(stamps)) == len(stamps)


@MODEST
@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12), st.data())
def test_keeping_one_leaves_it_and_undo_leaves_no_trace(
    database: Engine, drawn: set[tuple[int, int]], data: st.DataObject
) -> None:
    with forgotten(database) as session:
        ids = [add(session, i) for i in range(7)]
        joined = [(ids[a], ids[b]) for a, b in sorted(drawn) if a < b]
        for a, b in joined:
            add_pair(session, a, b)
        if not joined:
            return
        before = pairs.all_pairs(session)
        keeper = data.draw(st.sampled_from(sorted({end for link in joined for end in link})))
        kept = groups.keep_one(session, ids, keeper, actor="ada")
        assert keeper in active(session, ids)
        assert kept.n_excluded == len(ids) - len(active(session, ids))
        pairs.undo_decision(session, actor="ada")
        assert pairs.all_pairs(session) == before
