"""Opening one installation: its database, its files and its named storages."""

import os
import shutil
from pathlib import Path

import psutil
from filelock import FileLock
from sqlalchemy import Engine
from upath import UPath

from core.images.storage import Storages, Store
from dashboard.settings import Settings
from db.engine import open_engine
from db.schema import upgrade


def open_database(settings: Settings) -> Engine:
    """Open the database, bringing its schema forward where needed; one process at a time."""
    settings.folder(".")
    engine = open_engine(settings.database)
    with FileLock(settings.root / "migrate.lock"):
        upgrade(engine)
    return engine


def open_store(settings: Settings) -> Store:
    """Open the content-addressed files."""
    return Store(UPath(settings.folder("files")), scratch=scratch(settings))


def scratch(settings: Settings) -> Path:
    """Return this process's folder of unfinished files; it goes once the process has ended."""
    return settings.folder("tmp") / str(os.getpid())


def clear_dead_scratch(settings: Settings) -> None:
    """Remove the unfinished files of processes that no longer run."""
    for folder in settings.folder("tmp").iterdir():
        is_alive = folder.name.isdecimal() and psutil.pid_exists(int(folder.name))
        if not is_alive:
            shutil.rmtree(folder, ignore_errors=True)


def open_storages(settings: Settings) -> Storages:
    """Open the map from storage names to the folders they stand for."""
    return Storages(settings.folder("."))
