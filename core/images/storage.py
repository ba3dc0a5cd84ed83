"""Storage: files addressed by their content, and the named folders that were imported."""

import json
import re
import uuid
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from filelock import FileLock
from upath import UPath
from upath.implementations.local import LocalPath

from core.errors import InvalidInput, NotFound
from core.types import ChecksumSha256

Kind: TypeAlias = Literal["originals", "normalised", "thumbnails"]

_CHECKSUM = re.compile(r"[0-9a-f]{64}")


class Store:
    """Bytes under their SHA-256: `<root>/<kind>/ab/cd/abcd...`.

    A file appears whole or not at all: locally it is written beside the store and renamed; other
    file systems (object stores, memory) put an object in one step.

    Args:
        root: Folder of the store, on any file system that `universal_pathlib` knows.
        scratch: Folder of this process alone, on the same file system as a local root; what a
            killed process leaves unfinished lies here and nowhere else.
    """

    def __init__(self, root: UPath, scratch: Path) -> None:
        self._root = root
        self._local_root = _local(root)
        self._scratch = scratch

    def put(self, kind: Kind, checksum: ChecksumSha256, data: bytes) -> None:
        """Store bytes; nothing happens if they are there already with the same size.

        Raises:
            InvalidInput: If `checksum` is not 64 hexadecimal digits.
        """
        if self.size(kind, checksum) == len(data):
            return
        if self._local_root:
            self._put_locally(self._local_root / _key(kind, checksum), data)
            return
        path = self.path(kind, checksum)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def _put_locally(self, target: Path, data: bytes) -> None:
        """Write beside and rename; folders are made when they are missed, which is seldom."""
        temporary = self._scratch / uuid.uuid4().hex
        try:
            temporary.write_bytes(data)
        except FileNotFoundError:
            self._scratch.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(data)
        try:
            temporary.replace(target)
        except FileNotFoundError:
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(target)

    def size(self, kind: Kind, checksum: ChecksumSha256) -> int | None:
        """Return how many bytes are stored under this checksum, None where nothing is.

        Raises:
            InvalidInput: If `checksum` is not 64 hexadecimal digits.
        """
        root = self._local_root or self._root
        try:
            return int((root / _key(kind, checksum)).stat().st_size)
        except FileNotFoundError:
            return None

    def read(self, kind: Kind, checksum: ChecksumSha256) -> bytes:
        """Return the stored bytes.

        Raises:
            InvalidInput: If `checksum` is not 64 hexadecimal digits.
            NotFound: If nothing is stored there.
        """
        root = self._local_root or self._root
        try:
            return (root / _key(kind, checksum)).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(
                f"Expected a file {checksum} among the {kind}. Received nothing: it was deleted "
                "or never finished; import its source again."
            ) from error

    def exists(self, kind: Kind, checksum: ChecksumSha256) -> bool:
        """Say whether bytes are stored under this checksum."""
        return self.size(kind, checksum) is not None

    def path(self, kind: Kind, checksum: ChecksumSha256) -> UPath:
        """Return where bytes with this checksum lie, whether or not they are there.

        Raises:
            InvalidInput: If `checksum` is not 64 hexadecimal digits.
        """
        return self._root / _key(kind, checksum)


def _key(kind: Kind, checksum: ChecksumSha256) -> str:
    if not _CHECKSUM.fullmatch(checksum):
        raise InvalidInput(
            f"Expected a checksum of 64 lower-case hexadecimal digits. Received {checksum!r}."
        )
    return f"{kind}/{checksum[:2]}/{checksum[2:4]}/{checksum}"


class Storages:
    """The named roots of imported folders, kept in `storages.json` of the installation.

    Args:
        home: The installation's folder.
    """

    def __init__(self, home: Path) -> None:
        self._file = home / "storages.json"
        self._lock = FileLock(home / "storages.json.lock")

    def register(self, root: UPath) -> str:
        """Return the name of a root, giving it one if it has none.

        The name is the folder's own in lower case, with `-2`, `-3` ... where another root has it.
        """
        address = _address(root)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._lock:
            roots = self._load()
            for name, known in roots.items():
                if known == address:
                    return name
            name = _free_name(root.name, roots)
            self._save(roots | {name: address})
        return name

    def root(self, name: str) -> UPath:
        """Return the root that was registered under a name.

        Raises:
            NotFound: If there is none.
        """
        roots = self._load()
        if name not in roots:
            known = ", ".join(sorted(roots)) or "none"
            raise NotFound(
                f"Expected a storage named in {self._file} ({known}). Received {name!r}: import "
                "its folder again, or add the name and the folder to that file."
            )
        return UPath(roots[name])

    def _load(self) -> dict[str, str]:
        try:
            roots: dict[str, str] = json.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return roots

    def _save(self, roots: dict[str, str]) -> None:
        temporary = self._file.with_suffix(f".{uuid.uuid4().hex}.tmp")
        temporary.write_text(json.dumps(roots, indent=2, sort_keys=True), "utf-8")
        temporary.replace(self._file)


def read_inside(root: UPath, key: str) -> bytes:
    """Return the bytes of a file that an import has seen.

    Args:
        root: Of the storage.
        key: Path relative to it, with forward slashes.

    Raises:
        InvalidInput: If `key` leads out of the storage.
        NotFound: If the file does not exist.
    """
    path = inside(root, key)
    try:
        return bytes(path.read_bytes())
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise NotFound(
            f"Expected a file {key!r} in {root}. Received nothing: it was moved or deleted, "
            "or its disk is not mounted."
        ) from error


def inside(root: UPath, key: str) -> UPath:
    """Join a relative key to a root.

    Raises:
        InvalidInput: If `key` is empty, absolute, climbs, holds a backslash, a colon that could
            name a drive or a protocol, or a NUL, or if a link leads out of the root.
    """
    pure = PurePosixPath(key)
    is_hostile = not pure.parts or pure.is_absolute() or ".." in pure.parts
    if is_hostile or "\\" in key or "\0" in key or re.match(r"[A-Za-z][\w+.-]*:", key):
        raise InvalidInput(f"Expected a path relative to {root}. Received {key!r}.")
    path = root / key
    local, base = _local(path), _local(root)
    if local and base and not local.resolve().is_relative_to(base.resolve()):
        raise InvalidInput(f"Expected a path inside {root}. Received {key!r}, which leads out.")
    return path


def _local(path: UPath) -> Path | None:
    return Path(path) if isinstance(path, LocalPath) else None


def _address(root: UPath) -> str:
    local = _local(root)
    return str(local.resolve()) if local else root.as_uri()


def _free_name(folder: str, taken: dict[str, str]) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-") or "folder"
    name, number = slug, 1
    while name in taken:
        number += 1
        name = f"{slug}-{number}"
    return name
