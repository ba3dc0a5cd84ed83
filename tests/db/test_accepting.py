import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from core.curation.clusters import clusters
from core.errors import Conflict, NotFound
from core.types import Label, Verdict
from db import images, pairs
from db.accepting import START, Accepted, accept_suggestions, count_act
from db.protected import protect
from db.tables import ImageRow, now
from tests.db.builders import (
    MODEST,
    STORAGE,
    add,
    add_pair,
    checksum,
    facts,
    forgotten,
    import_file,
    numbers,
    status,
    undone,
)


def found_in(session: Session, folder: str, content: object, **changes: object) -> int:
    """Import an image into a folder and return its number."""
    import_file(session, f"job {content}", f"{folder}/{content}.jpg", facts(content, **changes))
    return images.get_by_checksum(session, checksum(content)).id


def test_suggestions_up_to_a_distance_are_one_act_that_one_undo_takes_back(
    writer: Session,
) -> None:
    a, b, c, d = numbers(writer, 4)
    near, tie = add_pair(writer, a, b, bits=1), add_pair(writer, b, c, bits=2)
    far = add_pair(writer, c, d, bits=5)
    mine = add_pair(writer, a, d, bits=6)
    pairs.decide(writer, mine, Verdict.KEEP_BOTH, actor="ada")
    seen = writer.scalar(select(func.max(ImageRow.revision)))
    assert pairs.count_pending(writer, 2) == 2
    assert accept_suggestions(writer, 2, actor="ada") == Accepted(2, 0, (2, tie))
    assert [status(writer, i)[0] for i in (a, b, c, d)] == [
        "active",
        "excluded",
        "excluded",
        "active",
    ]
    touched = select(ImageRow.id).where(ImageRow.revision > seen).order_by(ImageRow.id)
    assert list(writer.scalars(touched)) == [b, c]
    assert pairs.count_pending(writer, 6) == 1
    assert undone(writer) == [near, tie]
    assert [status(writer, i) for i in (a, b, c)] == [("active", None)] * 3
    assert pairs.get_pair(writer, far).verdict is None
    assert undone(writer) == [mine]


def test_suggestions_leave_what_a_person_has_to_see(writer: Session) -> None:
    genuine, fake = add(writer, "g"), add(writer, "f", Label.FAKE)
    ada, grace = add(writer, "a", identity="Ada"), add(writer, "b", identity="Grace")
    circle = [add(writer, i, width_px=250 + 10 * i) for i in range(3)]
    labels, names = add_pair(writer, genuine, fake), add_pair(writer, ada, grace)
    # A person kept the smallest in place of the largest: the larger cannot win all the way back.
    first = add_pair(writer, circle[0], circle[2])
    pairs.decide(writer, first, Verdict.KEEP_LEFT, actor="bob")
    add_pair(writer, circle[0], circle[1], bits=1)
    left = add_pair(writer, circle[1], circle[2], bits=2)
    assert accept_suggestions(writer, 8, actor="ada") == Accepted(1, 3, (2, left))
    assert [pair.id for pair in pairs.pending_pairs(writer, 9)] == [labels, names, left]
    assert [status(writer, i)[0] for i in circle] == ["excluded", "active", "excluded"]


def test_nothing_to_accept_leaves_no_act(writer: Session) -> None:
    assert accept_suggestions(writer, 8, actor="ada") == Accepted(0, 0, None)
    with pytest.raises(NotFound, match="no verdict of yours"):
        pairs.undo_decision(writer, actor="ada")


@MODEST
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 8)), max_size=20))
def test_accepting_always_leaves_a_copy_and_undo_leaves_no_trace(
    database: Engine, drawn: list[tuple[int, int, int]]
) -> None:
    with forgotten(database) as session:
        ids = [add(session, i, width_px=200 + 20 * (i % 3)) for i in range(7)]
        for a, b, bits in drawn:
            if a < b:
                add_pair(session, ids[a], ids[b], bits=bits)
        before = pairs.all_pairs(session)
        accepted = accept_suggestions(session, 6, actor="ada")
        assert accepted.n_decided + accepted.n_skipped == sum(p.distance_bits <= 6 for p in before)
        for together in clusters([(p.left.id, p.right.id) for p in before]):
            assert any(status(session, i)[0] == "active" for i in together)
        if accepted.n_decided:
            pairs.undo_decision(session, actor="ada")
        assert pairs.all_pairs(session) == before


def test_a_protected_image_is_not_excluded(writer: Session) -> None:
    gold, other = found_in(writer, "gold/a%", "x"), found_in(writer, "rest", "y", width_px=900)
    pair_id = add_pair(writer, gold, other)
    protect(writer, STORAGE, "/gold/a%/", "ada")
    with pytest.raises(Conflict, match="protected folder"):
        pairs.decide(writer, pair_id, Verdict.KEEP_RIGHT, actor="bob")
    assert accept_suggestions(writer, 8, actor="bob") == Accepted(1, 0, (2, pair_id))
    assert pairs.get_pair(writer, pair_id).verdict is Verdict.KEEP_LEFT
    assert status(writer, other)[0] == "excluded"


def test_stretches_of_one_moment_are_one_act(writer: Session) -> None:
    ids = numbers(writer, 12)
    found = [add_pair(writer, a, b, bits=b % 3) for a, b in zip(ids[::2], ids[1::2], strict=True)]
    moment, after, n_decided = now(), START, 0
    while (
        part := accept_suggestions(writer, 8, actor="ada", at=moment, after=after, limit=4)
    ).last is not None:
        n_decided, after = n_decided + part.n_decided, part.last
    assert n_decided == count_act(writer, "ada", moment) == len(found)
    assert sorted(undone(writer)) == found
    assert count_act(writer, "ada", moment) == 0
    assert all(status(writer, i)[0] == "active" for i in ids)
