"""A database of the revision before, with rows in it, comes forward and keeps them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from core.types import Label
from db import images, versions
from db.engine import open_engine, reading, writing
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
