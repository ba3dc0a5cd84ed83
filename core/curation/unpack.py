"""Unpack: take an uploaded zip apart without trusting anything in it."""

import re
import shutil
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import InvalidInput

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')


@dataclass(frozen=True)
class ZipLimits:
    """What an uploaded zip may unpack to."""

    max_files: int = 200_000
    max_bytes: int = 20 * 1024**3
    max_ratio: float = 200.0
    """Unpacked size over packed size; photographs hardly compress, bombs reach thousands."""


def unpack_zip(data_path: Path, into: Path, limits: ZipLimits = ZipLimits()) -> list[Path]:
    """Unpack the files of a zip, keeping its folders, since their names are identities.

    Characters that are not portable become underscores; a name that repeats gets `-2`. Nothing
    is left behind in `into` when the zip is refused on the way.

    Args:
        data_path: The zip.
        into: Folder that does not exist yet or is empty.
        limits: Checked against the zip's own table; a member that unpacks to more than the table
            says is refused as damaged.

    Returns:
        The unpacked files, relative to `into`, sorted.

    Raises:
        InvalidInput: If `into` holds anything, or the file is no zip, is encrypted or damaged,
            holds a symlink or a path that leads out, or more than `limits` allow.
    """
    if into.exists() and any(into.iterdir()):
        raise InvalidInput(f"Expected an empty folder to unpack into. Received {into}.")
    try:
        with zipfile.ZipFile(data_path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _check(members, limits)
            return _unpack(archive, members, into)
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, EOFError) as error:
        shutil.rmtree(into, ignore_errors=True)
        raise InvalidInput(f"Expected a whole zip file. Received one with: {error}.") from error


def _check(members: list[zipfile.ZipInfo], limits: ZipLimits) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > limits.max_files:
        raise InvalidInput(
            f"Expected at most {limits.max_files:,} files in a zip. Received {len(members):,}: "
            "split it, or import the folder from the server's disk."
        )
    if unpacked > limits.max_bytes or unpacked > limits.max_ratio * max(packed, 1024):
        raise InvalidInput(
            f"Expected a zip that unpacks to at most {limits.max_bytes:,} bytes and "
            f"{limits.max_ratio:g} times its size. Received {unpacked:,} bytes from {packed:,}."
        )
    for member in members:
        _check_member(member)


def _check_member(member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match("[A-Za-z]:", member.filename):
        raise InvalidInput(
            f"Expected paths inside the zip's folder. Received {member.filename!r}: pack it anew."
        )
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise InvalidInput(
            f"Expected only files and folders in a zip. Received {member.filename!r}, which is "
            "a link or a device: pack the files themselves."
        )


def _unpack(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], into: Path) -> list[Path]:
    into.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    for member in members:
        name = _free_name(_safe_name(member.filename), taken)
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        # zipfile stops at the size in the table and checks the CRC, so a lying table cannot
        # unpack to more than was checked.
        with archive.open(member) as packed, target.open("xb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
    return sorted(Path(name) for name in taken)


def _safe_name(filename: str) -> str:
    """Replace in each part what some file system or the key rules would refuse."""
    parts = PurePosixPath(filename.replace("\\", "/")).parts
    safe = (_FORBIDDEN.sub("_", part).strip()[:200] or "_" for part in parts)
    return "/".join(safe)


def _free_name(name: str, taken: set[str]) -> str:
    path, free, number = PurePosixPath(name), name, 1
    while free in taken:
        number += 1
        free = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
    taken.add(free)
    return free
