"""Scan: which files an import sees, and what the folder or a manifest says about each.

| what lies in the folder                              | what becomes of it                      |
|------------------------------------------------------|-----------------------------------------|
| a regular file, whatever its name                    | seen (reading it decides the rest)      |
| a symlinked file                                     | refused, for it may lead anywhere       |
| a symlinked folder                                   | refused once, not entered               |
| a folder that cannot be listed                       | refused once, with the system's reason  |
| a name with a backslash or that is not UTF-8         | refused, for it cannot be a key         |
| hidden (leading dot), Thumbs.db, .DS_Store, __MACOSX | skipped and not counted                 |
| *.csv directly in the root                           | skipped: a manifest, not an image       |
| a device, socket or pipe                             | refused                                 |

Files come in the order of their keys; a refused folder's key ends with a slash. With a manifest
only the files that it lists are seen.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Literal

from upath import UPath

from core.errors import InvalidInput
from core.images.storage import inside
from core.types import Claim, Label, SourceFile

LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
LABELS = {"genuine": Label.GENUINE, "real": Label.GENUINE, "fake": Label.FAKE}
LABELS |= {"unknown": Label.UNKNOWN, "": Label.UNKNOWN}


def scan(
    root: UPath,
    identity_from: Literal["folder"] | None = "folder",
    label: Label = Label.UNKNOWN,
    generator: str | None = None,
    manifest: Mapping[str, Claim] | None = None,
) -> Iterator[SourceFile]:
    """Yield every file below a root in the order of the keys, by the rules above.

    Args:
        root: Folder on any file system that `universal_pathlib` knows.
        identity_from: "folder" takes the name of the folder that holds the file (the layout of
            LFW and MS-Celeb) and None for files in the root itself; None claims no identity.
        label: Claimed for every file, unless there is a manifest.
        generator: Claimed for every file, unless there is a manifest.
        manifest: From `read_manifest`; `root` is then the folder that holds the CSV.

    Raises:
        InvalidInput: If `root` is not a folder.
    """
    if not root.is_dir():
        raise InvalidInput(f"Expected a folder. Received {root}, which is none: check the path.")
    if manifest is not None:
        return _scan_listed(root, manifest)
    return _scan_folder(root, "", identity_from, Claim(label, None, generator))


def _scan_folder(
    folder: UPath, prefix: str, identity_from: Literal["folder"] | None, claim: Claim
) -> Iterator[SourceFile]:
    try:
        names = sorted(_sort_key(child) for child in folder.iterdir())
    except OSError as error:
        reason = f"folder cannot be listed: {error.strerror or error}"
        yield SourceFile(_safe_key(prefix), claim, reason)
        return
    for name in names:
        child = folder / name.removesuffix("/")
        if _is_skipped(child.name, is_in_root=not prefix):
            continue
        key = prefix + name
        is_entered = name.endswith("/") and not child.is_symlink()
        if is_entered and (refusal := _name_refusal(key)) is None:
            identity = child.name if identity_from == "folder" else None
            inner = Claim(claim.label, identity, claim.generator)
            yield from _scan_folder(child, key, identity_from, inner)
        else:
            refusal = _name_refusal(key) or _file_refusal(child)
            yield SourceFile(_safe_key(key), claim, refusal)


def _sort_key(path: UPath) -> str:
    """Give folders their slash, so that siblings sort as the keys of the files below them do."""
    return f"{path.name}/" if path.is_dir() else str(path.name)


def _is_skipped(name: str, is_in_root: bool) -> bool:
    is_manifest = is_in_root and name.lower().endswith(".csv")
    return name.startswith(".") or name.lower() in LITTER or is_manifest


def _name_refusal(key: str) -> str | None:
    if "\\" in key:
        return "name holds a backslash: rename it"
    if _safe_key(key) != key:
        return "name is not valid UTF-8: rename it"
    return None


def _safe_key(key: str) -> str:
    """Return the key as text that any database takes, with ? for bytes that are no UTF-8."""
    return key.encode("utf-8", "replace").decode("utf-8")


def _file_refusal(path: UPath) -> str | None:
    if path.is_symlink():
        return "symlink: import the folder that it points to instead"
    if path.is_dir():
        return "folder cannot be entered"
    return None if path.is_file() else "not a regular file"


def _scan_listed(root: UPath, manifest: Mapping[str, Claim]) -> Iterator[SourceFile]:
    for key, claim in sorted(manifest.items()):
        yield SourceFile(_safe_key(key), claim, _listed_refusal(root, key))


def _listed_refusal(root: UPath, key: str) -> str | None:
    try:
        path = inside(root, key)
        if not path.exists():
            return "listed in the manifest, but there is no such file"
        return _name_refusal(key) or _file_refusal(path)
    except (InvalidInput, OSError, ValueError) as error:
        return f"listed path cannot be used: {error}"


def read_manifest(path: UPath) -> dict[str, Claim]:
    """Read a manifest: a CSV (RFC 4180) in UTF-8, with or without a byte order mark.

    Args:
        path: Of the CSV. Its columns are `path` (relative to the CSV's folder; needed), and
            `label` (genuine, real, fake, unknown or nothing), `identity` and `generator`. Others
            are not looked at. Backslashes in `path` are taken as Windows' slashes.

    Returns:
        What the manifest claims of each path; the last line wins where a path is repeated with
        the same claim.

    Raises:
        InvalidInput: If the file cannot be read as such a CSV, or a path has two claims; names
            the line and the value.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), restval="", strict=True)
        columns = [name.strip().lower() for name in reader.fieldnames or []]
        if "path" not in columns:
            raise InvalidInput(
                f"Expected a column 'path' in the first line of {path}. Received {columns}."
            )
        reader.fieldnames = columns
        claims: dict[str, Claim] = {}
        for row in reader:
            _add_claim(claims, row, f"{path}, line {reader.line_num}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"Expected a CSV in UTF-8 at {path}. Received: {error}.") from error
    return claims


def _add_claim(claims: dict[str, Claim], row: Mapping[str, str], where: str) -> None:
    key = row["path"].strip().replace("\\", "/").removeprefix("./")
    if not key:
        raise InvalidInput(f"Expected a path in {where}. Received nothing.")
    claim = _claim(row, where)
    if claims.setdefault(key, claim) != claim:
        raise InvalidInput(
            f"Expected one claim for {key!r}. Received a second, different one in {where}."
        )


def _claim(row: Mapping[str, str], where: str) -> Claim:
    label = row.get("label", "").strip().lower()
    if label not in LABELS:
        raise InvalidInput(
            f"Expected a label genuine, fake or unknown in {where}. Received {label!r}."
        )
    identity = row.get("identity", "").strip() or None
    return Claim(LABELS[label], identity, row.get("generator", "").strip() or None)
