from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.types import Claim, FaceDetail, ImageFacts, Label
from db import faces, imports, outdated
from db.outdated import Versions
from db.tables import HashRow, ImageRow
from tests.db.builders import FACE, add, facts

NOW = Versions("checks-2", "v2")
OLD: dict[str, Any] = {
    "scores": {"blur": 1.0, "gone": 2.0},
    "scores_version": "checks-1",
    "hash_version": "v1",
}
NEW: dict[str, Any] = {
    "scores": {"blur": 9.0, "dark": None},
    "scores_version": "checks-2",
    "hash_version": "v2",
    "hashes": {"phash": "0" * 16},
}


def measured(content: str) -> ImageFacts:
    return facts(content, **NEW)


def _hashes(session: Session, image_id: int) -> set[tuple[str, str]]:
    query = select(HashRow.algorithm, HashRow.version).where(HashRow.image_id == image_id)
    return {(algorithm, version) for algorithm, version in session.execute(query)}


def test_an_image_is_outdated_by_its_checks_or_by_its_hashes(writer: Session) -> None:
    old = add(writer, "old", **OLD)
    add(writer, "new", **NEW)
    by_hash = add(writer, "hash", **{**NEW, "hash_version": "v1"})
    by_checks = add(writer, "checks", **{**NEW, "scores_version": None})
    assert outdated.outdated_ids(writer, NOW) == [old, by_hash, by_checks]
    assert outdated.count_outdated(writer, NOW) == 3
    assert outdated.count_outdated(writer, NOW, last=by_hash) == 2
    found = outdated.outdated_images(writer, NOW, 5, after=old, last=by_hash)
    assert found == [(by_hash, facts("hash").checksum)]


def test_new_measures_take_the_place_of_the_old(writer: Session) -> None:
    image_id = add(writer, "x", **OLD)
    row = writer.get_one(ImageRow, image_id)
    row.is_paired = True
    writer.flush()
    faces.replace_faces(writer, image_id, [FaceDetail(FACE, scores={"teeth": 0.5})], "faces-1")
    revision = row.revision

    outdated.replace_measures(writer, [(image_id, measured("x"))])
    writer.flush()
    writer.refresh(row, ["scores", "revision", "is_paired", "scores_version"])

    assert row.scores == {"teeth": 0.5, "blur": 9.0, "dark": None}
    assert (row.scores_version, row.is_paired) == ("checks-2", False)
    assert row.revision > revision
    assert _hashes(writer, image_id) == {("phash", "v2")}
    assert outdated.count_outdated(writer, NOW) == 0


def test_an_image_with_the_same_hashes_stays_compared(writer: Session) -> None:
    image_id = add(writer, "x", **{**NEW, "scores_version": "checks-1"})
    row = writer.get_one(ImageRow, image_id)
    row.is_paired = True
    outdated.replace_measures(writer, [(image_id, measured("x"))])
    assert row.is_paired
    assert outdated.count_outdated(writer, NOW) == 0


def test_a_generated_fake_never_waits_to_be_compared(writer: Session) -> None:
    parent = add(writer, "parent", **NEW)
    imports.add_fake(writer, facts("fake", **OLD), Claim(Label.FAKE), [parent], {})
    (fake,) = outdated.outdated_ids(writer, NOW)
    outdated.replace_measures(writer, [(fake, measured("fake"))])
    assert writer.get_one(ImageRow, fake).is_paired
