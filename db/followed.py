"""Arrays in memory that follow the database: one value an image, read again where images changed.

`images.revision` rises with every change of an image, of its faces and of its hashes, so a refresh
asks only about the images above the last revision that was seen.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from db.faces import unpack
from db.tables import FaceRow, HashRow, ImageRow

_CHUNK = 50_000

Ids = NDArray[np.int64]
Unpack = Callable[[Sequence[Any]], NDArray[Any]]


class Followed:
    """The value of every image that has one, by number; safe to share between threads."""

    def __init__(self, query: Select[int, Any], unpack: Unpack) -> None:
        """Say what to read.

        Args:
            query: Of (number of the image, value), at most one row an image.
            unpack: Turns a list of values, which may be empty, into an array of that length.
        """
        self._query, self._unpack = query, unpack
        self._number = query.selected_columns[0]
        self._lock = threading.Lock()
        self._revision = -1
        self._ids, self._values = np.empty(0, np.int64), unpack([])

    def read(self, session: Session) -> tuple[Ids, NDArray[Any]]:
        """Return (n,) numbers of images, sorted, and their n values, as the database has them now.

        Both are shared: not to be written to.
        """
        with self._lock:
            newest = session.scalar(select(func.max(ImageRow.revision))) or 0
            if newest < self._revision:  # another database stands in its place: a backup
                self._ids, self._values = self._ids[:0], self._values[:0]
            if newest != self._revision:
                self._refresh(session)
                self._revision = newest
            return self._ids, self._values

    def _refresh(self, session: Session) -> None:
        if not len(self._ids):
            self._ids, self._values = self._fetch(session, self._query)
            return
        changed = select(ImageRow.id).where(ImageRow.revision > self._revision)
        ids, values = self._fetch(session, self._query.where(self._number.in_(changed)))
        numbers = np.array(session.scalars(changed).all(), np.int64)
        stays = ~np.isin(self._ids, numbers)
        if np.array_equal(self._ids[~stays], ids) and np.array_equal(self._values[~stays], values):
            return  # something else of these images changed
        ids = np.concatenate([self._ids[stays], ids])
        order = np.argsort(ids, kind="stable")
        self._ids = ids[order]
        self._values = np.concatenate([self._values[stays], values])[order]

    def _fetch(self, session: Session, query: Select[int, Any]) -> tuple[Ids, NDArray[Any]]:
        """Read in chunks into arrays of the final size: at no time are there two copies."""
        n = session.scalar(select(func.count()).select_from(query.subquery())) or 0
        like = self._unpack([])
        ids, values, at = np.empty(n, np.int64), np.empty((n, *like.shape[1:]), like.dtype), 0
        ordered = query.order_by(self._number).limit(n)
        rows = session.connection().execute(ordered.execution_options(yield_per=_CHUNK))
        for chunk in rows.partitions(_CHUNK):
            numbers, found = zip(*chunk, strict=True)
            ids[at : at + len(chunk)] = numbers
            values[at : at + len(chunk)] = self._unpack(found)
            at += len(chunk)
        return ids[:at], values[:at]


def follow_faces() -> Followed:
    """Follow the identity vector of each image's largest face: (128,) float32 of length 1."""
    described = FaceRow.embedding.is_not(None)
    query = select(FaceRow.image_id, FaceRow.embedding).where(FaceRow.position == 0, described)
    return Followed(query, lambda found: unpack(b"".join(found)))


def follow_described() -> Followed:
    """Follow which images' largest faces have an identity vector; the values say nothing more."""
    described = FaceRow.embedding.is_not(None)
    query = select(FaceRow.image_id, FaceRow.position).where(FaceRow.position == 0, described)
    return Followed(query, lambda found: np.array(found, np.int8))


def follow_hashes(version: str) -> Followed:
    """Follow the pHash of each image in one version: uint64."""
    is_wanted = (HashRow.algorithm == "phash", HashRow.version == version)
    query = select(HashRow.image_id, HashRow.value).where(*is_wanted)
    return Followed(query, lambda found: np.array([int(text, 16) for text in found], np.uint64))
