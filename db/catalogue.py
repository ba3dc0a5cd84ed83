"""The catalogue: what Browse filters and sorts by, as arrays in memory.

A million rows are filtered, counted and sorted in milliseconds, whatever is asked, on every
database; indexes would serve only the questions they were made for. The revision rises with every
change of an image or of its tags, so a refresh reads just what changed.
"""

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput
from db import changes, snapshot
from db.columns import PREFIX_DIGITS, WORDS, Columns, Mask
from db.engine import is_writing
from db.images import ImageFilter
from db.ranking import MISSING, Keys, Positions, beside, ranked, to_keys, to_values

FIRST = "id"
"""The order in which the images came."""

_LOG = logging.getLogger(__name__)
_REMEMBERED = 16
_HEXADECIMAL = set("0123456789abcdef")


@dataclass(frozen=True)
class Sort:
    """An order of images, missing values last.

    Equal ones stand in the order they came, or turned round where it descends.
    """

    column: str = FIRST
    is_descending: bool = False


class Catalogue:
    """The columns of all images; safe to share between threads.

    Args:
        path: File that keeps the columns for the next process; none by default.
        save_after: How many rows must have been read anew before it is worth writing; it is
            also a tenth of all at least.
    """

    def __init__(self, path: Path | None = None, *, save_after: int = 20_000) -> None:
        self._lock = threading.RLock()
        self._path = path
        self._save_after = save_after
        self._n_unsaved = 0
        self._is_loaded = False
        self._up_to_date = WeakSet[Any]()
        self._columns = Columns()
        self._revision = self._columns.revision
        self._versions: dict[int, dict[str, NDArray[np.int64]]] = {}
        self._masks: dict[ImageFilter, Mask] = {}

    def find(
        self,
        session: Session,
        wanted: ImageFilter,
        sort: Sort | None = None,
        *,
        offset: int = 0,
        limit: int | None = None,
    ) -> tuple[list[int], int]:
        """Return one page of the numbers of the images that match, and how many match in all.

        Raises:
            InvalidInput: If it is sorted or limited by a column that no image has.
        """
        with self._lock:
            mask = self._mask(session, wanted)
            total = int(np.count_nonzero(mask))
            stop = total if limit is None else min(offset + limit, total)
            page = self._page(mask, sort or Sort(), offset, max(offset, stop))
            return self._columns.ids[page].tolist(), total

    def count(self, session: Session, wanted: ImageFilter) -> int:
        """Count the images that match."""
        with self._lock:
            return int(np.count_nonzero(self._mask(session, wanted)))

    def neighbours(
        self, session: Session, wanted: ImageFilter, image_id: int, sort: Sort | None = None
    ) -> tuple[int | None, int | None]:
        """Return the numbers of the nearest images that match, before and after one in the order.

        The image itself need not match.
        """
        with self._lock:
            at = np.flatnonzero(self._mask(session, wanted))
            own = np.flatnonzero(self._columns.ids == image_id)
            if not len(own):
                return None, None
            order = sort or Sort()
            keys = self._keys(order.column)
            found = beside(keys, at, int(own[0]), is_descending=order.is_descending)
            before, after = (None if i is None else int(self._columns.ids[i]) for i in found)
            return before, after

    def values(self, session: Session, column: str, wanted: ImageFilter) -> NDArray[np.float32]:
        """Return the known numbers of a column over the images that match, in no order.

        Raises:
            InvalidInput: If no image has such a column.
        """
        with self._lock:
            keys = self._numbers(column)[self._mask(session, wanted)]
            return to_values(keys[keys != MISSING])

    def look_up(self, session: Session, column: str, ids: NDArray[np.int64]) -> NDArray[Any]:
        """Return a column's values of some stored images, in their order.

        Returns:
            (n,) words, None where there is none, or (n,) numbers, NaN where there is none.

        Raises:
            InvalidInput: If no image has such a column.
        """
        with self._lock:
            self.refresh(session)
            at = np.searchsorted(self._columns.ids, ids)
            if column in WORDS:
                return self._columns.words[column].at(at)
            return to_values(self._numbers(column)[at])

    def columns(self, session: Session) -> list[str]:
        """Return the names of all columns that can be sorted by."""
        return [FIRST, *WORDS, *self.measures(session)]

    def measures(self, session: Session) -> list[str]:
        """Return the names of the columns that are numbers."""
        with self._lock:
            self.refresh(session)
            return list(self._columns.numbers)

    def members(self, session: Session, kind: str) -> list[str]:
        """Return the tags or the sources ("tag", "source") that some image has, sorted."""
        with self._lock:
            self.refresh(session)
            members = self._columns.members.items()
            return sorted(name for (each, name), at in members if each == kind and len(at))

    def words(self, session: Session, column: str) -> list[str]:
        """Return the words in use in a column, sorted."""
        with self._lock:
            self.refresh(session)
            return self._columns.words[column].in_use()

    def refresh(self, session: Session) -> int:
        """Read what changed since the last refresh; return how many rows did.

        A transaction that only reads is shown one state, however much it asks.
        """
        with self._lock:
            if session.get_transaction() in self._up_to_date:
                return 0
            if not self._is_loaded:
                self._load(session)
                self._is_loaded = True
            is_newer = changes.newest_revision(session) > self._revision
            n_changed = self._read(session) if is_newer else 0
            self._save(session)
            if not is_writing(session):
                self._up_to_date.add(session.get_transaction())
            return n_changed

    def _load(self, session: Session) -> None:
        """Begin with what an earlier process left, if it is of this database."""
        kept = snapshot.load(self._path) if self._path else None
        if kept is None:
            return
        self._columns, marks = kept
        since = self._revision = self._columns.revision
        if not self._continues(session, since, marks):
            self._columns, self._n_unsaved = Columns(), 0
            self._revision = self._columns.revision

    def _continues(self, session: Session, since: int, marks: changes.Marks) -> bool:
        try:
            self._read(session)
        except Conflict:  # an image between those that the file knows: of another database
            return False
        return changes.is_continued(session, self._columns, since, marks)

    def _read(self, session: Session) -> int:
        n_changed = changes.read_into(session, self._columns)
        self._revision = self._columns.revision
        self._masks.clear()
        self._n_unsaved += n_changed
        return n_changed

    def _save(self, session: Session) -> None:
        n_worth = max(self._save_after, len(self._columns.ids) // 10)
        if self._path and self._n_unsaved >= n_worth:
            self._n_unsaved = 0
            try:
                snapshot.save(self._path, self._columns, changes.marks(session))
            except OSError as error:  # a full disk: nobody needs the file in order to look
                _LOG.warning("The next start will read every image anew: %s", error)

    def _page(self, mask: Mask, sort: Sort, start: int, stop: int) -> Positions:
        """Return the positions of one stretch of an order of those that are marked."""
        if sort.column == FIRST:
            at = np.flatnonzero(mask)
            return (at[::-1] if sort.is_descending else at)[start:stop]
        keys = self._keys(sort.column)
        if mask.all():
            return ranked(keys, start, stop, is_descending=sort.is_descending)
        at = np.flatnonzero(mask)
        return at[ranked(keys[at], start, stop, is_descending=sort.is_descending)]

    def _keys(self, column: str) -> Keys:
        if column == FIRST:
            return np.arange(len(self._columns.ids), dtype=np.uint32)
        if column in WORDS:
            return self._columns.words[column].keys()
        return self._numbers(column)

    def _numbers(self, name: str) -> Keys:
        numbers = self._columns.numbers
        if name not in numbers:
            raise InvalidInput(f"Expected a column among {', '.join(numbers)}. Received {name!r}.")
        return numbers[name]

    def _mask(self, session: Session, wanted: ImageFilter) -> Mask:
        self.refresh(session)
        if wanted in self._masks:
            return self._masks[wanted]
        everything = np.ones(len(self._columns.ids), np.bool_)
        mask = reduce(np.logical_and, self._conditions(session, wanted), everything)
        while len(self._masks) >= _REMEMBERED:
            del self._masks[next(iter(self._masks))]
        if wanted.version is None or wanted.version in self._versions:
            self._masks[wanted] = mask
        return mask

    def _conditions(self, session: Session, wanted: ImageFilter) -> Iterable[Mask]:
        columns = self._columns
        for name in WORDS:
            word = getattr(wanted, name)
            if word is not None:
                yield columns.words[name].equal(str(word))
        for kind in ("tag", "source"):
            name = getattr(wanted, kind)
            if name is not None:
                yield columns.mark_at(columns.members.get((kind, name), np.empty(0, np.int32)))
        if wanted.faceless:
            yield self._numbers("n_faces") == to_keys(np.zeros(1, np.float32))
        for limits in wanted.ranges:
            yield from self._within(limits.column, limits.low, limits.high)
        if wanted.text:
            yield columns.words["identity"].containing(wanted.text) | self._starts(wanted.text)
        if wanted.among is not None:
            yield columns.mark(np.fromiter(wanted.among, np.int64, len(wanted.among)))
        if wanted.version is not None:
            yield self._is_in_version(session, wanted.version, wanted.split)

    def _within(self, column: str, low: float | None, high: float | None) -> Iterable[Mask]:
        keys = self._numbers(column)
        if low is not None:
            yield (keys >= to_keys(np.array([low], np.float32))) & (keys != MISSING)
        if high is not None:
            yield (keys <= to_keys(np.array([high], np.float32))) & (keys != MISSING)

    def _starts(self, text: str) -> Mask:
        """Mark the images whose checksum starts with these digits."""
        prefixes = self._columns.prefixes
        digits = text.lower()[:PREFIX_DIGITS]
        if not set(digits) <= _HEXADECIMAL:
            return np.zeros(len(prefixes), np.bool_)
        low = int(digits.ljust(PREFIX_DIGITS, "0"), 16)
        high = int(digits.ljust(PREFIX_DIGITS, "f"), 16)
        return (prefixes >= np.uint64(low)) & (prefixes <= np.uint64(high))

    def _is_in_version(self, session: Session, version: int, split: str | None) -> Mask:
        chosen = self._versions.get(version) or changes.read_version(session, version)
        if chosen:  # frozen: what was read once stays true, unless it was asked for too early
            self._versions[version] = chosen
        mask = np.zeros(len(self._columns.ids), np.bool_)
        for name, ids in chosen.items():
            if split is None or name == str(split):
                mask |= self._columns.mark(ids)
        return mask
