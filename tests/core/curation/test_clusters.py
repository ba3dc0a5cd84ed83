from hypothesis import given
from hypothesis import strategies as st

from core.curation.clusters import clusters, keep_only
from core.types import Verdict


def test_golden_clusters() -> None:
    links = [(5, 1), (2, 3), (1, 9), (9, 5), (4, 4)]
    assert clusters(links) == [[1, 5, 9], [2, 3]]
    assert clusters([]) == []


@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), max_size=30))
def test_clusters_part_the_images_and_no_link_crosses(links: list[tuple[int, int]]) -> None:
    found = clusters(links)
    where = {image: i for i, members in enumerate(found) for image in members}
    assert len(where) == sum(map(len, found))
    assert where.keys() == {end for a, b in links if a != b for end in (a, b)}
    assert all(where[a] == where[b] for a, b in links if a != b)
    assert [len(members) for members in found] == sorted(map(len, found), reverse=True)


def test_golden_keeper_of_a_chain() -> None:
    chain = [(1, 2), (2, 3), (3, 4)]
    assert keep_only(chain, {3}) == {
        (1, 2): Verdict.KEEP_RIGHT,
        (2, 3): Verdict.KEEP_RIGHT,
        (3, 4): Verdict.KEEP_LEFT,
    }
    assert keep_only(chain, {2, 3})[2, 3] is Verdict.KEEP_BOTH
    assert keep_only([*chain, (8, 9)], {1}).keys() == set(chain)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(10, 19)), max_size=40),
    st.sets(st.integers(0, 19), min_size=1, max_size=3),
)
def test_keeping_some_excludes_all_others_that_they_reach(
    links: list[tuple[int, int]], stay: set[int]
) -> None:
    said = keep_only(links, stay)
    lost = {right for (_, right), verdict in said.items() if verdict is Verdict.KEEP_LEFT}
    lost |= {left for (left, _), verdict in said.items() if verdict is Verdict.KEEP_RIGHT}
    joined = [set(members) for members in clusters(links) if stay & set(members)]
    assert lost == {image for members in joined for image in members} - stay
