"""`python -m db.revise "what changed"`: write the migration for the current tables."""

import sys
import tempfile
from pathlib import Path

from alembic import command

import db.tables  # noqa: F401 - the tables to compare with
from db.engine import open_engine
from db.schema import alembic_config, upgrade

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'head.sqlite'}")
        upgrade(engine)
        command.revision(alembic_config(engine), message=sys.argv[1], autogenerate=True)
