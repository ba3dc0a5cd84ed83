"""Cutting images into slices by what is known of them: by numbers, by words, by lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

N_BINS = 4
NOT_MEASURED, UNNAMED = "not measured", "none"

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Facts:
    """What is known of n images.

    Attributes:
        numbers: (n,) by name, NaN where it was not measured.
        words: (n,) str or None, by name.
        members: By name of a kind and of one of its slices, (n,) which images are in it; an image
            may be in several slices, or in none.
    """

    numbers: Mapping[str, Floats] = field(default_factory=dict)
    words: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    members: Mapping[str, Mapping[str, Flags]] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """One way to cut the images into slices.

    Attributes:
        kind: Name of the fact.
        names: Of the k slices.
        at: (m,) positions of images, and
        codes: (m,) the slice that each is in, 0 to k - 1.
    """

    kind: str
    names: Sequence[str]
    at: Ints
    codes: Ints

    def rows(self) -> list[Ints]:
        """Return the positions of the images of each slice, rising."""
        order = np.argsort(self.codes, kind="stable")
        ends = np.cumsum(np.bincount(self.codes, minlength=len(self.names)))
        return np.split(self.at[order], ends[:-1])


def cut_by_number(kind: str, values: Floats, n_bins: int = N_BINS) -> Cut:
    """Cut images into parts of about equal numbers of them, at edges of three digits.

    Args:
        kind: Name of the fact.
        values: (n,), NaN where it was not measured: those are a slice of their own.
        n_bins: At most so many slices of measured images; fewer where many values are equal.
    """
    known = values[np.isfinite(values)]
    shares = np.arange(1, n_bins) / n_bins
    inner = np.quantile(known, shares) if len(known) else np.empty(0)
    edges = np.unique([float(f"{edge:.3g}") for edge in inner])
    edges = edges[(edges > known.min(initial=np.inf)) & (edges <= known.max(initial=-np.inf))]
    codes = np.where(np.isfinite(values), np.searchsorted(edges, values, side="right"), -1)
    names = [*_bin_names(edges), NOT_MEASURED]
    return _kept(Cut(kind, names, np.arange(len(values)), codes % len(names)))


def _bin_names(edges: Floats) -> list[str]:
    texts = [f"{edge:,g}" for edge in edges]
    if not texts:
        return ["measured"]
    between = [f"{low} to under {high}" for low, high in pairwise(texts)]
    return [f"under {texts[0]}", *between, f"{texts[-1]} and more"]


def cut_by_word(kind: str, values: NDArray[np.object_]) -> Cut:
    """Cut images by a word; those without one are a slice of their own."""
    words = [UNNAMED if value is None else str(value) for value in values]
    names, codes = np.unique(np.array(words, object).astype(str), return_inverse=True)
    return Cut(kind, names.tolist(), np.arange(len(values)), codes.astype(np.int64))


def cut_by_member(kind: str, members: Mapping[str, Flags]) -> Cut:
    """Cut images by lists of which are in each slice; one may be in several."""
    rows = [np.flatnonzero(each) for each in members.values()]
    codes = np.repeat(np.arange(len(rows)), [len(each) for each in rows])
    at = np.concatenate([np.empty(0, np.int64), *rows])
    return _kept(Cut(kind, list(members), at, codes))


def _kept(cut: Cut) -> Cut:
    """Leave slices without an image out."""
    used, codes = np.unique(cut.codes, return_inverse=True)
    return Cut(cut.kind, [cut.names[code] for code in used], cut.at, codes.astype(np.int64))


def cuts_of(facts: Facts) -> list[Cut]:
    """Return every way to cut the images that leaves none of its slices with all of them."""
    cuts = [cut_by_number(kind, values) for kind, values in facts.numbers.items()]
    cuts += [cut_by_word(kind, values) for kind, values in facts.words.items()]
    cuts += [cut_by_member(kind, members) for kind, members in facts.members.items()]
    return [cut for cut in cuts if len(cut.names) > 1 or cut.kind in facts.members]
