"""The arrays of the catalogue: one entry an image, in the order of the images' numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from core.errors import Conflict
from db.ranking import Keys, Positions, to_keys
from db.words import Words

WORDS = ("label", "status", "identity", "generator", "format")
NUMBERS = ("width_px", "height_px", "size_bytes", "n_faces")
PREFIX_DIGITS = 16

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]
Member = tuple[str, str]
"""A kind, "tag" or "source", and a name."""


@dataclass
class Columns:
    """What is known of the n images.

    Attributes:
        ids: (n,) numbers, rising.
        revisions: (n,) as in the database.
        tag_revisions: (n,) those of the images' tags, 0 where they never changed.
        prefixes: (n,) first 16 digits of the checksums.
        words: Columns of words.
        numbers: Columns of numbers, (n,) as keys that sort.
        members: Positions of the images that have a tag or come from a source, rising.
    """

    ids: Ids = field(default_factory=lambda: np.empty(0, np.int64))
    revisions: Ids = field(default_factory=lambda: np.empty(0, np.int64))
    tag_revisions: Ids = field(default_factory=lambda: np.empty(0, np.int64))
    prefixes: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    words: dict[str, Words] = field(default_factory=lambda: {name: Words() for name in WORDS})
    numbers: dict[str, Keys] = field(default_factory=lambda: _no_numbers(NUMBERS, 0))
    members: dict[Member, NDArray[np.int32]] = field(default_factory=dict)

    @property
    def revision(self) -> int:
        """Return the newest revision of an image or of its tags, -1 without an image."""
        return int(max(self.revisions.max(), self.tag_revisions.max())) if len(self.ids) else -1

    def grow(self, ids: Ids) -> None:
        """Make room for those of these images that are not known yet."""
        new = np.sort(ids[~self._is_known(ids)])
        if not len(new):
            return
        at = np.searchsorted(self.ids, new)
        if at[0] < len(self.ids):
            raise Conflict(f"Expected new images above {self.ids[-1]}. Received {new[0]}.")
        n = len(new)
        self.ids = np.concatenate([self.ids, new])
        self.revisions = np.concatenate([self.revisions, np.zeros(n, np.int64)])
        self.tag_revisions = np.concatenate([self.tag_revisions, np.zeros(n, np.int64)])
        self.prefixes = np.concatenate([self.prefixes, np.zeros(n, np.uint64)])
        for words in self.words.values():
            words.grow(n)
        for name, blank in _no_numbers(self.numbers, n).items():
            self.numbers[name] = np.concatenate([self.numbers[name], blank])

    def put(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take rows in.

        Args:
            rows: Number, revision, first 16 digits of the checksum, scores as JSON or None, then
                the WORDS and the NUMBERS.
        """
        ids, revisions, prefixes, scores, *values = zip(*rows, strict=True)
        numbers = np.array(ids, np.int64)
        self.grow(numbers)
        at = np.searchsorted(self.ids, numbers)
        self.revisions[at] = revisions
        self.prefixes[at] = np.frombuffer(bytes.fromhex("".join(prefixes)), ">u8")
        for name, column in zip(WORDS, values[: len(WORDS)], strict=True):
            self.words[name].put(at, column)
        for name, column in zip(NUMBERS, values[len(WORDS) :], strict=True):
            self._put_numbers(name, at, column)
        self._put_scores(at, scores)

    def _put_scores(self, at: Positions, scores: Sequence[str | None]) -> None:
        measured = orjson.loads(f"[{','.join(text or '{}' for text in scores)}]")
        measured = [each or {} for each in measured]  # JSON has a null of its own
        names = set(self.numbers).union(*set(map(tuple, measured)))
        for name in sorted(names - set(NUMBERS)):
            self._put_numbers(name, at, [each.get(name) for each in measured])

    def _put_numbers(self, name: str, at: Positions, values: Sequence[float | None]) -> None:
        if name not in self.numbers:
            self.numbers |= _no_numbers([name], len(self.ids))
        self.numbers[name][at] = to_keys(np.array(values, np.float32))

    def put_tag_revision(self, ids: Ids, revision: int) -> None:
        """Take in which revision the tags of these images have; of others nothing is known yet."""
        self.tag_revisions[self.mark(ids)] = revision

    def put_members(self, kind: str, changed: Ids, found: Mapping[str, Ids]) -> None:
        """Take in which names of a kind ("tag", "source") the changed images have now."""
        is_changed = self.mark(changed)
        nobody = np.empty(0, np.int32)
        known = {name for each, name in self.members if each == kind}
        for name in {*known, *found}:
            key = kind, name
            held = self.members.get(key, nobody)
            is_old = is_changed[held]
            now = np.flatnonzero(self.mark(found[name])) if name in found else nobody
            if not np.array_equal(held[is_old], now):
                self.members[key] = np.sort(np.concatenate([held[~is_old], now]).astype(np.int32))

    def mark(self, ids: Ids) -> Mask:
        """Mark these images; numbers of no image are passed over."""
        return self.mark_at(np.searchsorted(self.ids, ids[self._is_known(ids)]))

    def mark_at(self, positions: NDArray[np.integer[Any]]) -> Mask:
        """Mark the images at these positions."""
        mask = np.zeros(len(self.ids), np.bool_)
        mask[positions] = True
        return mask

    def _is_known(self, ids: Ids) -> Mask:
        if not len(self.ids):
            return np.zeros(len(ids), np.bool_)
        at = np.searchsorted(self.ids, ids)
        is_known: Mask = self.ids.take(at, mode="clip") == ids
        return is_known


def _no_numbers(names: Any, n: int) -> dict[str, Keys]:
    return {name: to_keys(np.full(n, np.nan, np.float32)) for name in names}
