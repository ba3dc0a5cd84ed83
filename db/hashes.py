"""Perceptual hashes as arrays: what the search for near-duplicates reads and writes."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from core.curation.clusters import Link
from db.parts import parts
from db.tables import HashRow, ImageRow, PairRow, ParentRow

Hashes = tuple[NDArray[np.int64], NDArray[np.uint64]]
"""(n,) numbers of images, ascending, and (n, algorithms) hashes."""

_CHUNK = 50_000


def paired_hashes(
    session: Session, algorithms: Sequence[str], version: str, above: int, up_to: int
) -> Hashes:
    """Return the hashes of the images that were compared with all others, of a stretch of numbers.

    Generated fakes are left out: what they resemble is recorded as their parents. So is an image
    that lacks one of the hashes in this version.
    """
    stretch = (ImageRow.id > above) & (ImageRow.id <= up_to)
    return _read(session, algorithms, version, ImageRow.is_paired & stretch)


def unpaired_hashes(session: Session, algorithms: Sequence[str], version: str) -> Hashes:
    """Return the same of the images that wait to be compared."""
    return _read(session, algorithms, version, ~ImageRow.is_paired)


def hashes_of(
    session: Session, algorithms: Sequence[str], version: str, image_ids: Sequence[int]
) -> Hashes:
    """Return the same of these images, of those that were compared."""
    chosen = ImageRow.is_paired & ImageRow.id.in_(image_ids)
    return _read(session, algorithms, version, chosen)


def _read(
    session: Session, algorithms: Sequence[str], version: str, chosen: ColumnElement[bool]
) -> Hashes:
    ids, columns = np.empty(0, np.int64), list[NDArray[np.uint64]]()
    for algorithm in algorithms:
        found, values = _read_one(session, algorithm, version, chosen)
        if columns:
            ids, old, new = np.intersect1d(ids, found, assume_unique=True, return_indices=True)
            columns = [*(column[old] for column in columns), values[new]]
        else:
            ids, columns = found, [values]
    return ids, np.stack(columns, axis=1)


def _read_one(
    session: Session, algorithm: str, version: str, chosen: ColumnElement[bool]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Stream one algorithm's hashes into arrays: a million rows as objects would be 200 MB."""
    same = (HashRow.image_id == ImageRow.id, HashRow.algorithm == algorithm)
    query = (
        select(ImageRow.id, HashRow.value)
        .join(HashRow, and_(*same, HashRow.version == version))
        .where(chosen, ImageRow.id.not_in(select(ParentRow.child_id)))
    )
    ids, values = [np.empty(0, np.int64)], [np.empty(0, np.uint64)]
    # Not by way of the session: its rows cost twice as much.
    rows = session.connection().execute(query, execution_options={"yield_per": _CHUNK})
    for part in rows.partitions():
        numbers, digits = zip(*part, strict=True)
        ids.append(np.array(numbers, np.int64))
        packed = bytes.fromhex("".join(digits))
        values.append(np.frombuffer(packed, ">u8").astype(np.uint64))
    order = np.argsort(found := np.concatenate(ids), kind="stable")
    return found[order], np.concatenate(values)[order]


def newest_paired(session: Session) -> int:
    """Return the highest number of an image that was compared with all others; 0 for none."""
    return session.scalar(select(func.max(ImageRow.id)).where(ImageRow.is_paired)) or 0


def count_paired(session: Session, up_to: int) -> int:
    """Count the images up to a number that were compared with all others."""
    query = select(func.count(ImageRow.id)).where(ImageRow.is_paired, ImageRow.id <= up_to)
    return session.scalar(query) or 0


def mark_paired(session: Session, image_ids: Sequence[int]) -> None:
    """Note that these images were compared with all others."""
    for part in parts(image_ids):
        session.execute(update(ImageRow).where(ImageRow.id.in_(part)).values(is_paired=True))


def generated_among(session: Session, image_ids: Collection[int]) -> set[int]:
    """Return which of these images were generated here."""
    query = select(ParentRow.child_id).distinct()
    return {
        image_id
        for part in parts(sorted(image_ids))
        for image_id in session.scalars(query.where(ParentRow.child_id.in_(part)))
    }


def known_links(session: Session, left_ids: Collection[int]) -> set[Link]:
    """Return the (left, right) numbers of the pairs whose left image is one of these."""
    query = select(PairRow.left_id, PairRow.right_id)
    return {
        (left, right)
        for part in parts(sorted(left_ids))
        for left, right in session.execute(query.where(PairRow.left_id.in_(part)))
    }
