from collections import Counter
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.types import Claim, ImageFacts, Label, NormaliseRule, Outcome, SourceFile
from db import images, imports
from db.engine import reading, writing
from db.imports import KnownImage, PendingFile, Rejection
from db.tables import EventRow, HashRow, ImageRow, LocationRow, RejectRow
from tests.db.builders import (
    BROKEN,
    FACE,
    MODEST,
    STORAGE,
    add,
    checksum,
    facts,
    forgotten,
    import_file,
    listed,
)

KEYS = ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
JOB = count()

found = st.sampled_from([facts("x"), facts("y"), facts("z"), BROKEN])
claims = st.builds(
    Claim,
    st.sampled_from(Label),
    st.sampled_from([None, "Ada", "Grace"]),
    st.sampled_from([None, "swap", "blend"]),
)


def rejects(session: Session) -> dict[str, str]:
    rows = session.execute(select(RejectRow.key, RejectRow.reason))
    return {row.key: row.reason for row in rows}


def located(session: Session) -> dict[str, str]:
    """Return the checksum found at each key."""
    query = select(LocationRow.key, ImageRow.checksum).join(
        ImageRow, ImageRow.id == LocationRow.image_id
    )
    return {row.key: row.checksum for row in session.execute(query)}


def n_images(session: Session) -> int:
    return session.scalar(select(func.count(ImageRow.id))) or 0


# The normalisation rule


def test_the_first_import_chooses_the_rule_for_good(database: Engine) -> None:
    with writing(database) as session:
        assert imports.find_rule(session) is None
        assert imports.normalise_rule(session, NormaliseRule.LETTERBOX) is NormaliseRule.LETTERBOX
    with writing(database) as session:
        assert imports.find_rule(session) is NormaliseRule.LETTERBOX
        assert imports.normalise_rule(session) is NormaliseRule.LETTERBOX
        assert imports.normalise_rule(session, NormaliseRule.LETTERBOX) is NormaliseRule.LETTERBOX
        with pytest.raises(Conflict, match=r"'letterbox'.*Received 'crop'"):
            imports.normalise_rule(session, NormaliseRule.CROP)


def test_the_rule_is_to_crop_if_nobody_says_otherwise(writer: Session) -> None:
    assert imports.normalise_rule(writer) is NormaliseRule.CROP
    assert imports.find_rule(writer) is NormaliseRule.CROP


# Listing


def test_files_wait_in_the_order_they_were_seen_with_what_is_claimed(writer: Session) -> None:
    said = [Claim(Label.FAKE, "Ada", "swap"), Claim(), Claim(Label.GENUINE)]
    waiting = listed(writer, "job", ["b.jpg", "a.jpg", "c'%_\u00e9.jpg"], said)
    assert waiting == [
        PendingFile(0, STORAGE, "b.jpg", said[0]),
        PendingFile(1, STORAGE, "a.jpg", said[1]),
        PendingFile(2, STORAGE, "c'%_\u00e9.jpg", said[2]),
    ]
    assert imports.pending_files(writer, "job", 1, 2) == waiting[1:2]
    assert imports.pending_files(writer, "another job", 0, 3) == []
    assert imports.outcomes(writer, "job") == {"new": 0, "known": 0, "rejected": 0, "waiting": 3}


def test_a_folder_larger_than_a_batch_is_listed_whole(writer: Session) -> None:
    files = (SourceFile(f"{i}.jpg") for i in range(2345))
    assert imports.list_files(writer, "job", STORAGE, files) == 2345
    assert imports.outcomes(writer, "job")["waiting"] == 2345


def test_an_empty_folder_has_no_files(writer: Session) -> None:
    assert imports.list_files(writer, "job", STORAGE, []) == 0
    assert sum(imports.outcomes(writer, "job").values()) == 0


def test_a_refused_file_is_rejected_before_it_is_read(writer: Session) -> None:
    files = [SourceFile("link.jpg", refusal="symlink"), SourceFile("a.jpg")]
    assert imports.list_files(writer, "job", STORAGE, files) == 2
    assert [file.key for file in imports.pending_files(writer, "job", 0, 2)] == ["a.jpg"]
    assert imports.rejected_files(writer, "job") == [("link.jpg", "unreadable", "symlink")]
    assert rejects(writer) == {"link.jpg": "unreadable"}


def test_a_list_is_made_in_parts_and_begun_anew_after_a_crash(writer: Session) -> None:
    """The folder may look otherwise by then: no position must be left over from before."""
    before = [SourceFile("b.jpg"), SourceFile("c.jpg"), SourceFile("d.jpg")]
    imports.list_files(writer, "another job", STORAGE, before)
    assert imports.list_files(writer, "job", STORAGE, before) == 3
    imports.forget_files(writer, "job")
    assert imports.list_files(writer, "job", STORAGE, [SourceFile("a.jpg")]) == 1
    assert imports.list_files(writer, "job", STORAGE, before[:1], 1) == 2
    assert [file.key for file in imports.pending_files(writer, "job", 0, 9)] == ["a.jpg", "b.jpg"]
    assert imports.outcomes(writer, "another job")["waiting"] == 3


# Settling


def test_a_new_image_is_stored_as_it_was_seen(writer: Session) -> None:
    claim = Claim(Label.FAKE, "Ada", "swap")
    assert import_file(writer, "job", "a.jpg", facts("x"), claim) is Outcome.NEW
    writer.expire_all()
    image = images.get_by_checksum(writer, checksum("x"))
    assert (image.label, image.identity, image.generator) == (Label.FAKE, "Ada", "swap")
    assert (image.size_bytes, image.format) == (1000, "JPEG")
    assert (image.width_px, image.height_px) == (250, 250)
    assert image.notes == ("CMYK converted to RGB",)
    assert (image.face, image.n_faces) == (FACE, 1)
    assert image.status == "active"
    hashes = writer.execute(select(HashRow.algorithm, HashRow.version, HashRow.value)).all()
    assert {tuple(row) for row in hashes} == {
        ("phash", "v1", checksum("x")[:16]),
        ("phash-mirrored", "v1", checksum("x")[16:32]),
    }


def test_an_image_without_a_face_has_none(writer: Session) -> None:
    image_id = add(writer, "x", face=None, n_faces=0)
    writer.expire_all()
    assert images.get_image(writer, image_id).face is None


def test_exact_copies_are_one_image_in_several_places(writer: Session) -> None:
    waiting = listed(writer, "job", KEYS[:3])
    settled = [imports.settle(writer, "job", file, facts("x")) for file in waiting]
    assert settled == [Outcome.NEW, Outcome.KNOWN, Outcome.KNOWN]
    assert n_images(writer) == 1
    image = images.get_by_checksum(writer, checksum("x"))
    assert [place.key for place in images.locations(writer, image.id)] == KEYS[:3]


def test_a_known_image_is_found_at_one_more_place(writer: Session) -> None:
    first, second = listed(writer, "job", KEYS[:2])
    found: list[tuple[PendingFile, imports.Found]] = [(second, KnownImage(checksum("x")))]
    with pytest.raises(NotFound, match=checksum("x")):
        imports.settle_all(writer, "job", found)
    assert not imports.is_known(writer, checksum("x"))
    told = imports.settle_all(writer, "job", [(first, facts("x")), *found])
    assert told == [Outcome.NEW, Outcome.KNOWN]
    assert imports.is_known(writer, checksum("x"))
    assert located(writer) == dict.fromkeys(KEYS[:2], checksum("x"))


def test_a_file_that_was_never_listed_cannot_be_settled(writer: Session) -> None:
    with pytest.raises(NotFound, match="file 3 of import job"):
        imports.settle(writer, "job", PendingFile(3, STORAGE, "a.jpg", Claim()), facts("x"))


def test_rejected_files_are_counted_by_reason_and_named(writer: Session) -> None:
    waiting = listed(writer, "job", KEYS)
    for file, reason in zip(waiting, ["truncated", "not an image", "truncated"], strict=False):
        imports.settle(writer, "job", file, Rejection(reason, f"{file.key} is broken", "ab" * 32))
    assert list(imports.reasons(writer, "job").items()) == [("truncated", 2), ("not an image", 1)]
    told = imports.rejected_files(writer, "job")
    assert told[1] == ("b.jpg", "not an image", "b.jpg is broken")
    assert imports.rejected_files(writer, "job", limit=1) == told[:1]
    assert imports.outcomes(writer, "job") == {"new": 0, "known": 0, "rejected": 3, "waiting": 1}


@MODEST
@given(st.lists(found, max_size=6), st.lists(st.integers(0, 5), max_size=15))
def test_every_file_gets_one_outcome_however_often_it_is_settled(
    database: Engine, contents: list[ImageFacts | Rejection], order: list[int]
) -> None:
    keys = [f"{i}.jpg" for i in range(len(contents))]
    with forgotten(database) as session:
        waiting = listed(session, "job", keys)
        first: dict[int, Outcome] = {}
        for i in [i for i in order if i < len(keys)] + list(range(len(keys))):
            outcome = imports.settle(session, "job", waiting[i], contents[i])
            assert outcome is first.setdefault(i, outcome)
        assert imports.pending_files(session, "job", 0, len(keys)) == []
        told = imports.outcomes(session, "job")
        assert told == {**dict.fromkeys(["new", "known", "rejected", "waiting"], 0)} | Counter(
            outcome.value for outcome in first.values()
        )
        assert sum(told.values()) == len(keys)
        assert told["new"] == n_images(session)
        assert told["new"] + told["known"] == len(located(session))
        assert told["rejected"] == len(rejects(session))


def test_a_crash_within_a_stretch_leaves_all_of_it_to_settle_again(database: Engine) -> None:
    with writing(database) as session:
        waiting = listed(session, "job", KEYS)
    with pytest.raises(KeyboardInterrupt), writing(database) as session:
        for file in waiting[:2]:
            imports.settle(session, "job", file, facts(file.key))
        raise KeyboardInterrupt
    with writing(database) as session:
        assert imports.pending_files(session, "job", 0, 4) == waiting
        assert n_images(session) == 0
        for file in waiting:
            assert imports.settle(session, "job", file, facts(file.key)) is Outcome.NEW
    with reading(database) as session:
        assert imports.outcomes(session, "job")["new"] == 4


@MODEST
@given(st.lists(found, max_size=8), st.integers(0, 8))
def test_a_stretch_settled_at_once_is_the_same_as_file_by_file(
    database: Engine, contents: list[ImageFacts | Rejection], n_before: int
) -> None:
    keys = [f"{i}.jpg" for i in range(len(contents))]
    told = []
    for is_at_once in (False, True):
        with forgotten(database) as session:
            pairs = list(zip(listed(session, "job", keys), contents, strict=True))
            outcomes = [imports.settle(session, "job", *pair) for pair in pairs[:n_before]]
            if is_at_once:
                outcomes = imports.settle_all(session, "job", pairs)
            else:
                outcomes += [imports.settle(session, "job", *pair) for pair in pairs[n_before:]]
            told.append((outcomes, located(session), rejects(session), n_images(session)))
    assert told[0] == told[1]


def test_the_scores_of_an_image_are_kept_with_what_computed_them(writer: Session) -> None:
    add(writer, "x", scores={"blur": 12.5, "jpeg_quality": None}, scores_version="checks-1")
    add(writer, "y")
    query = select(ImageRow.scores, ImageRow.scores_version).order_by(ImageRow.id)
    assert [tuple(row) for row in writer.execute(query)] == [
        ({"blur": 12.5, "jpeg_quality": None}, "checks-1"),
        ({}, None),
    ]


# A path over time


def test_importing_twice_doubles_nothing(writer: Session) -> None:
    contents: list[ImageFacts | Rejection] = [facts("x"), facts("y"), facts("x"), BROKEN]
    for job_id in ("first", "second"):
        for file, seen in zip(listed(writer, job_id, KEYS), contents, strict=True):
            imports.settle(writer, job_id, file, seen)
    assert imports.outcomes(writer, "first") == {"new": 2, "known": 1, "rejected": 1, "waiting": 0}
    assert imports.outcomes(writer, "second") == {"new": 0, "known": 3, "rejected": 1, "waiting": 0}
    assert (n_images(writer), len(located(writer)), len(rejects(writer))) == (2, 3, 1)
    assert writer.scalar(select(func.count()).select_from(HashRow)) == 4


def test_a_path_whose_content_changed_moves_to_the_new_image(writer: Session) -> None:
    import_file(writer, "first", "a.jpg", facts("x"))
    assert import_file(writer, "second", "a.jpg", facts("y"), Claim(Label.FAKE)) is Outcome.NEW
    assert located(writer) == {"a.jpg": checksum("y")}
    old = images.get_by_checksum(writer, checksum("x"))
    new = images.get_by_checksum(writer, checksum("y"))
    assert images.locations(writer, old.id) == []
    (place,) = images.locations(writer, new.id)
    assert place.claim == Claim(Label.FAKE)


def test_a_rejected_path_that_is_fine_later_is_no_longer_rejected(writer: Session) -> None:
    import_file(writer, "first", "a.jpg", BROKEN)
    import_file(writer, "second", "a.jpg", facts("x"))
    assert rejects(writer) == {}
    assert located(writer) == {"a.jpg": checksum("x")}


@pytest.mark.parametrize("is_refused", [False, True])
def test_a_fine_path_that_is_rejected_later_is_no_location(
    writer: Session, is_refused: bool
) -> None:
    import_file(writer, "first", "a.jpg", facts("x"))
    if is_refused:
        files = [SourceFile("a.jpg", refusal="symlink")]
        imports.list_files(writer, "second", STORAGE, files)
    else:
        import_file(writer, "second", "a.jpg", BROKEN)
    assert rejects(writer) == {"a.jpg": "unreadable" if is_refused else "truncated"}
    assert located(writer) == {}
    assert n_images(writer) == 1


@MODEST
@given(st.lists(st.tuples(st.sampled_from(KEYS), found), max_size=12))
def test_a_path_is_what_it_was_when_last_seen(
    database: Engine, seen: list[tuple[str, ImageFacts | Rejection]]
) -> None:
    with forgotten(database) as session:
        for key, content in seen:
            import_file(session, f"job {next(JOB)}", key, content)
        last = dict(seen)
        assert rejects(session) == {
            key: content.reason for key, content in last.items() if isinstance(content, Rejection)
        }
        assert located(session) == {
            key: content.checksum
            for key, content in last.items()
            if isinstance(content, ImageFacts)
        }
        assert n_images(session) == len({c.checksum for _, c in seen if isinstance(c, ImageFacts)})


# What copies claim


def settle_copies(
    session: Session, said: list[Claim], order: list[int], decided: Label | None = None
) -> Claim:
    """Settle copies of one image in this order, reconcile, and return what it is called."""
    waiting = listed(session, "job", [f"{i}.jpg" for i in range(len(said))], said)
    for i in order:
        imports.settle(session, "job", waiting[i], facts("x"))
    image = images.get_by_checksum(session, checksum("x"))
    if decided:
        other = Label.FAKE if image.label == Label.GENUINE else Label.GENUINE
        images.relabel(session, [image.id], other, actor="ada")  # a change, whatever it is now
        images.relabel(session, [image.id], decided, actor="ada")
    imports.reconcile_claims(session, "job", actor="ada")
    image = images.get_by_checksum(session, checksum("x"))
    return Claim(image.label, image.identity, image.generator)


@MODEST
@given(st.data())
def test_what_an_image_is_called_does_not_depend_on_which_copy_came_first(
    database: Engine, data: st.DataObject
) -> None:
    said = data.draw(st.lists(claims, min_size=1, max_size=5))
    order = data.draw(st.permutations(range(len(said))))
    decided = data.draw(st.none() | st.sampled_from(Label))
    with forgotten(database) as session:
        in_order = settle_copies(session, said, list(range(len(said))), decided)
    with forgotten(database) as session:
        shuffled = settle_copies(session, said, order, decided)
    assert shuffled == in_order
    assert shuffled.label == decided or decided is None


def test_the_first_path_by_name_that_claims_something_speaks(writer: Session) -> None:
    said = [Claim(), Claim(Label.FAKE, None, "swap"), Claim(Label.GENUINE, "Ada", "blend")]
    assert settle_copies(writer, said, [2, 0, 1]) == Claim(Label.FAKE, "Ada", "swap")


def test_a_later_import_may_correct_what_nobody_decided(writer: Session) -> None:
    import_file(writer, "first", "a.jpg", facts("x"), Claim(Label.GENUINE))
    import_file(writer, "second", "a.jpg", facts("x"), Claim(Label.FAKE, "Ada"))
    imports.reconcile_claims(writer, "second", actor="ada")
    image = images.get_by_checksum(writer, checksum("x"))
    assert (image.label, image.identity) == (Label.FAKE, "Ada")


def test_importing_again_without_a_word_takes_nothing_away(writer: Session) -> None:
    claim = Claim(Label.GENUINE, "Ada", "swap")
    import_file(writer, "first", "a.jpg", facts("x"), claim)
    import_file(writer, "second", "a.jpg", facts("x"), Claim())
    assert imports.reconcile_claims(writer, "second", actor="ada") == 0
    image = images.get_by_checksum(writer, checksum("x"))
    assert (image.label, image.identity, image.generator) == (Label.GENUINE, "Ada", "swap")
    (place,) = images.locations(writer, image.id)
    assert place.claim == claim


def test_another_label_of_a_known_image_is_told_and_undone(writer: Session) -> None:
    for job, keys, label in (("first", "ab", Label.GENUINE), ("second", "abc", Label.FAKE)):
        names = [f"{key}.jpg" for key in keys]
        for key, file in zip(
            keys, listed(writer, job, names, [Claim(label)] * len(names)), strict=True
        ):
            imports.settle(writer, job, file, facts(key))
    assert imports.reconcile_claims(writer, "second", actor="ada") == 2
    ids = [images.get_by_checksum(writer, checksum(key)).id for key in "abc"]
    assert [images.get_image(writer, i).label for i in ids] == [Label.FAKE] * 3
    assert images.undo_relabel(writer, actor="ada") == 2
    labels = [images.get_image(writer, i).label for i in ids]
    assert labels == [Label.GENUINE, Label.GENUINE, Label.FAKE]


def test_what_copies_of_one_import_say_is_no_history(writer: Session) -> None:
    settle_copies(writer, [Claim(Label.FAKE), Claim(Label.GENUINE)], [1, 0])
    assert writer.scalars(select(EventRow)).all() == []


def test_a_label_that_a_person_took_back_is_open_to_claims_again(writer: Session) -> None:
    import_file(writer, "first", "a.jpg", facts("x"))
    image = images.get_by_checksum(writer, checksum("x"))
    images.relabel(writer, [image.id], Label.FAKE, actor="ada")
    images.undo_relabel(writer, actor="ada")
    import_file(writer, "second", "a.jpg", facts("x"), Claim(Label.GENUINE))
    imports.reconcile_claims(writer, "second", actor="ada")
    assert images.get_image(writer, image.id).label is Label.GENUINE


def test_images_of_other_imports_stay_as_they_are(writer: Session) -> None:
    import_file(writer, "first", "a.jpg", facts("x"), Claim(Label.GENUINE))
    import_file(writer, "second", "b.jpg", facts("x"), Claim(Label.FAKE))
    import_file(writer, "third", "c.jpg", facts("y"), Claim(Label.FAKE))
    imports.reconcile_claims(writer, "third", actor="ada")
    assert images.get_by_checksum(writer, checksum("x")).label is Label.GENUINE


# Generated images


def test_a_fake_knows_its_parents_and_is_made_once(writer: Session) -> None:
    parents = [add(writer, "x"), add(writer, "y")]
    claim = Claim(Label.FAKE, "Ada", "blend")
    assert imports.add_fake(writer, facts("f"), claim, parents, {"seed": 1}) is Outcome.NEW
    assert imports.add_fake(writer, facts("f"), claim, parents, {"seed": 2}) is Outcome.KNOWN
    fake = images.get_by_checksum(writer, checksum("f"))
    assert (fake.label, fake.identity, fake.generator) == (Label.FAKE, "Ada", "blend")
    assert [image.id for image in images.parents(writer, fake.id)] == parents
    assert [image.id for image in images.children(writer, parents[0])] == [fake.id]


def test_no_folder_can_call_an_image_genuine_that_was_generated_here(writer: Session) -> None:
    claim = Claim(Label.FAKE, "Ada", "blend")
    imports.add_fake(writer, facts("f"), claim, [add(writer, "x")], {})
    found = import_file(writer, "job", "export/f.png", facts("f"), Claim(Label.GENUINE, "Grace"))
    assert found is Outcome.KNOWN
    imports.reconcile_claims(writer, "job", actor="ada")
    fake = images.get_by_checksum(writer, checksum("f"))
    assert Claim(fake.label, fake.identity, fake.generator) == claim


def test_a_fake_that_came_back_by_an_import_is_given_its_parents(writer: Session) -> None:
    import_file(writer, "job", "export/f.png", facts("f"), Claim(Label.GENUINE, "Grace"))
    parent = add(writer, "x")
    claim = Claim(Label.FAKE, "Ada", "blend")
    assert imports.add_fake(writer, facts("f"), claim, [parent], {}) is Outcome.KNOWN
    fake = images.get_by_checksum(writer, checksum("f"))
    assert fake.label is Label.FAKE
    assert [image.id for image in images.parents(writer, fake.id)] == [parent]
