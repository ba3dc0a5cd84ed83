"""Import: checking where the files come from, keeping uploads, starting the job."""

import re
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from upath import UPath

from core.errors import InvalidInput
from core.types import Label, NormaliseRule
from dashboard import resources
from dashboard.settings import Settings, settings
from dashboard.sources import start_import

MANIFEST = "manifest.csv"
PREVIEWED = 1000
_UNSAFE = re.compile(r"[^\w.()+ -]")
_MAX_NAME_BYTES = 200


@dataclass(frozen=True)
class Wishes:
    """What a person says about the files to import.

    Attributes:
        with_manifest: Names and labels come from `manifest.csv`, not from folders and `label`.
        rule: For the first import of an installation; the one in force otherwise.
    """

    with_manifest: bool
    label: Label
    rule: NormaliseRule


@dataclass(frozen=True)
class Preview:
    """The files that an import would see: `n_files` of them, or more where `is_cut_off`."""

    n_files: int
    is_cut_off: bool
    first: list[str]


def folder(text: str) -> Path:
    """Return the folder that a person named.

    Raises:
        InvalidInput: If it is no absolute path of a folder, or Verity's own.
    """
    if not text.strip():
        raise InvalidInput("Expected the path of a folder. Received nothing.")
    path = Path(text.strip()).expanduser()
    if not path.is_absolute():
        raise InvalidInput(f"Expected a path from the root (/...). Received {text.strip()!r}.")
    home, found = settings().root, path.resolve()
    if found == home or home in found.parents or found in home.parents:
        raise InvalidInput(
            f"Expected a folder apart from Verity's own, {str(home)!r}. Received {text.strip()!r}: "
            "importing it would take in Verity's own thumbnails."
        )
    if not _is_folder(path):
        raise InvalidInput(f"Expected a folder on this machine. Received {text.strip()!r}.")
    return path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise InvalidInput(
            f"Expected a path that this machine can read. Received one that it refuses: "
            f"{error.strerror}."
        ) from error


def preview(text: str) -> Preview:
    """Look at the first files that an import of a folder would see.

    Raises:
        InvalidInput: As `folder`.
    """
    from core.curation.scan import scan

    keys = [file.key for file in islice(scan(UPath(folder(text))), PREVIEWED + 1)]
    return Preview(min(len(keys), PREVIEWED), len(keys) > PREVIEWED, keys[:3])


def start_folder(text: str, wishes: Wishes) -> str:
    """Start importing a folder of the server machine and return the job.

    Raises:
        InvalidInput: If there is no such folder, or it cannot be read.
    """
    return _start(folder(text), wishes)


def start_uploads(uploads: Sequence[BinaryIO], wishes: Wishes) -> str:
    """Keep uploaded files in the installation, start importing them and return the job.

    Raises:
        InvalidInput: If there are none, or a zip cannot be trusted.
    """
    return _start(keep_uploads(uploads, settings()), wishes)


def _start(root: Path, wishes: Wishes) -> str:
    return start_import(
        resources.jobs(),
        settings(),
        UPath(root),
        manifest=Path(MANIFEST) if wishes.with_manifest else None,
        label=wishes.label,
        rule=wishes.rule,
    )


def keep_uploads(uploads: Sequence[BinaryIO], home: Settings) -> Path:
    """Store uploads in a folder of their own and return it.

    Args:
        uploads: Image files, which may come with a manifest.csv, or one zip of folders.
        home: The installation.

    Raises:
        InvalidInput: If there are none, a zip does not come alone, or it cannot be trusted.
    """
    if not uploads:
        raise InvalidInput("Expected files to upload. Received none: choose some first.")
    zips = [upload for upload in uploads if upload.name.lower().endswith(".zip")]
    if zips and len(uploads) > 1:
        raise InvalidInput(
            f"Expected image files, or one zip alone. Received {len(uploads) - len(zips)} files "
            f"and {len(zips)} zips: upload them one after the other."
        )
    today = datetime.now().astimezone()
    root = home.folder("uploads") / f"upload-{today:%Y-%m-%d}-{secrets.token_hex(3)}"
    root.mkdir()
    if zips:
        _unpack(zips[0], root)
    else:
        _write_all(uploads, root)
    return root


def _unpack(upload: BinaryIO, root: Path) -> None:
    from core.curation.unpack import unpack_zip

    packed = root.with_suffix(".zip")
    _write(upload, packed)
    try:
        unpack_zip(packed, root)
    except InvalidInput:
        shutil.rmtree(root, ignore_errors=True)
        raise
    finally:
        packed.unlink()


def _write_all(uploads: Sequence[BinaryIO], root: Path) -> None:
    for upload in uploads:
        name, number = safe_name(upload.name), 1
        path = root / name
        while path.exists():
            number += 1
            path = root / f"{PurePosixPath(name).stem}-{number}{PurePosixPath(name).suffix}"
        _write(upload, path)


def _write(upload: BinaryIO, path: Path) -> None:
    upload.seek(0)
    with path.open("xb") as file:
        shutil.copyfileobj(upload, file)


def safe_name(name: str) -> str:
    """Return a file name that is safe on any disk, from one that a stranger wrote.

    The last part of a path, without leading dots (such files would be skipped), of letters,
    digits and a few signs, at most 200 bytes; the extension stays.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = _UNSAFE.sub("_", last).strip(" ").lstrip(".").rstrip(". ")
    return clean.encode()[-_MAX_NAME_BYTES:].decode(errors="ignore").lstrip(". ") or "file"
