"""How this installation talks to the job engine (DBOS): names, queues and configuration."""

import sqlite3
from contextlib import closing

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from filelock import FileLock

from dashboard.settings import Settings

APPLICATION = "verity"
VERSION = "1"
"""Pinned: a job that an older worker began is finished by a newer one."""

FLOW, CPU, GPU, SCORE = "flow", "cpu", "gpu", "score"
"""Queues: `flow` coordinates, `cpu` imports and analyses, `gpu` trains, one at a time; `score`
answers a page that waits."""

SERIALIZER = DBOSPortableJSONSerializer()
PROGRESS, LOG = "progress", "log"


def config(settings: Settings, executor: str) -> DBOSConfig:
    """Return the engine's configuration for one worker process."""
    return {
        "name": APPLICATION,
        "system_database_url": settings.jobs_database,
        "application_version": VERSION,
        "executor_id": executor,
        "serializer": SERIALIZER,
        "log_level": "WARNING",
        "enable_otlp": False,
        "notification_listener_polling_interval_sec": 0.5,
    }


def prepare(settings: Settings) -> None:
    """Create the engine's tables, or bring them forward; one process at a time.

    SQLite is put into write-ahead mode, so that readers never block.
    """
    settings.folder(".")
    with FileLock(settings.root / "migrate.lock"):
        if settings.jobs_database.startswith("sqlite:///"):
            with closing(
                sqlite3.connect(settings.jobs_database.removeprefix("sqlite:///"))
            ) as file:
                file.execute("PRAGMA journal_mode=WAL")
        DBOS.migrate(settings.jobs_database)
