"""Exporting a frozen version, and making an export ready to be imported."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from upath import UPath

from core.curation.exports import tfrecord
from core.curation.exports.base import Copies, ExportItem, as_normalised
from core.curation.exports.read import is_ours, verify
from core.curation.exports.registry import EXPORTS
from core.curation.exports.write import Plan, export
from core.errors import InvalidInput
from core.images.storage import Kind
from dashboard.jobs.child import Report
from dashboard.jobs.context import Context
from db import exports, versions
from db.engine import reading

FOLDER = "exports"


def export_version(
    context: Context, job_id: str, author: str, arguments: Mapping[str, Any], report: Report
) -> dict[str, Any]:
    """Write a frozen version to `exports/<version>-<format>` of the home."""
    name, copies = arguments["format"], Copies(arguments["copies"])
    if name not in EXPORTS:
        raise InvalidInput(f"Expected a format among {', '.join(EXPORTS)}. Received {name!r}.")
    with reading(context.database) as session:
        version = versions.get_version(session, arguments["version"])
        items = exports.items(session, version.number)
    kind: Kind = "originals" if copies is Copies.ORIGINALS else "normalised"
    if copies is Copies.NORMALISED:
        items = [as_normalised(item, version.normalise_rule) for item in items]
    plan = Plan(version.number, version.content_hash, name, copies)
    folder = context.settings.folder(FOLDER)

    def read(item: ExportItem) -> bytes:
        return context.store.read(kind, item.checksum)

    about = export(plan, items, read, folder / plan.folder_name, _scratch(context, job_id), report)
    return {"images": len(items), "bytes": about["bytes"], "folder": f"{FOLDER}/{plan.folder_name}"}


def clear(context: Context, job_id: str) -> None:
    """Remove what an export that was stopped has written so far."""
    shutil.rmtree(_scratch(context, job_id), ignore_errors=True)


def _scratch(context: Context, job_id: str) -> Path:
    """Return a job's folder beside the exports, on the same disk."""
    return context.settings.folder(FOLDER) / f".{job_id}"


def unpacked(context: Context, name: str, root: UPath) -> Path | None:
    """Unpack a folder of TFRecord shards to `unpacked/<name>` of the home; None if it holds none.

    A process of its own does it, and what it has unpacked appears whole.

    Raises:
        InvalidInput: If a shard is damaged, or an export is not as it was written.
    """
    if not tfrecord.is_packed(root):
        return None
    target = context.settings.folder("unpacked") / name
    if target.is_dir():
        return target  # by an earlier try of this job
    if is_ours(root):
        verify(root)
    scratch = target.with_name(f".{name}")
    shutil.rmtree(scratch, ignore_errors=True)
    command = [sys.executable, "-m", "core.curation.exports.tfrecord", str(root), str(scratch)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(scratch, ignore_errors=True)
        raise InvalidInput((done.stderr.strip().splitlines() or ["Unpacking was stopped."])[-1])
    scratch.rename(target)
    return target
