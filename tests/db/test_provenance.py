from sqlalchemy.orm import Session

from core.types import Claim, Label, Split, Verdict
from db import imports, labels, pairs, provenance, statuses
from db.images import get_by_checksum
from db.tables import VersionRow
from tests.db.builders import BROKEN, add, add_pair, facts, freeze, import_file


def found(session: Session, key: str, content: object) -> int:
    """Import a genuine image of Ada and return its number."""
    import_file(session, f"job of {key}", key, facts(content), Claim(Label.GENUINE, "Ada"))
    return get_by_checksum(session, facts(content).checksum).id


def test_origins_add_up_to_the_version(writer: Session) -> None:
    first, second = found(writer, "a.jpg", "a"), found(writer, "b.jpg", "b")
    import_file(writer, "again", "copy of a.jpg", facts("a"))
    imports.add_fake(writer, facts("f"), Claim(Label.FAKE, "Ada", "blend"), [first], {})
    fake = get_by_checksum(writer, facts("f").checksum).id
    number = freeze(writer, [(each, Split.TRAIN) for each in (first, second, fake)])
    assert provenance.origins(writer, number) == [
        provenance.Origin("photographs", 2, 0),
        provenance.Origin(provenance.MADE_HERE, 0, 1),
    ]
    assert provenance.count_identities(writer, number) == 1


def test_generators_are_those_of_the_versions_fakes(writer: Session) -> None:
    made = [add(writer, n, Label.FAKE, generator="swap") for n in range(2)]
    made += [add(writer, "x", Label.FAKE), add(writer, "y", Label.GENUINE)]
    add(writer, "not frozen", Label.FAKE, generator="blend")
    number = freeze(writer, [(each, Split.TEST) for each in made])
    assert provenance.generators(writer, number) == [("swap", 2), (None, 1)]


def test_what_is_left_out_is_counted_once_by_its_reason(writer: Session) -> None:
    kept, copy, bad = (add(writer, name) for name in ("kept", "copy", "bad"))
    add(writer, "nobody knows", Label.UNKNOWN)
    add(writer, "of another source", Label.FAKE)
    pairs.decide(writer, add_pair(writer, kept, copy), Verdict.KEEP_LEFT, actor="ada")
    statuses.exclude(writer, [bad], "blurred", actor="ada")
    number = freeze(writer, [(kept, Split.TRAIN)])
    add(writer, "later", Label.UNKNOWN)  # was not there to be left out
    assert provenance.left_out(writer, number) == [
        ("blurred", 1),
        (provenance.SINCE, 1),
        (provenance.NEAR_DUPLICATE, 1),
        (provenance.UNLABELLED, 1),
    ]
    writer.get_one(VersionRow, number).sources = ["photographs"]
    assert (provenance.OTHER_SOURCE, 1) in provenance.left_out(writer, number)


def test_an_image_that_was_excluded_after_the_freeze_is_in_the_version(writer: Session) -> None:
    image = add(writer, "a")
    number = freeze(writer, [(image, Split.TRAIN)])
    statuses.exclude(writer, [image], "blurred", actor="ada")
    assert provenance.left_out(writer, number) == []


def test_refused_files_are_counted_by_reason(writer: Session) -> None:
    for n in range(2):
        import_file(writer, f"job {n}", f"{n}.jpg", BROKEN)
    assert provenance.refused(writer) == [("truncated", 2)]


def test_pairs_are_counted_by_verdict_and_refuted_ones_not_at_all(writer: Session) -> None:
    a, b, c, d = (add(writer, name) for name in "abcd")
    pairs.decide(writer, add_pair(writer, a, b), Verdict.KEEP_LEFT, actor="ada")
    add_pair(writer, b, c)
    add_pair(writer, c, d, confirmed=False)
    assert provenance.duplicates(writer) == {Verdict.KEEP_LEFT: 1, None: 1}


def test_a_sample_shows_training_images_of_both_labels_and_no_test_image(writer: Session) -> None:
    train = [add(writer, n) for n in range(3)]
    train += [add(writer, f"f{n}", Label.FAKE) for n in range(3)]
    test = add(writer, "test")
    number = freeze(writer, [*[(each, Split.TRAIN) for each in train], (test, Split.TEST)])
    shown = provenance.sample(writer, number, 4)
    assert [label for _, label in shown].count(Label.FAKE) == 2
    assert facts("test").checksum not in [checksum for checksum, _ in shown]
    assert shown == provenance.sample(writer, number, 4)
    assert len(provenance.sample(writer, number, 100)) == 6


def test_any_decision_is_a_change(writer: Session) -> None:
    image = add(writer, "a")
    before = provenance.last_change(writer)
    assert provenance.last_change(writer) == before
    labels.relabel(writer, [image], Label.FAKE, actor="ada")
    assert provenance.last_change(writer) != before


def test_new_pairs_and_refused_files_are_changes_too(writer: Session) -> None:
    images = add(writer, "a"), add(writer, "b")
    before = provenance.last_change(writer)
    add_pair(writer, *images)
    between = provenance.last_change(writer)
    import_file(writer, "job", "broken.jpg", BROKEN)
    assert len({before, between, provenance.last_change(writer)}) == 3
