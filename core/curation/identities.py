"""Identities: which faces are one person, and how well a grouping agrees with another.

Everything rests on one figure: the mean cosine between the faces of two groups, which is the dot
product of the groups' mean vectors. So nothing here ever holds an (n, n) matrix.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput

SAME_PERSON = 0.363
"""Mean cosine from which two groups of faces are one person: the published figure for two faces.

Over 749 photographs of 100 people (LFW) it gives a pairwise F1 of 0.987; 0.30 gives 0.952 and 0.44
gives 0.975. Where people resemble each other more than the press's do, `person_cosine` says more.
"""

_BLOCK_CELLS = 1 << 23
_SAMPLE = 2000

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def cluster(
    embeddings: Vectors, names: Sequence[str | None], same_person: float = SAME_PERSON
) -> Numbers:
    """Group faces by person: images of one name start together, two names never join.

    Average linkage, exact: two groups that are each other's nearest are joined while the mean
    cosine between their faces is at least `same_person`. Memory is that of the embeddings; time is
    that of one pass over all pairs and a little more.

    Args:
        embeddings: (n, 128) float32, length 1 each.
        names: (n,) who each image is said to show; None where nobody said.
        same_person: Mean cosine, -1 to 1.

    Returns:
        (n,) the group of each image, numbered from 0 in the order of their first images.

    Raises:
        InvalidInput: If the two differ in length.

    Reference: Murtagh (1983), "A survey of recent advances in hierarchical clustering algorithms"
    (reciprocal nearest neighbours).
    """
    check_pairing(embeddings, names)
    start, is_named = _start(names)
    sums, sizes = group_sums(embeddings, start, len(is_named))
    into = np.arange(len(sums))
    nearest, cosine = into.copy(), np.full(len(sums), -np.inf, np.float32)
    alive, stale = into, into
    while len(alive) > 1:
        means = (sums[alive] / sizes[alive, None]).astype(np.float32)
        place, cosine[stale] = _nearest(means, is_named[alive], np.searchsorted(alive, stale))
        nearest[stale] = alive[place]
        alive = alive[cosine[alive] >= same_person]  # who is near nobody now never will be
        first, second = _reciprocal(alive, nearest, cosine)
        into[second] = first
        sums[first] += sums[second]
        sizes[first] += sizes[second]
        is_named[first] |= is_named[second]
        alive = np.setdiff1d(alive, second)
        is_stale = np.isin(nearest[alive], np.r_[first, second]) | np.isin(alive, first)
        stale = alive[is_stale]
    return _renumber(into, start)


def person_cosine(embeddings: Vectors, names: Sequence[str | None]) -> float:
    """Return the cosine that best tells the named people of a collection apart.

    It is the one with the highest F1 over the pairs of at most 2,000 named images, and at least
    `SAME_PERSON`: names that say nothing must not lower it. Rendered or much alike faces need it:
    on the demo's 40 people it is about 0.67.

    Args:
        embeddings: (n, 128) float32, length 1 each.
        names: (n,) who each image is said to show, with mistakes; None where nobody said.

    Raises:
        InvalidInput: If the two differ in length.
    """
    check_pairing(embeddings, names)
    known = np.array([i for i, name in enumerate(names) if name is not None], np.int64)
    chosen = np.sort(np.random.default_rng(0).permutation(known)[:_SAMPLE])
    _, numbers = np.unique([str(names[i]) for i in chosen], return_inverse=True)
    upper = np.triu_indices(len(chosen), 1)
    is_same = (numbers[:, None] == numbers)[upper]
    if is_same.all() or not is_same.any():
        return SAME_PERSON
    cosine = (embeddings[chosen] @ embeddings[chosen].T)[upper]
    order = np.argsort(-cosine)
    right = np.cumsum(is_same[order])
    f1 = 2 * right / (np.arange(1, len(right) + 1) + is_same.sum())
    best = int(f1.argmax())
    after = min(best + 1, len(order) - 1)
    return max(SAME_PERSON, float(cosine[order[[best, after]]].mean()))


def _start(names: Sequence[str | None]) -> tuple[Numbers, Flags]:
    """Number the groups to start from: one a name, and one an image without a name."""
    numbers: dict[object, int] = {}
    keys = [name if name is not None else index for index, name in enumerate(names)]
    start = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
    return start, np.array([isinstance(key, str) for key in numbers], np.bool_)


def group_sums(
    embeddings: Vectors, group: Numbers, n_groups: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the (g, 128) sum of each group's vectors and the (g,) number of them."""
    sums = np.zeros((n_groups, embeddings.shape[1]))
    np.add.at(sums, group, embeddings)
    return sums, np.bincount(group, minlength=n_groups).astype(np.float64)


def _nearest(means: Vectors, is_named: Flags, rows: Numbers) -> tuple[Numbers, Vectors]:
    """Return the nearest other group of some, and the mean cosine to it, a block at a time."""
    place = np.empty(len(rows), np.int64)
    cosine = np.empty(len(rows), np.float32)
    step = max(1, _BLOCK_CELLS // len(means))
    for begin in range(0, len(rows), step):
        part = rows[begin : begin + step]
        block = means[part] @ means.T
        block[np.arange(len(part)), part] = -np.inf
        block[np.ix_(is_named[part], is_named)] = -np.inf
        best = block.argmax(axis=1)
        place[begin : begin + step] = best
        cosine[begin : begin + step] = block[np.arange(len(part)), best]
    return place, cosine


def _reciprocal(alive: Numbers, nearest: Numbers, cosine: Vectors) -> tuple[Numbers, Numbers]:
    """Return the groups that are each other's nearest: (the smaller number, the larger)."""
    first = alive[(nearest[nearest[alive]] == alive) & (alive < nearest[alive])]
    if len(first) or not len(alive):
        return first, nearest[first]
    best = alive[cosine[alive].argmax()]  # rounding has broken a tie in two ways
    ends = np.sort([best, nearest[best]])
    return ends[:1], ends[1:]


def _renumber(into: Numbers, start: Numbers) -> Numbers:
    while not np.array_equal(into, into[into]):
        into = into[into]
    _, firsts, labels = np.unique(into[start], return_index=True, return_inverse=True)
    return np.argsort(np.argsort(firsts))[labels].astype(np.int64)


def pairwise_f1(true: Sequence[object], predicted: Sequence[object]) -> tuple[float, float, float]:
    """Compare two groupings of the same things by the pairs they put together.

    Args:
        true: (n,) group of each thing.
        predicted: (n,) group of each thing; the groups' names do not matter.

    Returns:
        Precision, recall and F1, 0 to 1. A grouping that puts no pair together makes no mistake:
        its precision, or recall, is 1.

    Raises:
        InvalidInput: If the two differ in length.

    Reference: Amigo et al. (2009), "A comparison of extrinsic clustering evaluation metrics".
    """
    if len(true) != len(predicted):
        raise InvalidInput(
            f"Expected two groupings of the same things. Received {len(true)} and {len(predicted)}."
        )
    both = _n_pairs(zip(true, predicted, strict=True))
    n_true, n_predicted = _n_pairs(true), _n_pairs(predicted)
    precision = both / n_predicted if n_predicted else 1.0
    recall = both / n_true if n_true else 1.0
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def _n_pairs(groups: Iterable[object]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(groups).values())


def check_pairing(embeddings: Vectors, names: Sequence[str | None]) -> None:
    """Raise InvalidInput unless there is one name, or None, an embedding."""
    if embeddings.ndim != 2 or len(embeddings) != len(names):
        raise InvalidInput(
            f"Expected a name or None for each of (n, 128) embeddings. Received {len(names)} "
            f"names and embeddings of shape {embeddings.shape}."
        )
