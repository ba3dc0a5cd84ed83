"""Writing an export: beside its place first, then moved there whole."""

import csv
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.curation.exports.base import Copies, ExportItem
from core.curation.exports.keras_directory import READABLE
from core.curation.exports.registry import EXPORTS

FORMAT_VERSION = 1
CHECKSUMS = "checksums.csv"
ABOUT = "verity.json"
_WRITTEN = 0.9  # of the time; the rest reads the files back for their checksums

Progress = Callable[[float, str, int, int], None]


@dataclass(frozen=True)
class Plan:
    """What is exported.

    Attributes:
        version: Number of the frozen version.
        content_hash: The version's.
        format: One of `EXPORTS`.
    """

    version: int
    content_hash: str
    format: str
    copies: Copies = Copies.ORIGINALS

    @property
    def folder_name(self) -> str:
        """Where it goes: `<version>-<format>`, with the kind of copies where not originals."""
        suffix = "" if self.copies is Copies.ORIGINALS else f"-{self.copies}"
        return f"{self.version}-{self.format}{suffix}"


def export(
    plan: Plan,
    items: Sequence[ExportItem],
    read: Callable[[ExportItem], bytes],
    target: Path,
    scratch: Path,
    report: Progress,
) -> dict[str, Any]:
    """Write a version's images, annotations, `checksums.csv` and `verity.json`.

    Args:
        plan: What is exported.
        items: The images, as they are in the files that `read` returns.
        read: Returns the bytes of an image's file.
        target: Folder of the export; an earlier one there is replaced when this one is whole.
        scratch: Folder beside it to write in; whatever it held is removed.
        report: Told the fraction, a line, and images done of their number.

    Returns:
        What `verity.json` says.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    folder = scratch / "new"
    folder.mkdir(parents=True)
    EXPORTS[plan.format].write(folder, _read_each(items, read, report))
    report(_WRITTEN, "Reading the files back for their checksums", len(items), len(items))
    n_bytes = _write_checksums(folder)
    about = _about(plan, items, n_bytes, _digest(folder / CHECKSUMS))
    (folder / ABOUT).write_text(json.dumps(about, indent=2), "utf-8")
    if target.exists():
        target.rename(scratch / "old")
    folder.rename(target)
    shutil.rmtree(scratch)
    return about


def _read_each(
    items: Sequence[ExportItem], read: Callable[[ExportItem], bytes], report: Progress
) -> Iterator[tuple[ExportItem, bytes]]:
    for number, item in enumerate(items, start=1):
        yield item, read(item)
        if number % 50 == 0 or number == len(items):
            line = f"Wrote {number:,} of {len(items):,} images"
            report(_WRITTEN * number / len(items), line, number, len(items))


def _write_checksums(folder: Path) -> int:
    """List every file: path, its SHA-256, and the original's where it is named by one."""
    n_bytes = 0
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    with (folder / CHECKSUMS).open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("path", "sha256", "original"))
        for path in paths:
            original = path.stem if len(path.stem) == 64 else ""
            lines.writerow((path.relative_to(folder).as_posix(), _digest(path), original))
            n_bytes += path.stat().st_size
    return n_bytes


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _about(plan: Plan, items: Sequence[ExportItem], n_bytes: int, checksums: str) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        **asdict(plan),
        "images": len(items),
        "counts": _counts(items),
        "bytes": n_bytes,
        "checksums": checksums,
        **_passed_over(plan, items),
    }


def _counts(items: Sequence[ExportItem]) -> Mapping[str, Mapping[str, int]]:
    found = Counter((item.split.value, item.label.value) for item in items)
    splits = sorted({split for split, _ in found})
    return {s: {label: n for (at, label), n in sorted(found.items()) if at == s} for s in splits}


def _passed_over(plan: Plan, items: Sequence[ExportItem]) -> dict[str, int]:
    """Count what Keras' loader would leave out without a word."""
    if plan.format != "keras":
        return {}
    return {"not_read_by_keras": sum(item.format not in READABLE for item in items)}
