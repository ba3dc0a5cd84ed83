import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.types import (
    Claim,
    DatasetItem,
    Label,
    NormaliseRule,
    SourceFile,
    Split,
    Verdict,
)
from db import images, imports, pairs, versions
from db.engine import reading, writing
from db.tables import ImageRow
from tests.db.builders import add, add_pair, checksum, facts, freeze

CLAIM = Claim(Label.GENUINE)


def test_candidates_are_active_and_labelled(writer: Session) -> None:
    kept = add(writer, "a", Label.GENUINE, "Ada")
    fake = add(writer, "b", Label.FAKE)
    add(writer, "c", Label.UNKNOWN)
    lost = add(writer, "d", Label.GENUINE)
    pairs.decide(writer, add_pair(writer, kept, lost), Verdict.KEEP_LEFT, actor="ada")
    assert versions.candidates(writer) == [
        (kept, checksum("a"), Label.GENUINE, "Ada"),
        (fake, checksum("b"), Label.FAKE, None),
    ]


def test_what_ties_images_together(writer: Session) -> None:
    named = add(writer, "a", Label.UNKNOWN, "Ada")
    nameless = add(writer, "b")
    imports.add_fake(writer, facts("f"), Claim(Label.FAKE, "Ada"), [named, nameless], {})
    fake = images.get_by_checksum(writer, checksum("f")).id
    assert sorted(versions.identities(writer)) == [(named, "Ada"), (fake, "Ada")]
    assert sorted(versions.parent_links(writer)) == [(fake, named), (fake, nameless)]


def test_versions_are_numbered_from_one_and_listed_newest_first(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    assert freeze(writer, [(a, Split.TRAIN)]) == 1
    assert freeze(writer, [(a, Split.TRAIN), (b, Split.TEST)]) == 2
    assert [version.number for version in versions.list_versions(writer)] == [2, 1]
    version = versions.get_version(writer, 2)
    assert version == versions.list_versions(writer)[0]
    assert (version.author, version.normalise_rule) == ("ada", NormaliseRule.CROP)
    assert (version.test_fraction, version.seed) == (0.3, 7)
    assert version.created_at.tzinfo is not None


def test_counts_are_by_split_then_label(writer: Session) -> None:
    genuine = [add(writer, f"g{i}", Label.GENUINE) for i in range(4)]
    fakes = [add(writer, f"f{i}", Label.FAKE) for i in range(3)]
    splits = [Split.TRAIN, Split.TRAIN, Split.TEST, Split.VALIDATION]
    frozen = [*zip(genuine, splits, strict=True), *zip(fakes, splits, strict=False)]
    freeze(writer, frozen[:1])
    number = freeze(writer, frozen)
    assert versions.get_version(writer, number).counts == {
        "train": {"genuine": 2, "fake": 2},
        "validation": {"genuine": 1},
        "test": {"genuine": 1, "fake": 1},
    }
    assert versions.get_version(writer, 1).counts == {"train": {"genuine": 1}}


def test_the_same_content_is_not_frozen_twice(database: Engine) -> None:
    with writing(database) as session:
        a = add(session, "a")
        freeze(session, [(a, Split.TRAIN)], content_hash="ab" * 32)
    with (
        pytest.raises(Conflict, match="version 1 holds exactly these"),
        writing(database) as session,
    ):
        freeze(session, [(a, Split.TRAIN)], content_hash="ab" * 32)
    with reading(database) as session:
        assert len(versions.list_versions(session)) == 1


def test_items_keep_what_was_frozen_whatever_becomes_of_the_image(writer: Session) -> None:
    contents = sorted("abc", key=checksum)
    ids = [add(writer, name, Label.GENUINE, f"person {name}") for name in contents]
    number = freeze(writer, [(i, Split.TEST) for i in reversed(ids)])
    before = versions.items(writer, number)
    assert before == [
        DatasetItem(i, checksum(name), Label.GENUINE, f"person {name}", 100 + i, Split.TEST)
        for name, i in zip(contents, ids, strict=True)
    ]
    images.relabel(writer, ids, Label.FAKE, actor="ada")
    pairs.decide(writer, add_pair(writer, ids[0], ids[1]), Verdict.KEEP_LEFT, actor="ada")
    assert versions.items(writer, number) == before
    assert versions.items(writer, 99) == []


def test_the_versions_of_an_image(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    freeze(writer, [(a, Split.TRAIN)])
    freeze(writer, [(b, Split.TRAIN)])
    images.relabel(writer, [a], Label.FAKE, actor="ada")
    freeze(writer, [(a, Split.TEST)])
    assert versions.versions_of(writer, a) == [
        (1, Split.TRAIN, Label.GENUINE),
        (3, Split.TEST, Label.FAKE),
    ]
    assert versions.versions_of(writer, 99) == []


def test_a_version_that_is_not_there(writer: Session) -> None:
    with pytest.raises(NotFound, match="Received 1"):
        versions.get_version(writer, 1)


def test_a_version_without_images_can_be_shown(writer: Session) -> None:
    number = freeze(writer, [])
    assert versions.get_version(writer, number).counts == {}


def test_a_version_may_be_limited_to_sources_and_the_fakes_made_of_them(writer: Session) -> None:
    for name, storage in (("a", "studio"), ("b", "street")):
        imports.list_files(writer, name, storage, [SourceFile(f"{name}.jpg", CLAIM)])
        (file,) = imports.pending_files(writer, name, 0, 1)
        imports.settle(writer, name, file, facts(name))
    a, b = (images.get_by_checksum(writer, checksum(name)).id for name in "ab")
    imports.add_fake(writer, facts("f"), Claim(Label.FAKE), [a], {})
    imports.add_fake(writer, facts("g"), Claim(Label.FAKE), [b], {})
    found = {row[1] for row in versions.candidates(writer, ["studio"])}
    assert found == {checksum("a"), checksum("f")}
    assert len(versions.candidates(writer)) == 4
    assert versions.sources(writer) == ["street", "studio"]


def test_a_version_tells_its_rule_and_what_gives_the_classes_away(writer: Session) -> None:
    a = add(writer, "a", Label.FAKE, width_px=300)
    writer.get_one(ImageRow, a).scores = {"jpeg_quality": 90.0}
    writer.flush()
    b = add(writer, "b", Label.GENUINE, width_px=400)
    both = freeze(writer, [(a, Split.TRAIN), (b, Split.TEST)], "ab" * 32)
    for ids in ([a, b], [b, a]):
        found = versions.metadata(writer, both, ids)
        assert [known["width_px"] for known in found] == [300 if i == a else 400 for i in ids]
    number = freeze(writer, [(a, Split.TRAIN)])
    plain = versions.get_version(writer, number)
    assert (plain.split_rule, plain.shortcut) == ({}, None)
    assert versions.groups(writer, number) == [(a, 100 + a)]
    (known,) = versions.metadata(writer, number, [a])
    assert known == {
        "group": 100 + a,
        "label": "fake",
        "size_bytes": 1000,
        "format": "JPEG",
        "width_px": 300,
        "height_px": 250,
        "notes": ["CMYK converted to RGB"],
        "scores": {"jpeg_quality": 90.0},
    }
    versions.set_shortcut(writer, number, {"auc": 0.9})
    assert versions.get_version(writer, number).shortcut == {"auc": 0.9}
    other = versions.add_version(
        writer,
        versions.items(writer, number),
        content_hash="ef" * 32,
        author="ada",
        rule=NormaliseRule.CROP,
        test_fraction=0.2,
        seed=7,
        split_rule={"name": "k-fold", "k": 5, "fold": 2},
    )
    rule = versions.get_version(writer, other).split_rule
    assert rule == {"name": "k-fold", "k": 5, "fold": 2}
