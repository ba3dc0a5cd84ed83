"""The catalogue: what Browse filters and sorts by, as arrays in memory.

A million rows are filtered, counted and sorted in milliseconds, whatever is asked, on every
database; indexes would serve only the questions they were made for. `images.revision` rises with
every change, so a refresh reads just the rows that changed.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from db.images import ImageFilter
from db.parts import parts
from db.tables import ImageRow, ItemRow, LocationRow, TagRow
from db.words import Words

WORDS = ("label", "status", "identity", "generator", "format")
NUMBERS = ("width_px", "height_px", "size_bytes", "n_faces")
FIRST = "id"
"""The order in which the images came."""

_CHUNK = 50_000
_REMEMBERED = 16
_PREFIX_DIGITS = 16
_HEXADECIMAL = set("0123456789abcdef")

Positions = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Sort:
    """An order of images; equal ones stand in the order they came, missing values last."""

    column: str = FIRST
    is_descending: bool = False


class Catalogue:
    """The columns of all images; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._revision = -1
        self._ids = np.empty(0, np.int64)
        self._prefixes = np.empty(0, np.uint64)
        self._words = {name: Words() for name in WORDS}
        self._numbers: dict[str, NDArray[np.float32]] = {
            name: np.empty(0, np.float32) for name in NUMBERS
        }
        self._members: dict[tuple[str, str], Positions] = {}
        self._items: dict[int, tuple[NDArray[np.int64], NDArray[np.str_]]] = {}
        self._orders: dict[str, Positions] = {}
        self._found: dict[tuple[ImageFilter, Sort], Positions] = {}

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
            found = self._ordered(session, wanted, sort or Sort())
            stop = None if limit is None else offset + limit
            return self._ids[found[offset:stop]].tolist(), len(found)

    def count(self, session: Session, wanted: ImageFilter) -> int:
        """Count the images that match."""
        return self.find(session, wanted, limit=0)[1]

    def neighbours(
        self, session: Session, wanted: ImageFilter, image_id: int, sort: Sort | None = None
    ) -> tuple[int | None, int | None]:
        """Return the numbers of the nearest images that match, before and after one in the order.

        The image itself need not match.
        """
        with self._lock:
            self.refresh(session)
            order = self._directed(sort or Sort())
            is_wanted = self._mask(session, wanted)[order]
            place = np.flatnonzero(self._ids[order] == image_id)
            if not len(place):
                return None, None
            before = order[: place[0]][is_wanted[: place[0]]][-1:]
            after = order[place[0] + 1 :][is_wanted[place[0] + 1 :]][:1]
            return self._number(before), self._number(after)

    def _number(self, positions: Positions) -> int | None:
        return int(self._ids[positions[0]]) if len(positions) else None

    def values(self, session: Session, column: str, wanted: ImageFilter) -> NDArray[np.float32]:
        """Return the known numbers of a column over the images that match, in no order.

        Raises:
            InvalidInput: If no image has such a column.
        """
        with self._lock:
            found = self._ordered(session, wanted, Sort())
            values = self._column(column)[found]
            return values[~np.isnan(values)]

    def columns(self, session: Session) -> list[str]:
        """Return the names of all columns that can be sorted by."""
        with self._lock:
            self.refresh(session)
            return [FIRST, *WORDS, *self._numbers]

    def measures(self, session: Session) -> list[str]:
        """Return the names of the columns that are numbers."""
        with self._lock:
            self.refresh(session)
            return list(self._numbers)

    def members(self, session: Session, kind: str) -> list[str]:
        """Return the tags or the sources ("tag", "source") that some image has, sorted."""
        with self._lock:
            self.refresh(session)
            return sorted(
                name
                for each, name in self._members
                if each == kind and len(self._members[each, name])
            )

    def words(self, session: Session, column: str) -> list[str]:
        """Return the words in use in a column, sorted."""
        with self._lock:
            self.refresh(session)
            return self._words[column].in_use()

    def refresh(self, session: Session) -> int:
        """Read what changed since the last refresh; return how many rows did."""
        with self._lock:
            newest = session.scalar(select(func.max(ImageRow.revision)))
            if newest is None or newest <= self._revision:
                return 0
            changed = self._read(session)
            self._read_members(session, changed)
            self._found.clear()
            return len(changed)

    def _read(self, session: Session) -> NDArray[np.int64]:
        """Read changed rows in chunks; return their numbers."""
        columns = [getattr(ImageRow, name) for name in (*WORDS, *NUMBERS)]
        query = (
            select(
                ImageRow.id,
                ImageRow.revision,
                func.substr(ImageRow.checksum, 1, _PREFIX_DIGITS),
                cast(ImageRow.scores, Text),
                *columns,
            )
            .where(ImageRow.revision > self._revision)
            .order_by(ImageRow.id)
            .execution_options(yield_per=_CHUNK)
        )
        seen: list[NDArray[np.int64]] = []
        newest = self._revision
        for chunk in session.connection().execute(query).partitions(_CHUNK):
            ids, revisions, prefixes, scores, *values = zip(*chunk, strict=True)
            seen.append(np.array(ids, np.int64))
            newest = max(newest, *revisions) if len(revisions) > 1 else max(newest, revisions[0])
            self._take(seen[-1], prefixes, scores, values)
        self._revision = newest
        return np.concatenate(seen)

    def _take(
        self,
        ids: NDArray[np.int64],
        prefixes: Sequence[str],
        scores: Sequence[str | None],
        values: Sequence[Sequence[Any]],
    ) -> None:
        at = self._place(ids)
        self._prefixes[at] = [int(text, 16) for text in prefixes]
        for name, column in zip(WORDS, values[: len(WORDS)], strict=True):
            if self._words[name].put(at, column):
                self._orders.pop(name, None)
        for name, column in zip(NUMBERS, values[len(WORDS) :], strict=True):
            self._put_numbers(name, at, column)
        measured = orjson.loads("[" + ",".join(text or "{}" for text in scores) + "]")
        names = {name for each in measured for name in each or ()} | set(self._numbers)
        for name in names - set(NUMBERS):
            self._put_numbers(name, at, [(each or {}).get(name) for each in measured])

    def _place(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where these images stand, making room for new ones at the end."""
        n_known = len(self._ids)
        new = ids[~np.isin(ids, self._ids, assume_unique=True)] if n_known else ids
        if len(new):
            self._grow(new)
        return np.searchsorted(self._ids, ids)

    def _grow(self, new: NDArray[np.int64]) -> None:
        n = len(new)
        self._ids = np.concatenate([self._ids, new])
        self._prefixes = np.concatenate([self._prefixes, np.zeros(n, np.uint64)])
        for words in self._words.values():
            words.grow(n)
        blank = np.full(n, np.nan, np.float32)
        for name, numbers in self._numbers.items():
            self._numbers[name] = np.concatenate([numbers, blank])
        self._orders.clear()

    def _put_numbers(self, name: str, at: NDArray[np.int64], values: Iterable[Any]) -> None:
        given = np.array(list(values), np.float32)
        blank = np.full(len(self._ids), np.nan, np.float32)
        numbers = self._numbers.setdefault(name, blank)
        if not np.array_equal(numbers[at], given, equal_nan=True):
            numbers[at] = given
            self._orders.pop(name, None)

    def _read_members(self, session: Session, changed: NDArray[np.int64]) -> None:
        """Read which tags and sources the changed images have."""
        at = np.searchsorted(self._ids, changed).astype(np.int32)
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for kind, column, image_id in (
            ("tag", TagRow.tag, TagRow.image_id),
            ("source", LocationRow.storage, LocationRow.image_id),
        ):
            query = select(column, image_id)
            is_all = len(changed) == len(self._ids)
            for part in [None] if is_all else list(parts(changed.tolist())):
                asked = query if part is None else query.where(image_id.in_(part))
                for name, number in session.connection().execute(asked):
                    found[kind, name].append(number)
        for key in {*self._members, *found}:
            stayed = np.setdiff1d(self._members.get(key, np.empty(0, np.int32)), at)
            now = np.searchsorted(self._ids, np.array(found.get(key, []), np.int64))
            self._members[key] = np.union1d(stayed, now).astype(np.int32)

    def _ordered(self, session: Session, wanted: ImageFilter, sort: Sort) -> Positions:
        self.refresh(session)
        key = (wanted, sort)
        if key not in self._found:
            order = self._directed(sort)
            while len(self._found) >= _REMEMBERED:
                del self._found[next(iter(self._found))]
            self._found[key] = order[self._mask(session, wanted)[order]]
        return self._found[key]

    def _directed(self, sort: Sort) -> Positions:
        """Return all positions in an order; turned round, what is missing stays at the end."""
        order = self._order(sort.column)
        if not sort.is_descending:
            return order
        n_known = len(order)
        if sort.column in self._numbers:
            n_known -= int(np.isnan(self._numbers[sort.column]).sum())
        return np.concatenate([order[:n_known][::-1], order[n_known:]])

    def _order(self, column: str) -> Positions:
        if column not in self._orders:
            keys = self._words[column].ranks() if column in self._words else self._column(column)
            self._orders[column] = np.argsort(keys, kind="stable").astype(np.int32)
        return self._orders[column]

    def _column(self, name: str) -> NDArray[np.float32]:
        if name == FIRST:
            return np.arange(len(self._ids), dtype=np.float32)
        if name not in self._numbers:
            raise InvalidInput(
                f"Expected a column among {', '.join(self._numbers)}. Received {name!r}."
            )
        return self._numbers[name]

    def _mask(self, session: Session, wanted: ImageFilter) -> Mask:
        return reduce(
            np.logical_and, self._conditions(session, wanted), np.ones(len(self._ids), np.bool_)
        )

    def _conditions(self, session: Session, wanted: ImageFilter) -> Iterable[Mask]:
        for name in WORDS:
            word = getattr(wanted, name)
            if word is not None:
                yield self._words[name].equal(str(word))
        for kind in ("tag", "source"):
            name = getattr(wanted, kind)
            if name is not None:
                yield self._is_member((kind, name))
        if wanted.faceless:
            yield self._numbers["n_faces"] == 0
        for limits in wanted.ranges:
            yield from self._within(limits.column, limits.low, limits.high)
        if wanted.text:
            yield self._words["identity"].containing(wanted.text) | self._starts(wanted.text)
        if wanted.version is not None:
            yield self._is_in_version(session, wanted.version, wanted.split)

    def _is_member(self, key: tuple[str, str]) -> Mask:
        mask = np.zeros(len(self._ids), np.bool_)
        mask[self._members.get(key, np.empty(0, np.int32))] = True
        return mask

    def _within(self, column: str, low: float | None, high: float | None) -> Iterable[Mask]:
        values = self._column(column)
        if low is not None:
            yield values >= np.float32(low)
        if high is not None:
            yield values <= np.float32(high)

    def _starts(self, text: str) -> Mask:
        """Mark the images whose checksum starts with these digits."""
        digits = text.lower()[:_PREFIX_DIGITS]
        if not set(digits) <= _HEXADECIMAL:
            return np.zeros(len(self._ids), np.bool_)
        low = int(digits.ljust(_PREFIX_DIGITS, "0"), 16)
        high = int(digits.ljust(_PREFIX_DIGITS, "f"), 16)
        return (self._prefixes >= np.uint64(low)) & (self._prefixes <= np.uint64(high))

    def _is_in_version(self, session: Session, version: int, split: str | None) -> Mask:
        if version not in self._items:  # frozen: what was read once stays true
            query = select(ItemRow.image_id, ItemRow.split).where(ItemRow.version == version)
            rows = session.execute(query).all()
            numbers = np.array([image_id for image_id, _ in rows], np.int64)
            self._items[version] = (numbers, np.array([part for _, part in rows], np.str_))
        ids, splits = self._items[version]
        chosen = ids if split is None else ids[splits == str(split)]
        mask = np.zeros(len(self._ids), np.bool_)
        mask[np.searchsorted(self._ids, chosen)] = True
        return mask
