import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.curation.groups import group_ids, groups_of


def test_golden_groups() -> None:
    assert group_ids(6, [(5, 1), (1, 3)]).tolist() == [0, 1, 2, 1, 3, 1]
    assert group_ids(3, []).tolist() == [0, 1, 2]
    assert group_ids(0, []).tolist() == []


def test_identity_copies_and_parents_never_part() -> None:
    identities = ["Ann", "Bo", None, "", " Ann ", None, "Cy", None]
    groups = groups_of(identities, near_duplicates=[(2, 1)], parents=[(5, 0), (5, 6)])
    #  Ann is 0, 4 and through the fake 5 also Cy (6); Bo is 1 and its copy 2
    assert groups.tolist() == [0, 1, 1, 2, 0, 0, 0, 3]


def test_no_identity_is_not_an_identity() -> None:
    assert len(set(groups_of([None, None, "", "  "]).tolist())) == 4


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    n = draw(st.integers(1, 25))
    node = st.integers(0, n - 1)
    return n, draw(st.lists(st.tuples(node, node), max_size=30))


@settings(deadline=None)
@given(graphs())
def test_is_the_finest_partition_that_parts_no_link(
    graph: tuple[int, list[tuple[int, int]]],
) -> None:
    n, links = graph
    groups = group_ids(n, links)
    expected = list(range(n))
    for _ in range(n):  # the smallest label spreads along the links
        for a, b in links:
            expected[a] = expected[b] = min(expected[a], expected[b])
    firsts = sorted(set(expected))
    np.testing.assert_array_equal(groups, [firsts.index(first) for first in expected])
