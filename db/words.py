"""A column of words as numbers: compared, searched and ranked without looking at every string."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


class Words:
    """One word or nothing an image; every distinct word is kept once, under a code."""

    def __init__(self) -> None:
        self._code_of: dict[str | None, int] = {None: 0}
        self._codes = np.empty(0, np.int32)

    def grow(self, n: int) -> None:
        """Append `n` images without a word."""
        self._codes = np.concatenate([self._codes, np.zeros(n, np.int32)])

    def put(self, at: NDArray[np.int64], words: Iterable[str | None]) -> bool:
        """Set the words of the images at these positions; return whether any changed."""
        code_of = self._code_of
        given = np.array([code_of.setdefault(word, len(code_of)) for word in words], np.int32)
        is_change = not np.array_equal(self._codes[at], given)
        self._codes[at] = given
        return is_change

    def equal(self, word: str) -> NDArray[np.bool_]:
        """Mark the images that have this word."""
        is_equal: NDArray[np.bool_] = self._codes == self._code_of.get(word, -1)
        return is_equal

    def containing(self, text: str) -> NDArray[np.bool_]:
        """Mark the images whose word contains a text, in whatever case."""
        sought = text.lower()
        hits = [word is not None and sought in word.lower() for word in self._code_of]
        is_hit: NDArray[np.bool_] = np.array(hits, np.bool_)
        return is_hit.take(self._codes)

    def ranks(self) -> NDArray[np.int32]:
        """Return the place of every image's word in the alphabet; those without come last."""
        words = list(self._code_of)
        order = sorted(range(len(words)), key=lambda code: (words[code] is None, words[code] or ""))
        place = np.empty(len(words), np.int32)
        place[order] = np.arange(len(words), dtype=np.int32)
        return place[self._codes]

    def in_use(self) -> list[str]:
        """Return the words that some image has, sorted."""
        used = np.unique(self._codes)
        words = list(self._code_of)
        return sorted(word for code in used if (word := words[code]) is not None)
