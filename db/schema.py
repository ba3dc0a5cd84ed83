"""Bringing a database to the current schema."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = Path(__file__).with_name("migrations")


def alembic_config(engine: Engine) -> "Config":
    """Return the Alembic configuration for one database."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Create the tables, or bring an older database forward with its data.

    Every process asks for it as it starts, and mostly there is nothing to do: Alembic is loaded
    only where there is.
    """
    if revision == "head" and _revision_of(engine) == newest_revision():
        return
    from alembic import command

    command.upgrade(alembic_config(engine), revision)


def newest_revision() -> str:
    """Return the number that the newest migration's file begins with."""
    return max(path.name for path in (_SCRIPTS / "versions").glob("[0-9]*.py")).partition("_")[0]


def _revision_of(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found
