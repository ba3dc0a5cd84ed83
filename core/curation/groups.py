"""Groups: what must stay on one side of a split."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Link = tuple[int, int]


def group_ids(n: int, links: Sequence[Link]) -> NDArray[np.int64]:
    """Number the connected components of a graph.

    Args:
        n: Nodes, numbered 0 to n - 1.
        links: Pairs of nodes that belong together.

    Returns:
        (n,) the group of each node, numbered from 0 in the order of their first nodes.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if n == 0:
        return np.empty(0, np.int64)
    ends = np.asarray(links, dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(links), np.int8), (ends[0], ends[1])), shape=(n, n))
    _, components = connected_components(graph, directed=False)
    _, firsts, numbers = np.unique(components, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(firsts))[numbers].astype(np.int64)


def groups_of(
    identities: Sequence[str | None],
    near_duplicates: Sequence[Link] = (),
    parents: Sequence[Link] = (),
) -> NDArray[np.int64]:
    """Group images so that nothing a detector could recognise stands on both sides of a split.

    An identity, a cluster of near-duplicates, and a fake with its parents never part; nor do
    chains of these.

    Args:
        identities: (n,) who each image shows; None and blank say nothing.
        near_duplicates: Pairs of images that look like one photograph.
        parents: (fake, the image it was made from).

    Returns:
        (n,) the group of each image, numbered from 0 in the order of their first images.
    """
    n = len(identities)
    nodes: dict[str, int] = {}
    links = [*near_duplicates, *parents]
    for image, identity in enumerate(identities):
        if identity and identity.strip():
            links.append((image, nodes.setdefault(identity.strip(), n + len(nodes))))
    return group_ids(n + len(nodes), links)[:n]
