import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.types import Claim, Label, Split
from db import events, images, imports, restoring
from db.catalogue import Catalogue
from db.engine import reading, writing
from db.images import ImageFilter
from db.tables import ImageRow
from tests.db.builders import MODEST, add, checksum, facts, forgotten, freeze


def label_of(session: Session, image_id: int) -> Label:
    return images.get_image(session, image_id).label


def test_relabelling_changes_what_differs_and_notes_each(writer: Session) -> None:
    a, b = add(writer, "a", Label.GENUINE), add(writer, "b", Label.FAKE)
    assert images.relabel(writer, [a, b, 99], Label.FAKE, actor="ada") == 1
    assert (label_of(writer, a), label_of(writer, b)) == (Label.FAKE, Label.FAKE)
    (event,) = events.history(writer, "image", a)
    assert (event.actor, event.action) == ("ada", "relabel")
    assert (event.before, event.after) == ({"label": "genuine"}, {"label": "fake"})
    assert events.history(writer, "image", b) == []


def test_undo_goes_back_step_by_step_and_only_through_ones_own_acts(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    images.relabel(writer, [a], Label.FAKE, actor="ada")
    images.relabel(writer, [a], Label.UNKNOWN, actor="ada")
    images.relabel(writer, [b], Label.FAKE, actor="bob")
    assert images.undo_relabel(writer, actor="ada") == 1
    assert label_of(writer, a) is Label.FAKE
    images.undo_relabel(writer, actor="ada")
    assert label_of(writer, a) is Label.GENUINE
    with pytest.raises(NotFound, match="no relabelling of yours"):
        images.undo_relabel(writer, actor="ada")
    assert label_of(writer, b) is Label.FAKE
    assert len(events.history(writer, "image", a)) == 2


def test_undo_takes_back_all_images_of_one_act(writer: Session) -> None:
    ids = [add(writer, name) for name in "abc"]
    images.relabel(writer, ids[:1], Label.FAKE, actor="ada")
    images.relabel(writer, ids, Label.UNKNOWN, actor="ada")
    assert images.undo_relabel(writer, actor="ada") == 3
    assert [label_of(writer, i) for i in ids] == [Label.FAKE, Label.GENUINE, Label.GENUINE]


def test_undo_is_refused_once_somebody_else_relabelled(writer: Session) -> None:
    a = add(writer, "a")
    images.relabel(writer, [a], Label.FAKE, actor="ada")
    images.relabel(writer, [a], Label.UNKNOWN, actor="bob")
    with pytest.raises(Conflict, match="relabelled it since"):
        images.undo_relabel(writer, actor="ada")
    assert label_of(writer, a) is Label.UNKNOWN
    images.undo_relabel(writer, actor="bob")
    images.undo_relabel(writer, actor="ada")
    assert label_of(writer, a) is Label.GENUINE


def test_undo_is_refused_although_others_came_back_to_the_same_label(writer: Session) -> None:
    a = add(writer, "a")
    images.relabel(writer, [a], Label.FAKE, actor="ada")
    images.relabel(writer, [a], Label.GENUINE, actor="bob")
    images.relabel(writer, [a], Label.FAKE, actor="bob")
    with pytest.raises(Conflict):
        images.undo_relabel(writer, actor="ada")
    assert label_of(writer, a) is Label.FAKE


def test_many_images_of_different_labels_are_one_act_on_both_databases(database: Engine) -> None:
    kinds = list(Label)
    with writing(database) as session:
        ids = [add(session, n, kinds[n % 3]) for n in range(60)]
    with writing(database) as session:
        assert images.relabel(session, [*ids, *ids], Label.FAKE, actor="ada") == 40
    with reading(database) as session:
        act = events.last_act(session, "ada", "relabel")
        assert (len(act), len({event.at for event in act})) == (40, 1)
        assert Catalogue().count(session, ImageFilter(label=Label.FAKE)) == 60
    with writing(database) as session:
        assert images.undo_relabel(session, actor="ada") == 40
    with reading(database) as session:
        assert [label_of(session, i) for i in ids] == [kinds[n % 3] for n in range(60)]


def test_undo_of_many_is_refused_whole_if_one_was_relabelled_since(writer: Session) -> None:
    ids = [add(writer, n, list(Label)[n % 3]) for n in range(9)]
    images.relabel(writer, ids, Label.FAKE, actor="ada")
    images.relabel(writer, ids[:1], Label.UNKNOWN, actor="bob")
    with pytest.raises(Conflict, match=f"image {ids[0]} .* by bob"):
        images.undo_relabel(writer, actor="ada")
    assert [label_of(writer, i) for i in ids[1:]] == [Label.FAKE] * 8


def test_a_label_counts_as_decided_as_long_as_a_relabelling_stands(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")

    def decided() -> list[bool]:
        return [writer.get_one(ImageRow, i).is_label_decided for i in (a, b)]

    images.relabel(writer, [a], Label.FAKE, actor="bob")
    images.relabel(writer, [a, b], Label.UNKNOWN, actor="ada")
    assert decided() == [True, True]
    images.undo_relabel(writer, actor="ada")
    assert decided() == [True, False]
    images.undo_relabel(writer, actor="bob")
    assert decided() == [False, False]


def test_many_images_are_changed_in_more_statements_than_one(
    writer: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.parts.PART", 4)
    ids = [add(writer, n) for n in range(10)]
    assert images.relabel(writer, [*ids, *reversed(ids)], Label.FAKE, actor="ada") == 10
    assert images.undo_relabel(writer, actor="ada") == 10
    assert [label_of(writer, i) for i in ids] == [Label.GENUINE] * 10


@MODEST
@given(
    acts=st.lists(st.tuples(st.sampled_from(list(Label)), st.sets(st.integers(0, 5))), max_size=6)
)
def test_undoing_every_relabelling_leaves_no_trace(
    database: Engine, acts: list[tuple[Label, set[int]]]
) -> None:
    with forgotten(database) as session:
        ids = [add(session, n, list(Label)[n % 3]) for n in range(6)]
        passed = []
        for label, chosen in acts:
            before = [label_of(session, i) for i in ids]
            if images.relabel(session, [ids[n] for n in chosen], label, actor="ada"):
                passed.append(before)
        for before in reversed(passed):
            images.undo_relabel(session, actor="ada")
            assert [label_of(session, i) for i in ids] == before
        with pytest.raises(NotFound):
            images.undo_relabel(session, actor="ada")


def test_a_label_from_before_a_restoring_is_not_taken_back_over_it(writer: Session) -> None:
    a = add(writer, "a", Label.GENUINE)
    number = freeze(writer, [(a, Split.TRAIN)])
    images.relabel(writer, [a], Label.FAKE, actor="ada")
    images.relabel(writer, [a], Label.UNKNOWN, actor="ada")
    restoring.restore(writer, number, actor="ada")
    with pytest.raises(Conflict, match="restored a dataset version since"):
        images.undo_relabel(writer, actor="ada")
    assert label_of(writer, a) is Label.GENUINE
    restoring.undo_restore(writer, actor="ada")
    images.undo_relabel(writer, actor="ada")
    assert label_of(writer, a) is Label.FAKE


def test_what_a_generator_made_stays_fake(writer: Session) -> None:
    parent = add(writer, "a", Label.GENUINE)
    imports.add_fake(writer, facts("b"), Claim(Label.FAKE, None, "blend"), [parent], {})
    fake = images.get_by_checksum(writer, checksum("b")).id
    assert images.relabel(writer, [parent, fake], Label.UNKNOWN, actor="ada") == 1
    assert (label_of(writer, parent), label_of(writer, fake)) == (Label.UNKNOWN, Label.FAKE)
    with pytest.raises(Conflict, match="a generator made here"):
        images.relabel(writer, [fake], Label.GENUINE, actor="ada")
    assert images.relabel(writer, [fake], Label.FAKE, actor="ada") == 0
