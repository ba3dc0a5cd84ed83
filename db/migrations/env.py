"""Alembic's entry: migrations run on the engine that db.schema hands over."""

from alembic import context
from sqlalchemy import Engine

from db.tables import Base

engine: Engine = context.config.attributes["engine"]

with engine.execution_options(writes=True).connect() as connection, connection.begin():
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    context.run_migrations()
