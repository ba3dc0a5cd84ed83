"""A database of the revision before, with rows in it, comes forward and keeps them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from core.types import Label, Split
from db import images, tags, thresholds, versions
from db.catalogue import Catalogue
from db.engine import open_engine, reading, writing
from db.images import ImageFilter
from db.schema import upgrade


@pytest.fixture
def old_file(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in _ROWS:
            connection.execute(text(statement))
    yield engine
    engine.dispose()


_ROWS = (
    """INSERT INTO images (id, checksum, size_bytes, format, width_px, height_px, notes, label,
    identity, status, n_faces, created_at)
    VALUES (7, 'aa', 900, 'PNG', 30, 40, '["laid on white"]', 'genuine', 'Ada', 'active', 1,
    '2026-01-02 03:04:05')""",
    """INSERT INTO dataset_versions (number, content_hash, created_at, author, normalise_rule,
    test_fraction, seed, sources) VALUES (1, 'bb', '2026-01-02 03:04:05', 'ada', 'crop', 0.3, 7,
    '["photographs"]')""",
    """INSERT INTO dataset_items (version, image_id, label, identity, group_number, split)
    VALUES (1, 7, 'genuine', 'Ada', 3, 'test')""",
)


def test_an_upgrade_keeps_images_and_versions(old_file: Engine) -> None:
    upgrade(old_file)
    with reading(old_file) as session:
        image = images.get_image(session, 7)
        (version,) = versions.list_versions(session)
        (item,) = versions.items(session, 1)
    assert (image.checksum, image.identity, image.notes) == ("aa", "Ada", ("laid on white",))
    assert (version.sources, version.seed) == (("photographs",), 7)
    assert version.counts == {"test": {"genuine": 1}}
    assert (item.image_id, item.group) == (7, 3)


def test_what_came_before_is_waiting_to_be_measured(old_file: Engine) -> None:
    upgrade(old_file)
    query = "SELECT scores, scores_version, faces_version, revision FROM images"
    with old_file.connect() as connection:
        assert connection.execute(text(query)).all() == [(None, None, None, 0)]


def test_a_change_gets_a_higher_revision(old_file: Engine) -> None:
    upgrade(old_file)
    with writing(old_file) as session:
        images.relabel(session, [7], Label.FAKE, actor="ada")
    with old_file.connect() as connection:
        assert connection.scalar(text("SELECT revision FROM images")) == 1


@pytest.fixture
def file_with_threshold(old_file: Engine) -> Engine:
    upgrade(old_file, "0002")
    with old_file.begin() as connection:
        for statement in _CHOSEN:
            connection.execute(text(statement))
    return old_file


_CHOSEN = (
    """INSERT INTO runs (id, dataset_version, params, seed, packages, weights, author, created_at,
    finished_at) VALUES (4, 1, '{}', 7, '{}', 'HED-BSDS500', 'ada', '2026-01-02 03:04:05',
    '2026-01-02 04:04:05')""",
    """INSERT INTO thresholds (id, run_id, value, split, reason, author, created_at)
    VALUES (9, 4, 0.731, 'test', 'few false alarms', 'ada', '2026-01-03 03:04:05')""",
)


def test_a_threshold_from_before_approvals_waits_for_one(file_with_threshold: Engine) -> None:
    upgrade(file_with_threshold)
    with writing(file_with_threshold) as session:
        (kept,) = thresholds.pending(session)
        assert thresholds.in_force(session, 4) is None
        assert thresholds.runs_without_threshold(session) == []
        thresholds.approve(session, kept.id, actor="Bob")
    assert (kept.id, kept.run_id, kept.value, kept.split) == (9, 4, 0.731, Split.TEST)
    assert (kept.reason, kept.author, kept.dataset_version) == ("few false alarms", "ada", 1)
    assert (kept.low, kept.high, kept.policy, kept.decision) == (None, None, {}, None)
    with reading(file_with_threshold) as session:
        found = thresholds.in_force(session, 4)
    assert found
    assert found.value == 0.731


def test_tags_from_before_their_own_revisions_are_kept_and_changed(old_file: Engine) -> None:
    upgrade(old_file, "0003")
    with old_file.begin() as connection:
        changed = text("UPDATE images SET revision = 5, checksum = :checksum")
        connection.execute(changed, {"checksum": "a" * 64})
        connection.execute(text("INSERT INTO image_tags (tag, image_id) VALUES ('odd', 7)"))
    upgrade(old_file)
    catalogue = Catalogue()
    with reading(old_file) as session:
        assert catalogue.find(session, ImageFilter(tag="odd")) == ([7], 1)
    with writing(old_file) as session:
        tags.remove_tag(session, [7], "odd", actor="ada")
    with reading(old_file) as session:
        assert catalogue.find(session, ImageFilter(tag="odd")) == ([], 0)
    with old_file.connect() as connection:
        assert connection.execute(text("SELECT image_id, revision FROM tag_changes")).all() == [
            (7, 6)
        ]
