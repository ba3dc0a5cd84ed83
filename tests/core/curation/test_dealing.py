"""What `tests/core/curation/test_splits.py` does not reach through the rules."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.curation.dealing import deal
from core.errors import InvalidInput
from core.types import Label

G, F, U = Label.GENUINE, Label.FAKE, Label.UNKNOWN
THIRDS = {1: 1 / 3, 2: 1 / 3, 3: 1 / 3}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(["g", "f", "gf", "u", "gu"]), max_size=12), st.integers(2, 5))
def test_it_is_refused_only_where_a_label_has_fewer_groups_than_parts(
    kinds: list[str], n_parts: int
) -> None:
    """Groups that hold both labels serve both: no deal of one label may starve the other."""
    words = {"g": G, "f": F, "u": U}
    rows = [(group, words[letter]) for group, kind in enumerate(kinds) for letter in kind]
    groups, labels = [group for group, _ in rows], [label for _, label in rows]
    fractions = dict.fromkeys(range(n_parts), 1 / n_parts)
    n_least = min(sum(letter in kind for kind in kinds) for letter in "gf")
    if n_least < n_parts:
        with pytest.raises(InvalidInput, match=f"for each of {n_parts} folds"):
            deal(groups, labels, fractions)
        return
    parts = deal(groups, labels, fractions)
    held = set(zip(parts, labels, strict=True))
    assert held >= {(part, label) for part in fractions for label in (G, F)}
    assert len(set(zip(groups, parts, strict=True))) == len(set(groups))


def test_the_largest_groups_go_where_they_bring_the_counts_nearest_to_the_aim() -> None:
    """Every fold gets a single first; the groups of four, three and two then lie apart."""
    sizes = [1, 1, 1, 4, 3, 2]
    rows = [(group, label) for group, n in enumerate(sizes) for label in (G, F) for _ in range(n)]
    parts = deal([group for group, _ in rows], [label for _, label in rows], THIRDS)
    assert sorted(Counter(parts).values()) == [6, 8, 10]


def test_what_is_dealt_beforehand_stays_and_counts() -> None:
    groups, labels = list(range(12)), [G, F] * 6
    parts = deal(groups, labels, THIRDS, first={0: 2, 1: 2, 2: 2})
    assert parts[:3] == [2, 2, 2]
    assert Counter(parts) == {1: 4, 2: 4, 3: 4}
    with pytest.raises(InvalidInput, match="beside those that go to training beforehand"):
        deal(groups, labels, THIRDS, first=dict.fromkeys(range(0, 12, 2), 1))


def test_one_label_an_image() -> None:
    with pytest.raises(InvalidInput, match="Received 2 groups, 1 labels"):
        deal([1, 2], [G], THIRDS)
