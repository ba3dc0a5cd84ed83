"""The hashes of all compared images in one file: reading it is ten times cheaper than the rows.

The database is what counts. The file holds the hashes of the images up to a number; it is believed
only where it is whole, where as many images up to that number were compared as when it was
written, and where a sample of it stands in the database. Otherwise it is written anew.
"""

import hashlib
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from db import hashes
from db.hashes import Hashes

_N_SAMPLE = 64


@dataclass(frozen=True)
class Packed:
    """What a file holds.

    Attributes:
        ids: (n,) int64, ascending.
        values: (n, algorithms) uint64.
        up_to: The highest number of a compared image when it was written.
        n_paired: How many images up to it were compared then, with or without hashes.
    """

    ids: NDArray[np.int64]
    values: NDArray[np.uint64]
    up_to: int = 0
    n_paired: int = 0


def compared_hashes(
    session: Session, folder: Path, algorithms: Sequence[str], version: str
) -> Hashes:
    """Return the hashes of all compared images; the file is made, mended and prolonged on the way.

    Args:
        session: A reading session.
        folder: Where the file lies, one for each version; it may be deleted at any time.
        algorithms: Whose hashes are the columns of the result.
        version: Of the hashes.
    """
    named = hashlib.sha256(repr((*algorithms, version)).encode()).hexdigest()[:12]
    path = folder / f"hashes-{named}.npz"
    kept = _read(path)
    if kept is None or not _agrees(session, kept, algorithms, version):
        path.unlink(missing_ok=True)  # nothing may be compared now, and all of that again later
        kept = Packed(np.empty(0, np.int64), np.empty((0, len(algorithms)), np.uint64))
    up_to = hashes.newest_paired(session)
    if up_to > kept.up_to:
        kept = _prolonged(session, kept, up_to, algorithms, version)
        _write(path, kept)
    return kept.ids, kept.values


def _read(path: Path) -> Packed | None:
    """Read a file, or return None where it is missing or broken: a zip holds checksums."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            up_to, n_paired = (int(number) for number in file["state"])
            return Packed(file["ids"], file["values"], up_to, n_paired)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def _agrees(session: Session, kept: Packed, algorithms: Sequence[str], version: str) -> bool:
    if hashes.count_paired(session, kept.up_to) != kept.n_paired:
        return False
    at = np.unique(np.linspace(0, len(kept.ids) - 1, min(_N_SAMPLE, len(kept.ids)), dtype=int))
    sample = kept.ids[at].tolist()
    ids, values = hashes.hashes_of(session, algorithms, version, sample)
    return np.array_equal(ids, kept.ids[at]) and np.array_equal(values, kept.values[at])


def _prolonged(
    session: Session, kept: Packed, up_to: int, algorithms: Sequence[str], version: str
) -> Packed:
    n_paired = hashes.count_paired(session, up_to)
    ids, values = hashes.paired_hashes(session, algorithms, version, kept.up_to, up_to)
    return Packed(
        np.concatenate([kept.ids, ids]), np.concatenate([kept.values, values]), up_to, n_paired
    )


def _write(path: Path, packed: Packed) -> None:
    """Put a file in the place of the old one in one stroke."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.stem, delete=False) as file:
        state = np.array([packed.up_to, packed.n_paired])
        np.savez(file, ids=packed.ids, values=packed.values, state=state)
    Path(file.name).replace(path)
