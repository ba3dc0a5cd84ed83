"""A column of words as numbers: compared, searched and ranked without looking at every string."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.ranking import MISSING, Keys


class Words:
    """One word or nothing an image; every distinct word is kept once, under a code.

    Args:
        words: Those known at first, in the order of their codes, which begin at 1.
        codes: (n,) code of each image's word, 0 where it has none.
    """

    def __init__(self, words: Sequence[str] = (), codes: NDArray[np.int32] | None = None) -> None:
        self._code_of: defaultdict[str | None, int] = defaultdict(count(len(words) + 1).__next__)
        self._code_of[None] = 0
        self._code_of.update(zip(words, range(1, len(words) + 1), strict=True))
        self._codes = np.empty(0, np.int32) if codes is None else codes
        self._folded: list[str] = []
        self._ranks = np.empty(0, np.uint32)
        self._in_use: list[str] | None = None

    @property
    def codes(self) -> NDArray[np.int32]:
        """Return the (n,) code of each image's word, 0 where it has none."""
        return self._codes

    @property
    def known(self) -> list[str]:
        """Return every word there ever was, in the order of the codes from 1 on."""
        return [word for word in self._code_of if word is not None]

    def grow(self, n: int) -> None:
        """Append `n` images without a word."""
        self._codes = np.concatenate([self._codes, np.zeros(n, np.int32)])

    def put(self, at: NDArray[np.int64], words: Sequence[str | None]) -> None:
        """Set the words of the images at these positions."""
        given = np.fromiter(map(self._code_of.__getitem__, words), np.int32, len(words))
        if not np.array_equal(self._codes[at], given):
            self._codes[at] = given
            self._in_use = None

    def at(self, positions: NDArray[np.int64]) -> NDArray[Any]:
        """Return the words of the images at these positions, None where there is none."""
        return np.array(list(self._code_of), object)[self._codes[positions]]

    def equal(self, word: str) -> NDArray[np.bool_]:
        """Mark the images that have this word."""
        is_equal: NDArray[np.bool_] = self._codes == self._code_of.get(word, -1)
        return is_equal

    def containing(self, text: str) -> NDArray[np.bool_]:
        """Mark the images whose word contains a text, in whatever case."""
        sought, n_folded = text.lower(), len(self._folded)
        self._folded += [word.lower() for word in self.known[n_folded:]]
        hits = [False, *(sought in word for word in self._folded)]
        is_hit: NDArray[np.bool_] = np.array(hits, np.bool_)
        return is_hit[self._codes]

    def keys(self) -> Keys:
        """Return the place of every image's word in the alphabet, MISSING where it has none."""
        if len(self._ranks) != len(self._code_of):
            words = self.known
            order = sorted(range(len(words)), key=words.__getitem__)
            self._ranks = np.full(len(words) + 1, MISSING)
            self._ranks[np.array(order, np.int64) + 1] = np.arange(len(words), dtype=np.uint32)
        return self._ranks[self._codes]

    def in_use(self) -> list[str]:
        """Return the words that some image has, sorted."""
        if self._in_use is None:
            n_images = np.bincount(self._codes, minlength=len(self._code_of))
            used: Iterable[str] = (
                word for word, n in zip(self.known, n_images[1:], strict=True) if n
            )
            self._in_use = sorted(used)
        return list(self._in_use)
