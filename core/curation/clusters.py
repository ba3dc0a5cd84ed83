"""Clusters: images that pairs hold together, directly or by way of others."""

from collections import defaultdict
from collections.abc import Iterable


def clusters(links: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the connected components of two or more images, the largest first, each sorted.

    Args:
        links: (image, image) numbers of pairs, in any order.
    """
    neighbours: defaultdict[int, set[int]] = defaultdict(set)
    for a, b in links:
        neighbours[a].add(b)
        neighbours[b].add(a)
    found, seen = [], set[int]()
    for start in sorted(neighbours):
        if start not in seen:
            found.append(cluster_of(start, neighbours))
            seen.update(found[-1])
    return sorted((c for c in found if len(c) > 1), key=len, reverse=True)


def cluster_of(start: int, neighbours: defaultdict[int, set[int]]) -> list[int]:
    """Return all images reached from one, itself included, sorted."""
    seen, ahead = set[int](), {start}
    while ahead:
        seen |= ahead
        ahead = {other for image in ahead for other in neighbours[image]} - seen
    return sorted(seen)
