"""Where an import's files come from: checking a folder and giving it a name."""

import os
from pathlib import Path

from upath import UPath

from core.errors import InvalidInput
from core.types import Label, NormaliseRule
from dashboard.home import open_storages
from dashboard.jobs.client import Jobs
from dashboard.settings import Settings


def start_import(
    jobs: Jobs,
    settings: Settings,
    root: UPath,
    *,
    manifest: Path | None = None,
    label: Label = Label.UNKNOWN,
    rule: NormaliseRule | None = None,
) -> str:
    """Start importing a folder and return the job.

    Args:
        jobs: The job engine.
        settings: The installation.
        root: Folder to import, on any file system that `universal_pathlib` knows.
        manifest: A CSV in `root` that says who and what the files show.
        label: Claimed for every file where there is no manifest.
        rule: The normalisation rule, for the first import of an installation.

    Raises:
        InvalidInput: If the folder or the manifest is not there, or cannot be read.
        Conflict: If the same import waits or runs already.
    """
    if not root.is_dir():
        raise InvalidInput(f"Expected a folder of images. Received {str(root)!r}, which is none.")
    if root.protocol in ("", "file") and not os.access(str(root), os.R_OK | os.X_OK):
        raise InvalidInput(f"Expected a folder that may be read. Received {str(root)!r}.")
    if manifest is not None and not (root / manifest.name).is_file():
        raise InvalidInput(
            f"Expected a manifest in {str(root)!r}. Received a folder without {manifest.name!r}."
        )
    storage = open_storages(settings).register(root)
    return jobs.import_folder(
        storage, manifest=manifest.name if manifest else None, label=label, rule=rule
    )
