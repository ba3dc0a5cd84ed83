"""Clusters: images that pairs hold together, directly or by way of others."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from core.types import Verdict

Link = tuple[int, int]
"""The (left, right) numbers of a pair's images."""


def clusters(links: Iterable[Link]) -> list[list[int]]:
    """Return the connected components of two or more images, the largest first, each sorted.

    Args:
        links: Pairs, in any order.
    """
    neighbours = _neighbours(links)
    found, seen = [], set[int]()
    for start in sorted(neighbours):
        if start not in seen:
            found.append(sorted(_steps([start], neighbours)))
            seen.update(found[-1])
    return sorted((c for c in found if len(c) > 1), key=len, reverse=True)


def keep_only(links: Sequence[Link], stay: Collection[int]) -> dict[Link, Verdict]:
    """Return the verdict on each pair by which only some images stay.

    Of two images the one that fewer pairs part from an image that stays wins, so that every other
    image loses at least once, and none in a circle.

    Args:
        links: Pairs; those that nothing joins to an image that stays get no verdict.
        stay: Images that stay; of two of them both are kept.
    """
    steps = _steps(stay, _neighbours(links))

    def verdict(left: int, right: int) -> Verdict:
        if left in stay and right in stay:
            return Verdict.KEEP_BOTH
        is_left = (steps[left], left) < (steps[right], right)
        return Verdict.KEEP_LEFT if is_left else Verdict.KEEP_RIGHT

    return {(left, right): verdict(left, right) for left, right in links if left in steps}


def _neighbours(links: Iterable[Link]) -> defaultdict[int, set[int]]:
    neighbours: defaultdict[int, set[int]] = defaultdict(set)
    for a, b in links:
        neighbours[a].add(b)
        neighbours[b].add(a)
    return neighbours


def _steps(starts: Iterable[int], neighbours: Mapping[int, set[int]]) -> dict[int, int]:
    """Return all images reached from some, themselves included, and in how many steps."""
    seen: dict[int, int] = {}
    ahead = set(starts) & neighbours.keys()
    step = 0
    while ahead:
        seen |= dict.fromkeys(ahead, step)
        ahead = {other for image in ahead for other in neighbours[image]} - seen.keys()
        step += 1
    return seen
