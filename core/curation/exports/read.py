"""Reading exports back: Verity's own, checked file by file, and folders of other tools."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from upath import UPath

from core.curation.exports.csv_manifest import MANIFEST
from core.curation.exports.csv_manifest import find as find_manifest
from core.curation.exports.registry import EXPORTS
from core.curation.exports.write import ABOUT, CHECKSUMS, FORMAT_VERSION
from core.errors import InvalidInput
from core.images.checksum import checksum
from core.images.storage import inside
from core.types import Claim


@dataclass(frozen=True)
class Finished:
    """A whole export in its folder, as its `verity.json` tells."""

    folder: Path
    version: int
    format: str
    copies: str
    n_images: int
    n_bytes: int
    not_read_by_keras: int


def is_ours(root: UPath) -> bool:
    """Say whether Verity wrote a folder."""
    return bool((root / ABOUT).is_file())


def read_export(root: UPath) -> dict[str, Claim] | None:
    """Return what an exported folder claims of its images, by relative path.

    Verity's own folders are checked against `checksums.csv` first. Shards of TFRecord are to be
    unpacked before (`core.curation.exports.tfrecord.unpack`).

    Args:
        root: Folder on any file system that `universal_pathlib` knows.

    Returns:
        None where the folder is no export in a known format.

    Raises:
        InvalidInput: If a file of an export is missing, changed or cannot be read.
    """
    if not is_ours(root):
        return find_foreign(root)
    verify(root)
    claims = find_manifest(root)
    if claims is None:
        raise InvalidInput(f"Expected {MANIFEST} in {root}. Received none: export it again.")
    return claims


def find_foreign(root: UPath) -> dict[str, Claim] | None:
    """Return the claims of a COCO, YOLO or Keras folder that another tool wrote; else None.

    Raises:
        InvalidInput: If it is in such a format and cannot be read.
    """
    # A folder with a bare manifest.csv is imported by naming it, as ever.
    formats = (format for name, format in EXPORTS.items() if name != "csv")
    return next((c for c in (format.find(root) for format in formats) if c is not None), None)


def verify(root: UPath) -> int:
    """Compare every file of Verity's export with its checksum and return how many there are.

    Raises:
        InvalidInput: If one is missing or changed; names it.
    """
    about = read_about(root)
    listed = _file(root, CHECKSUMS, about["checksums"])
    n_files = 0
    for line in csv.DictReader(io.StringIO(listed.decode("utf-8"), newline="")):
        _check(root, line["path"], line["sha256"])
        n_files += 1
    return n_files


def read_about(root: UPath) -> Mapping[str, Any]:
    """Return what `verity.json` says.

    Raises:
        InvalidInput: If it is no such file, or of a later Verity.
    """
    try:
        about = dict(json.loads((root / ABOUT).read_text("utf-8")))
        known = about["format_version"] == FORMAT_VERSION and about["format"] in EXPORTS
        needed = ("version", "copies", "images", "bytes", "checksums")
        if known and all(name in about for name in needed):
            return about
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InvalidInput(
            f"Expected {ABOUT} as Verity writes it in {root}. Received: {error!r}."
        ) from error
    raise InvalidInput(
        f"Expected an export of format version {FORMAT_VERSION} in {root}. Received another: "
        "import it with the Verity that wrote it, or remove that file to import the images alone."
    )


def _check(root: UPath, name: str, expected: str) -> None:
    path = inside(root, name)
    try:
        received = checksum(path.read_bytes())
    except OSError as error:
        raise InvalidInput(
            f"Expected the file {name!r} in {root}. Received: {error.strerror or error}."
        ) from error
    if received != expected:
        raise _changed(name, expected, received)


def _file(root: UPath, name: str, expected: str) -> bytes:
    _check(root, name, expected)
    return bytes((root / name).read_bytes())


def _changed(name: str, expected: str, received: str) -> InvalidInput:
    return InvalidInput(
        f"Expected {name!r} as it was exported (SHA-256 {expected[:12]}...). Received a changed "
        f"file ({received[:12]}...): export the version again, or copy the folder anew."
    )


def finished(folder: Path) -> Iterator[Finished]:
    """Yield the whole exports in a folder, by version and format."""
    for path in sorted(folder.glob("[0-9]*-*/" + ABOUT)):
        about = read_about(UPath(path.parent))
        yield Finished(
            path.parent,
            int(about["version"]),
            about["format"],
            about["copies"],
            about["images"],
            about["bytes"],
            about.get("not_read_by_keras", 0),
        )
