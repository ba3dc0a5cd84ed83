from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from db.engine import open_engine, reading, writing
from db.schema import alembic_config, newest_revision, upgrade
from db.tables import Base, ImageRow
from tests.db.builders import add


@pytest.fixture
def empty_file(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'new % file.sqlite'}")
    yield engine
    engine.dispose()


def test_an_empty_file_gets_exactly_the_tables_of_the_models(empty_file: Engine) -> None:
    upgrade(empty_file)
    assert set(inspect(empty_file).get_table_names()) == {
        *Base.metadata.tables,
        "alembic_version",
    }


def test_the_newest_file_is_the_head(empty_file: Engine) -> None:
    """Else a database that is behind would be left as it is."""
    head = ScriptDirectory.from_config(alembic_config(empty_file)).get_current_head()
    assert newest_revision() == head


def test_the_migrations_arrive_at_the_models(database: Engine) -> None:
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_again_changes_nothing_and_keeps_the_rows(empty_file: Engine) -> None:
    upgrade(empty_file)
    before = _definition(empty_file)
    with writing(empty_file) as session:
        image_id = add(session, "a")
    upgrade(empty_file)
    assert _definition(empty_file) == before
    with reading(empty_file) as session:
        assert session.get_one(ImageRow, image_id).format == "JPEG"


def _definition(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        query = text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        return list(connection.scalars(query))


def test_a_migration_that_fails_leaves_the_file_as_it_was(empty_file: Engine) -> None:
    with empty_file.begin() as connection:
        connection.execute(text("CREATE TABLE studies (id INTEGER)"))  # in the migration's way
    with pytest.raises(Exception, match="studies"):
        upgrade(empty_file)
    assert inspect(empty_file).get_table_names() == ["studies"]


def test_the_migrations_form_one_line(empty_file: Engine) -> None:
    assert len(ScriptDirectory.from_config(alembic_config(empty_file)).get_heads()) == 1
