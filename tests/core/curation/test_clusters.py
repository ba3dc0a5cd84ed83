from hypothesis import given
from hypothesis import strategies as st

from core.curation.clusters import clusters


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
