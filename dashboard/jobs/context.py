"""What a job's code works with: the installation's database, files and storages."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Engine

from core.images.storage import Storages, Store
from dashboard.home import open_database, open_storages, open_store
from dashboard.settings import Settings, settings


@dataclass(frozen=True)
class Context:
    """One process's view of the installation."""

    settings: Settings
    database: Engine
    store: Store
    storages: Storages


@cache
def context() -> Context:
    """Open the installation once a process."""
    chosen = settings()
    return Context(chosen, open_database(chosen), open_store(chosen), open_storages(chosen))
