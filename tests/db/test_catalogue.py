"""The catalogue finds what a walk over the rows would find, and sees every change."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.types import Claim, FaceDetail, Label, SourceFile, Split, Status, Verdict
from db import faces, images, imports, pairs, snapshot, tags
from db.catalogue import Catalogue, Sort
from db.changes import read_into
from db.columns import Columns
from db.engine import reading, writing
from db.images import ImageFilter, Range
from tests.db.builders import (
    BROKEN,
    FACE,
    MODEST,
    STORAGE,
    add,
    add_pair,
    checksum,
    facts,
    forgotten,
    freeze,
    import_file,
)


def matching(session: Session, **wanted: object) -> list[int]:
    """Return the numbers of the images that match, after checking the count against them."""
    numbers, n_found = Catalogue().find(session, ImageFilter(**wanted))  # type: ignore[arg-type]
    assert n_found == len(numbers)
    return numbers


# Finding


def test_each_filter_alone(writer: Session) -> None:
    ada = add(writer, "a", Label.GENUINE, "Ada")
    swap = add(writer, "b", Label.FAKE, "Ada", "swap")
    empty = add(writer, "c", Label.UNKNOWN, face=None, n_faces=0)
    pairs.decide(writer, add_pair(writer, ada, swap), Verdict.KEEP_LEFT, actor="ada")
    assert matching(writer) == [ada, swap, empty]
    assert matching(writer, label=Label.FAKE) == [swap]
    assert matching(writer, status=Status.EXCLUDED) == [swap]
    assert matching(writer, status=Status.ACTIVE) == [ada, empty]
    assert matching(writer, identity="Ada") == [ada, swap]
    assert matching(writer, identity="Ad") == []
    assert matching(writer, generator="swap") == [swap]
    assert matching(writer, faceless=True) == [empty]


def test_filters_narrow_each_other(writer: Session) -> None:
    first = add(writer, "a", Label.GENUINE, "Ada")
    second = add(writer, "b", Label.FAKE, "Ada", "swap")
    third = add(writer, "c", Label.FAKE, "Grace", "swap")
    number = freeze(writer, [(first, Split.TRAIN), (second, Split.TEST), (third, Split.TEST)])
    freeze(writer, [(first, Split.TEST), (second, Split.TRAIN)])
    assert matching(writer, version=number) == [first, second, third]
    assert matching(writer, version=number, split=Split.TEST) == [second, third]
    assert matching(writer, version=number + 1, split=Split.TEST) == [first]
    assert matching(writer, version=number, split=Split.TEST, identity="Ada") == [second]
    assert matching(writer, label=Label.FAKE, generator="swap", text="grace") == [third]
    assert matching(writer, version=number, split=Split.VALIDATION) == []
    assert matching(writer, version=99) == []
    assert matching(writer, split=Split.TEST) == [first, second, third]  # of no version


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("%", ["100%"]),
        ("_", ["a_b"]),
        ("a_b", ["a_b"]),
        ("a%b", []),
        ("O'Neil", ["O'Neil"]),
        ('"', ['say "x"']),
        ("\\", ["back\\slash"]),
        ("'; DROP TABLE images; --", []),
        ("AXB", ["axb"]),
        ("\u00e9mile", ["\u00c9mile"]),
        (" ", ['say "x"']),
    ],
)
def test_text_is_matched_as_it_is_written(writer: Session, text: str, names: list[str]) -> None:
    everyone = ["100%", "a_b", "axb", "O'Neil", 'say "x"', "back\\slash", "\u00c9mile"]
    for name in everyone:
        add(writer, name, identity=name)
    add(writer, "nobody")
    found = images.get_images(writer, matching(writer, text=text))
    assert [record.identity for record in found] == names


def test_text_finds_the_beginning_of_a_checksum(writer: Session) -> None:
    image_id = add(writer, "a")
    add(writer, "b")
    assert matching(writer, text=checksum("a")[:10]) == [image_id]
    assert matching(writer, text=checksum("a").upper()) == [image_id]
    assert matching(writer, text=checksum("a")[1:12]) == []


def test_pages_follow_one_another(writer: Session) -> None:
    numbers = [add(writer, i) for i in range(7)]
    catalogue = Catalogue()
    pages = [catalogue.find(writer, ImageFilter(), offset=i, limit=3)[0] for i in (0, 3, 6, 9)]
    assert [number for page in pages for number in page] == numbers
    assert [len(page) for page in pages] == [3, 3, 1, 0]


def test_neighbours_are_the_nearest_that_match(writer: Session) -> None:
    labels = [Label.FAKE, Label.GENUINE, Label.FAKE, Label.GENUINE, Label.FAKE]
    a, b, c, d, e = (add(writer, i, label) for i, label in enumerate(labels))
    version = freeze(writer, [(a, Split.TRAIN), (b, Split.TEST), (e, Split.TEST)])
    fakes = ImageFilter(label=Label.FAKE)
    assert Catalogue().neighbours(writer, ImageFilter(), c) == (b, d)
    assert Catalogue().neighbours(writer, fakes, c) == (a, e)
    assert Catalogue().neighbours(writer, fakes, b) == (a, c)
    assert Catalogue().neighbours(writer, fakes, a) == (None, c)
    assert Catalogue().neighbours(writer, fakes, e) == (c, None)
    of_version = ImageFilter(version=version, split=Split.TEST)
    assert Catalogue().neighbours(writer, of_version, b) == (None, e)


# Sorting, numbers, tags and sources


def blurred(session: Session, blur: Sequence[float | None]) -> list[int]:
    return [add(session, i, scores={"blur": value}) for i, value in enumerate(blur)]


def test_missing_numbers_come_last_in_both_directions(writer: Session) -> None:
    a, b, c, d = blurred(writer, [2.0, None, 1.0, 2.0])
    catalogue = Catalogue()
    assert catalogue.find(writer, ImageFilter(), Sort("blur"))[0] == [c, a, d, b]
    assert catalogue.find(writer, ImageFilter(), Sort("blur", is_descending=True))[0] == [
        d,
        a,
        c,
        b,
    ]
    assert matching(writer, ranges=(Range("blur", high=1.5),)) == [c]
    assert matching(writer, ranges=(Range("blur", low=2.0),)) == [a, d]
    assert catalogue.values(writer, "blur", ImageFilter()).tolist() == [2.0, 1.0, 2.0]


def test_names_are_sorted_as_words(writer: Session) -> None:
    b, none, a = add(writer, 1, identity="Bo"), add(writer, 2), add(writer, 3, identity="Al")
    assert Catalogue().find(writer, ImageFilter(), Sort("identity"))[0] == [a, b, none]
    assert Catalogue().words(writer, "identity") == ["Al", "Bo"]


def test_an_unknown_column_is_refused(writer: Session) -> None:
    add(writer, "a")
    with pytest.raises(InvalidInput, match="Received 'beauty'"):
        Catalogue().find(writer, ImageFilter(), Sort("beauty"))
    with pytest.raises(InvalidInput, match="Received 'beauty'"):
        matching(writer, ranges=(Range("beauty", 1),))


def test_an_empty_installation_has_nothing_to_find(writer: Session) -> None:
    assert Catalogue().find(writer, ImageFilter()) == ([], 0)
    assert Catalogue().neighbours(writer, ImageFilter(), 1) == (None, None)


def test_tags_and_sources_are_members(writer: Session) -> None:
    import_file(writer, "job", "a.jpg", facts("a"), Claim(Label.GENUINE))
    made = add(writer, "b")
    found = matching(writer, source=STORAGE)
    assert len(found) == 1 and made not in found
    tags.add_tag(writer, [made], "odd", actor="ada")
    assert matching(writer, tag="odd") == [made]
    assert matching(writer, tag="even") == []


def test_a_change_is_seen_at_the_next_question(database: Engine) -> None:
    catalogue = Catalogue()
    with writing(database) as session:
        ids = [add(session, n, Label.GENUINE) for n in range(5)]
    with reading(database) as session:
        assert catalogue.find(session, ImageFilter(label=Label.FAKE)) == ([], 0)
        assert catalogue.refresh(session) == 0
    with writing(database) as session:
        images.relabel(session, ids[1:3], Label.FAKE, actor="ada")
        tags.add_tag(session, ids[2:4], "odd", actor="ada")
        late = add(session, "late", Label.FAKE)
    with reading(database) as session:
        assert catalogue.find(session, ImageFilter(label=Label.FAKE))[0] == [*ids[1:3], late]
        assert catalogue.find(session, ImageFilter(tag="odd"))[0] == ids[2:4]
    for word in ("even", "odder"):  # nothing else changes between two acts on tags
        with writing(database) as session:
            tags.add_tag(session, ids[:1], word, actor="ada")
        with reading(database) as session:
            assert catalogue.find(session, ImageFilter(tag=word))[0] == ids[:1]
        with writing(database) as session:
            tags.undo_tag(session, actor="ada")
        with reading(database) as session:
            assert catalogue.find(session, ImageFilter(tag=word))[0] == []
    with writing(database) as session:
        tags.undo_tag(session, actor="ada")
        images.undo_relabel(session, actor="ada")
    with reading(database) as session:
        assert catalogue.find(session, ImageFilter(label=Label.FAKE))[0] == [late]
        assert catalogue.find(session, ImageFilter(tag="odd"))[0] == []


IMAGES = st.lists(
    st.tuples(
        st.sampled_from(Label),
        st.sampled_from([None, "Ada", "Bo"]),
        st.sampled_from([None, 0.5, 1.0, 3.0]),
        st.integers(0, 3),
    ),
    max_size=12,
)


@given(
    rows=IMAGES,
    label=st.none() | st.sampled_from(Label),
    identity=st.sampled_from([None, "Ada", "Bo"]),
    low=st.none() | st.sampled_from([0.5, 1.0, 2.0]),
    is_descending=st.booleans(),
)
@MODEST
def test_it_finds_what_a_walk_over_the_rows_finds(
    sqlite: Engine,
    rows: list[tuple[Label, str | None, float | None, int]],
    label: Label | None,
    identity: str | None,
    low: float | None,
    is_descending: bool,
) -> None:
    wanted = ImageFilter(
        label=label, identity=identity, ranges=() if low is None else (Range("blur", low),)
    )
    with forgotten(sqlite) as session:
        ids = [
            add(session, i, *row[:2], n_faces=row[3], scores={"blur": row[2]})
            for i, row in enumerate(rows)
        ]
        chosen = [
            (blur, i)
            for i, (its_label, its_name, blur, _) in zip(ids, rows, strict=True)
            if label in (None, its_label)
            and identity in (None, its_name)
            and (low is None or (blur is not None and blur >= low))
        ]
        sign = -1 if is_descending else 1
        chosen.sort(key=lambda each: (math.inf if each[0] is None else sign * each[0],))
        if rows:
            found, n_found = Catalogue().find(session, wanted, Sort("blur", is_descending))
            assert n_found == len(chosen)
            assert [_key(rows[ids.index(i)][2]) for i in found] == [_key(b) for b, _ in chosen]
            assert sorted(found) == sorted(i for _, i in chosen)


def _key(blur: float | None) -> float:
    return -1.0 if blur is None else blur


# The file that the next process begins with


def _numbers(engine: Engine, path: Path, **wanted: Any) -> list[int]:
    """Ask a catalogue of a new process."""
    with reading(engine) as session:
        return Catalogue(path, save_after=1).find(session, ImageFilter(**wanted))[0]


def test_a_new_process_begins_with_the_file_and_reads_what_changed_since(
    database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "catalogue.npz"
    with writing(database) as session:
        ids = [add(session, n, Label.GENUINE, f"Person {n}") for n in range(4)]
    assert _numbers(database, path) == ids
    with writing(database) as session:
        images.relabel(session, ids[:1], Label.FAKE, actor="ada")
        tags.add_tag(session, ids[1:3], "odd", actor="ada")
        late = add(session, "late", Label.FAKE)
    n_read: list[int] = []
    put = Columns.put

    def counted(self: Columns, rows: Sequence[Sequence[Any]]) -> None:
        n_read.append(len(rows))
        put(self, rows)

    monkeypatch.setattr(Columns, "put", counted)
    assert _numbers(database, path, label=Label.FAKE) == [ids[0], late]
    assert sum(n_read) == 2  # a tag alone reads no row
    assert _numbers(database, path, tag="odd") == ids[1:3]
    assert _numbers(database, path, text="person 3") == ids[3:]


def test_the_file_of_another_database_is_not_believed(database: Engine, tmp_path: Path) -> None:
    path = tmp_path / "catalogue.npz"
    other = tmp_path / "other.npz"
    with writing(database) as session:
        ids = [add(session, n, Label.GENUINE) for n in range(3)]
    assert _numbers(database, other) == ids
    with reading(database) as session:
        columns, marks = Columns(), {"events": None, "locations": None}
        read_into(session, columns)
        columns.words["label"].put(np.array([0]), ["fake"])
        columns.revisions[0] += 1
        snapshot.save(path, columns, marks)
    assert _numbers(database, path, label=Label.FAKE) == []


def test_a_backup_that_was_put_back_and_went_on_otherwise_is_noticed(
    sqlite: Engine, empty_sqlite: Path, tmp_path: Path
) -> None:
    path, file = tmp_path / "catalogue.npz", Path(str(sqlite.url.database))
    with writing(sqlite) as session:
        ids = [add(session, n, Label.GENUINE) for n in range(3)]
    sqlite.dispose()
    backup = file.read_bytes()
    with writing(sqlite) as session:
        images.relabel(session, ids[:1], Label.FAKE, actor="ada")
    assert _numbers(sqlite, path, label=Label.FAKE) == ids[:1]
    sqlite.dispose()
    file.write_bytes(backup)
    with writing(sqlite) as session:  # the same image at the same revision
        images.relabel(session, ids[:1], Label.UNKNOWN, actor="ada")
    assert _numbers(sqlite, path, label=Label.FAKE) == []
    assert _numbers(sqlite, path, label=Label.UNKNOWN) == ids[:1]


def test_a_backup_from_before_an_undone_tag_is_noticed(
    sqlite: Engine, empty_sqlite: Path, tmp_path: Path
) -> None:
    """Taking a tag back writes no event and changes no image."""
    path, file = tmp_path / "catalogue.npz", Path(str(sqlite.url.database))
    with writing(sqlite) as session:
        ids = [add(session, n) for n in range(3)]
        tags.add_tag(session, ids[:2], "odd", actor="ada")
        images.relabel(session, ids[2:], Label.FAKE, actor="ada")
    sqlite.dispose()
    backup = file.read_bytes()
    with writing(sqlite) as session:
        tags.undo_tag(session, actor="ada")
    assert _numbers(sqlite, path, tag="odd") == []
    sqlite.dispose()
    file.write_bytes(backup)
    assert _numbers(sqlite, path, tag="odd") == ids[:2]


def test_tags_that_the_file_knows_are_not_read_again(
    database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "catalogue.npz"
    with writing(database) as session:
        ids = [add(session, n) for n in range(3)]
        tags.add_tag(session, ids[:2], "odd", actor="ada")
    assert _numbers(database, path, tag="odd") == ids[:2]
    monkeypatch.setattr(Columns, "put_tag_revision", None)
    assert _numbers(database, path, tag="odd") == ids[:2]


def test_the_scores_of_the_largest_face_are_columns(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    seen = FaceDetail(FACE, {}, {"face_blur": 12.5, "teeth": None}, None)
    faces.replace_faces(writer, b, [seen], "v1")
    catalogue = Catalogue()
    assert catalogue.find(writer, ImageFilter(), Sort("face_blur"))[0] == [b, a]
    assert catalogue.values(writer, "face_blur", ImageFilter()).tolist() == [12.5]
    assert catalogue.values(writer, "teeth", ImageFilter()).tolist() == []
    faces.replace_faces(writer, b, [], "v2")
    assert catalogue.values(writer, "face_blur", ImageFilter()).tolist() == []


def test_those_without_a_word_come_last_both_ways(writer: Session) -> None:
    b, none, a = add(writer, 1, identity="Bo"), add(writer, 2), add(writer, 3, identity="Al")
    down = Sort("identity", is_descending=True)
    assert Catalogue().find(writer, ImageFilter(), down)[0] == [b, a, none]


def test_a_file_that_cannot_be_written_is_told_and_nothing_else(
    sqlite: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with writing(sqlite) as session:
        ids = [add(session, "a")]
    assert _numbers(sqlite, tmp_path / "missing" / "catalogue.npz") == ids
    assert "The next start will read every image anew" in caplog.text


def test_a_transaction_that_reads_is_shown_one_state(sqlite: Engine) -> None:
    catalogue = Catalogue()
    with writing(sqlite) as session:
        add(session, "a")
    with reading(sqlite) as before, reading(sqlite) as after:
        assert catalogue.count(before, ImageFilter()) == 1
        with writing(sqlite) as session:
            add(session, "b")
            assert Catalogue().count(session, ImageFilter()) == 2  # its own change
        assert catalogue.count(before, ImageFilter()) == 1
        assert catalogue.count(after, ImageFilter()) == 2


def test_values_are_looked_up_by_number(writer: Session) -> None:
    ada, nobody = add(writer, "a", identity="Ada", width_px=300), add(writer, "b")
    catalogue, asked = Catalogue(), np.array([nobody, ada, nobody])
    assert catalogue.look_up(writer, "identity", asked).tolist() == [None, "Ada", None]
    assert catalogue.look_up(writer, "width_px", asked).tolist() == [250, 300, 250]
    faces.replace_faces(writer, ada, [FaceDetail(FACE, {}, {"teeth": 0.5}, None)], "v1")
    assert np.isnan(catalogue.look_up(writer, "teeth", asked)).tolist() == [True, False, True]
    assert catalogue.look_up(writer, "label", asked[:0]).tolist() == []
    with pytest.raises(InvalidInput, match="beauty"):
        catalogue.look_up(writer, "beauty", asked)


def test_where_images_are_found_is_followed(database: Engine) -> None:
    catalogue = Catalogue()
    with writing(database) as session:
        import_file(session, "first", "a.jpg", facts("x"))
        import_file(session, "also first", "b.jpg", facts("y"))
        catalogue.refresh(session)
    with writing(database) as session:
        imports.list_files(session, "second", "elsewhere", [SourceFile("a.jpg")])
        (file,) = imports.pending_files(session, "second", 0, 1)
        imports.settle(session, "second", file, facts("x"))
    with reading(database) as session:
        x = images.get_by_checksum(session, checksum("x")).id
        assert catalogue.find(session, ImageFilter(source="elsewhere"))[0] == [x]
    with writing(database) as session:
        import_file(session, "third", "a.jpg", facts("y"))
        import_file(session, "also third", "b.jpg", BROKEN)
    with reading(database) as session:
        y = images.get_by_checksum(session, checksum("y")).id
        assert catalogue.find(session, ImageFilter(source=STORAGE))[0] == [y]


def test_a_file_that_knows_other_numbers_is_not_believed(database: Engine, tmp_path: Path) -> None:
    with writing(database) as session:
        ids = [add(session, n) for n in range(3)]
    with reading(database) as session:
        columns = Columns()
        read_into(session, columns)
    gapped = Columns()
    gapped.put(
        [
            (each, 0, "0" * 16, None, "fake", "active", None, None, "PNG", 1, 1, 1, 0)
            for each in (ids[0], ids[2])
        ]
    )
    snapshot.save(tmp_path / "other.npz", gapped, {"events": None, "locations": None})
    assert _numbers(database, tmp_path / "other.npz") == ids


def test_a_version_is_found_though_it_was_asked_for_too_early(database: Engine) -> None:
    catalogue = Catalogue()
    with writing(database) as session:
        a = add(session, "a")
        assert catalogue.find(session, ImageFilter(version=1))[0] == []
        number = freeze(session, [(a, Split.TEST)])
        assert catalogue.find(session, ImageFilter(version=number))[0] == [a]
