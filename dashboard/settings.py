"""What an installation can be told from outside: VERITY_* variables over these defaults."""

import getpass
import os
from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One installation's settings, read once.

    Attributes:
        home: Folder of the database, files, caches and logs; two homes never touch.
        database_url: Other than the SQLite file in `home`, for example PostgreSQL.
        jobs_database_url: The same for the job engine's own database.
        address: Interface the dashboard listens on.
        port: Port the dashboard listens on.
        cpu_workers: Processes that import and analyse; as many as cores by default.
        score_idle_s: After so long without a question the scoring worker starts anew, empty.
        user: Name written beside what a person decides.
    """

    model_config = SettingsConfigDict(env_prefix="VERITY_", frozen=True)

    home: Path = Path("data")
    database_url: str = ""
    jobs_database_url: str = ""
    address: str = "127.0.0.1"
    port: int = 8501
    cpu_workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    score_idle_s: int = Field(default=900, ge=1)
    user: str = Field(default_factory=getpass.getuser, min_length=1)

    @property
    def root(self) -> Path:
        """The home as an absolute path."""
        return self.home.expanduser().resolve()

    @property
    def database(self) -> str:
        """URL of the database, SQLite in the home unless configured."""
        return self.database_url or f"sqlite:///{self.root / 'verity.sqlite'}"

    @property
    def jobs_database(self) -> str:
        """URL of the job engine's database."""
        return self.jobs_database_url or f"sqlite:///{self.root / 'jobs.sqlite'}"

    def folder(self, name: str) -> Path:
        """Return a folder of the home, made if it is missing."""
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
