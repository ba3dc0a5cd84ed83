import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.types import Label, SourceFile, Split, Status, Verdict
from db import events, images, imports, pairs, restoring, statuses, versions
from db.tables import ImageRow, VersionRow
from tests.db.builders import add, add_pair, checksum, facts, freeze


def state(session: Session) -> list[tuple[object, ...]]:
    session.flush()
    columns = (
        ImageRow.id,
        ImageRow.label,
        ImageRow.identity,
        ImageRow.status,
        ImageRow.status_reason,
        ImageRow.is_label_decided,
        ImageRow.is_identity_decided,
    )
    return [tuple(row) for row in session.execute(select(*columns).order_by(ImageRow.id))]


def test_restoring_brings_back_what_was_frozen_and_excludes_what_came_since(
    writer: Session,
) -> None:
    a, b, c = (add(writer, name, Label.GENUINE, f"person {name}") for name in "abc")
    number = freeze(writer, [(a, Split.TRAIN), (b, Split.TEST), (c, Split.TEST)])
    frozen = versions.candidates(writer)
    images.relabel(writer, [a], Label.FAKE, actor="ada")
    writer.execute(update(ImageRow).where(ImageRow.id == b).values(identity=None))
    pairs.decide(writer, add_pair(writer, a, c), Verdict.KEEP_LEFT, actor="ada")
    d = add(writer, "d", Label.GENUINE)
    e = add(writer, "e", Label.UNKNOWN)
    before = state(writer)

    assert restoring.restore(writer, number, actor="ada") == 4
    assert versions.candidates(writer) == frozen
    since = images.get_image(writer, d)
    assert (since.status, since.status_reason) == (Status.EXCLUDED, "not in version 1")
    assert images.get_image(writer, e).status is Status.ACTIVE  # it is in no version anyway
    act = events.last_act(writer, "ada", "restore")
    assert sorted(event.subject_id for event in act) == [a, b, c, d]
    assert restoring.restore(writer, number, actor="ada") == 0

    assert restoring.undo_restore(writer, actor="ada") == 4
    assert state(writer) == before
    with pytest.raises(NotFound, match="no restoring of yours"):
        restoring.undo_restore(writer, actor="ada")


def test_a_restored_image_counts_as_changed_for_browse(writer: Session) -> None:
    a = add(writer, "a")
    number = freeze(writer, [(a, Split.TRAIN)])
    images.relabel(writer, [a], Label.FAKE, actor="ada")
    writer.flush()
    row = writer.get_one(ImageRow, a)
    writer.refresh(row)
    before = row.revision
    restoring.restore(writer, number, actor="ada")
    writer.flush()
    writer.refresh(row)
    assert row.revision > before


def test_restoring_is_not_undone_over_a_later_change(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    number = freeze(writer, [(a, Split.TRAIN), (b, Split.TEST)])
    images.relabel(writer, [a, b], Label.FAKE, actor="ada")
    restoring.restore(writer, number, actor="ada")
    images.relabel(writer, [b], Label.UNKNOWN, actor="bob")
    with pytest.raises(Conflict, match=f"Expected image {b} as the restoring left it"):
        restoring.undo_restore(writer, actor="ada")
    with pytest.raises(NotFound):
        restoring.undo_restore(writer, actor="bob")


def test_undoing_leaves_what_the_restoring_did_not_change(writer: Session) -> None:
    a, b = add(writer, "a", Label.GENUINE, "Ada"), add(writer, "b")
    number = freeze(writer, [(a, Split.TRAIN), (b, Split.TEST)])
    assert not restoring.can_undo(writer, actor="ada")
    images.relabel(writer, [a], Label.FAKE, actor="bob")
    restoring.restore(writer, number, actor="ada")
    assert restoring.can_undo(writer, actor="ada")
    statuses.exclude(writer, [a], "blurred", actor="bob")
    assert restoring.undo_restore(writer, actor="ada") == 1
    assert not restoring.can_undo(writer, actor="ada")
    image = images.get_image(writer, a)
    assert (image.label, image.identity, image.status_reason) == (Label.FAKE, "Ada", "blurred")


def test_a_version_of_some_storages_leaves_the_others_alone(writer: Session) -> None:
    for name, storage in (("a", "studio"), ("b", "studio"), ("c", "street")):
        imports.list_files(writer, name, storage, [SourceFile(f"{name}.jpg")])
        (file,) = imports.pending_files(writer, name, 0, 1)
        imports.settle(writer, name, file, facts(name))
    a, b, c = (images.get_by_checksum(writer, checksum(name)).id for name in "abc")
    images.relabel(writer, [a, b, c], Label.GENUINE, actor="ada")
    number = freeze(writer, [(a, Split.TRAIN)])
    writer.get_one(VersionRow, number).sources = ["studio"]
    writer.flush()
    assert restoring.restore(writer, number, actor="ada") == 1
    assert images.get_image(writer, b).status is Status.EXCLUDED
    assert images.get_image(writer, c).status is Status.ACTIVE


def test_a_version_that_is_not_there(writer: Session) -> None:
    with pytest.raises(NotFound, match="Received 7"):
        restoring.restore(writer, 7, actor="ada")
