"""Identity suggestions: where the names and the faces disagree, with the figures that say so.

An image is compared with a person by its mean cosine to that person's faces, itself left out. The
lines were drawn on LFW with planted mistakes; `python -m benchmarks identities` repeats it.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

import numpy as np

from core.curation.identities import (
    SAME_PERSON,
    Numbers,
    Vectors,
    check_pairing,
    cluster,
    group_sums,
)

MARGIN = 0.1
"""How much nearer another person must be: of 37 planted mistakes all were found, no more."""
STRANGER = 0.15
"""Mean cosine to one's own person below which an image is likely somebody else's."""
SMALLEST_PART = 2
_BLOCK_ROWS = 4096


class Kind(StrEnum):
    """What is suggested."""

    RENAME = "rename"
    NAME = "name"
    MERGE = "merge"
    SPLIT = "split"
    NEW = "new"


@dataclass(frozen=True)
class Suggestion:
    """One change that a person may accept.

    Attributes:
        before: The present name; None where there is none.
        after: The suggested name; None where it can only be said whom an image does not show.
        score: How sure: the larger, the sooner it should be looked at.
        indices: The images concerned, counted from 0; for a merge none.
        evidence: Mean cosines and counts by name.
    """

    kind: Kind
    before: str | None
    after: str | None
    score: float
    indices: tuple[int, ...]
    evidence: Mapping[str, float | int]


@dataclass(frozen=True)
class _People:
    """The named groups: names, mean vectors, sizes, and the group of each image or -1."""

    names: list[str]
    means: Vectors
    sizes: Numbers
    group: Numbers


def suggest_mislabelled(
    embeddings: Vectors, names: Sequence[str | None], same_person: float = SAME_PERSON
) -> list[Suggestion]:
    """Find named images that show another named person, or nobody they are named after.

    Args:
        embeddings: (n, 128) float32, length 1 each.
        names: (n,) who each image is said to show; None where nobody said.
        same_person: Mean cosine from which two are one person.

    Returns:
        RENAME suggestions, surest first. Evidence: `own` and `other`, the mean cosines to the
        present and to the nearest other person (`other` is -1 where there is none).

    Raises:
        InvalidInput: If the two differ in length.
    """
    people = _people(embeddings, names)
    named = np.flatnonzero(people.group >= 0)
    found = []
    for index, own, best, other in _compared(embeddings, people, named):
        is_other = other >= same_person and other - own > MARGIN
        if not is_other and not (own < STRANGER and people.sizes[people.group[index]] > 2):
            continue
        after = people.names[best] if is_other else None
        evidence = {"own": _round(own), "other": _round(other)}
        score = other - own if is_other else STRANGER - own
        found.append(
            Suggestion(Kind.RENAME, names[index], after, _round(score), (index,), evidence)
        )
    return _surest_first(found)


def _compared(
    embeddings: Vectors, people: _People, rows: Numbers
) -> Iterator[tuple[int, float, int, float]]:
    """Yield (image, mean cosine to its own others, nearest other person, mean cosine to it)."""
    alone = people.sizes < SMALLEST_PART
    for begin in range(0, len(rows), _BLOCK_ROWS):
        part = rows[begin : begin + _BLOCK_ROWS]
        own_group, places = people.group[part], np.arange(len(part))
        block = embeddings[part] @ people.means.T
        size = people.sizes[own_group]
        own = (block[places, own_group] * size - 1) / np.maximum(size - 1, 1)
        own[size < SMALLEST_PART] = np.inf  # nothing to compare with: nothing to doubt
        block[:, alone] = -1
        block[places, own_group] = -1
        best = block.argmax(axis=1)
        other = block[places, best]
        for row in zip(part, own, best, other, strict=True):
            yield int(row[0]), float(row[1]), int(row[2]), float(row[3])


def suggest_names(
    embeddings: Vectors, names: Sequence[str | None], same_person: float = SAME_PERSON
) -> list[Suggestion]:
    """Find images without a name that show a named person.

    Args, Raises: as `suggest_mislabelled`.

    Returns:
        NAME suggestions, surest first. Evidence: `other`, the mean cosine to the person, and
        `next`, to the second nearest.
    """
    people = _people(embeddings, names)
    rows = np.flatnonzero(people.group < 0)
    found = []
    for begin in range(0, len(rows) if people.names else 0, _BLOCK_ROWS):
        part = rows[begin : begin + _BLOCK_ROWS]
        block = embeddings[part] @ people.means.T
        places, best = np.arange(len(part)), block.argmax(axis=1)
        first = block[places, best]
        block[places, best] = -1
        second = block.max(axis=1)
        for at in np.flatnonzero((first >= same_person) & (first - second > MARGIN)):
            evidence = {"other": _round(first[at]), "next": _round(second[at])}
            name, score = people.names[best[at]], _round(first[at])
            found.append(Suggestion(Kind.NAME, None, name, score, (int(part[at]),), evidence))
    return _surest_first(found)


def suggest_merges(
    embeddings: Vectors, names: Sequence[str | None], same_person: float = SAME_PERSON
) -> list[Suggestion]:
    """Find two names of one person, such as two spellings.

    Args, Raises: as `suggest_mislabelled`.

    Returns:
        MERGE suggestions, surest first: `before` is the name with fewer images. Evidence:
        `cosine` between the two, and how many images each has.
    """
    people = _people(embeddings, names)
    found = []
    for begin in range(0, len(people.names), _BLOCK_ROWS):
        block = people.means[begin : begin + _BLOCK_ROWS] @ people.means.T
        for row, b in np.argwhere(block >= same_person):
            a = int(row) + begin
            if a < b:
                found.append(_merge(people, a, int(b), float(block[row, b])))
    return _surest_first(found)


def _merge(people: _People, a: int, b: int, cosine: float) -> Suggestion:
    small, large = (b, a) if people.sizes[a] >= people.sizes[b] else (a, b)
    evidence = {
        "cosine": _round(cosine),
        "n_before": int(people.sizes[small]),
        "n_after": int(people.sizes[large]),
    }
    names = people.names[small], people.names[large]
    return Suggestion(Kind.MERGE, *names, _round(cosine), (), evidence)


def suggest_splits(
    embeddings: Vectors, names: Sequence[str | None], same_person: float = SAME_PERSON
) -> list[Suggestion]:
    """Find names that two people share.

    Args, Raises: as `suggest_mislabelled`.

    Returns:
        SPLIT suggestions, surest first: the images of the smaller part, under a new name.
        Evidence: `cosine` between the two parts, and how many images each has.
    """
    people = _people(embeddings, names)
    taken = set(people.names)
    found = []
    order = np.argsort(people.group, kind="stable")
    starts = np.searchsorted(people.group[order], np.arange(len(people.names) + 1))
    for number, name in enumerate(people.names):
        rows = order[starts[number] : starts[number + 1]]
        if len(rows) < 2 * SMALLEST_PART:
            continue
        parts = cluster(embeddings[rows], [None] * len(rows), same_person)
        largest = np.argsort(-np.bincount(parts), kind="stable")[:2]
        keep, leave = (rows[parts == part] for part in (largest[0], largest[-1]))
        if len(largest) < 2 or len(leave) < SMALLEST_PART:
            continue
        cosine = float(embeddings[keep].mean(axis=0) @ embeddings[leave].mean(axis=0))
        if cosine < same_person - MARGIN:
            evidence = {"cosine": _round(cosine), "n_keep": len(keep), "n_leave": len(leave)}
            members = tuple(int(row) for row in leave)
            new = next(_free_names(f"{name} (", ")", 2, taken))
            found.append(Suggestion(Kind.SPLIT, name, new, _round(1 - cosine), members, evidence))
    return _surest_first(found)


def suggest_people(
    embeddings: Vectors, names: Sequence[str | None], same_person: float = SAME_PERSON
) -> list[Suggestion]:
    """Find people whom nobody has named: groups of images without a name.

    Args, Raises: as `suggest_mislabelled`.

    Returns:
        NEW suggestions, the largest groups first, each under a free name "Person 1" and so on.
        Evidence: `cosine`, the mean within the group, and `n`.
    """
    labels = cluster(embeddings, names, same_person)
    unnamed = np.array([name is None for name in names], np.bool_)
    named = set(labels[~unnamed].tolist())
    free = _free_names("Person ", "", 1, set(names))
    order = np.argsort(labels, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1) if len(order) else []
    found = []
    for rows in sorted(groups, key=lambda rows: (-len(rows), rows[0])):
        if len(rows) < SMALLEST_PART or int(labels[rows[0]]) in named:
            continue
        n, total = len(rows), embeddings[rows].sum(axis=0)
        cosine = (float(total @ total) - n) / (n * (n - 1))
        evidence = {"cosine": _round(cosine), "n": n}
        members = tuple(int(row) for row in rows)
        found.append(Suggestion(Kind.NEW, None, next(free), float(n), members, evidence))
    return found


def _free_names(stem: str, tail: str, first: int, taken: Container[str | None]) -> Iterator[str]:
    """Yield stem, number and tail, with each number in turn that gives a name nobody has."""
    return (name for i in count(first) if (name := f"{stem}{i}{tail}") not in taken)


def _people(embeddings: Vectors, names: Sequence[str | None]) -> _People:
    check_pairing(embeddings, names)
    known = sorted({name for name in names if name is not None})
    number = {name: at for at, name in enumerate(known)}
    group = np.array([-1 if name is None else number[name] for name in names], np.int64)
    is_named = group >= 0
    sums, sizes = group_sums(embeddings[is_named], group[is_named], len(known))
    means = (sums / sizes[:, None]).astype(np.float32)
    return _People(known, means, sizes.astype(np.int64), group)


def _surest_first(found: list[Suggestion]) -> list[Suggestion]:
    return sorted(found, key=lambda suggestion: -suggestion.score)


def _round(value: float) -> float:
    return round(float(value), 3)
