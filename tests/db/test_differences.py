from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from core.types import DatasetItem, Label, NormaliseRule, Split
from db import versions
from db.differences import CHANGES, Change, count_differences, list_differences
from tests.db.builders import add, checksum

NUMBER = count()


def frozen(session: Session, items: Sequence[DatasetItem]) -> int:
    return versions.add_version(
        session,
        items,
        content_hash=checksum(f"version {next(NUMBER)}"),
        author="ada",
        rule=NormaliseRule.CROP,
        test_fraction=0.3,
        seed=7,
    )


@pytest.fixture
def items(writer: Session) -> list[DatasetItem]:
    what = [
        (Label.GENUINE, "Zoë", 0, Split.TRAIN),
        (Label.FAKE, "Zoë", 0, Split.TRAIN),
        (Label.FAKE, None, 1, Split.TEST),
        (Label.GENUINE, None, 2, Split.VALIDATION),
    ]
    return [DatasetItem(add(writer, n), checksum(n), *each) for n, each in enumerate(what)]


def listed(session: Session, a: int, b: int) -> dict[str, list[Change]]:
    kinds = ("came", "went", *CHANGES)
    return {kind: list_differences(session, a, b, kind) for kind in kinds}


def test_what_came_went_and_changed(writer: Session, items: list[DatasetItem]) -> None:
    relabelled = replace(items[1], label=Label.GENUINE, identity="Ada")
    moved = replace(items[2], split=Split.TRAIN)
    new = DatasetItem(add(writer, "new"), checksum("new"), Label.FAKE, None, 5, Split.TRAIN)
    a = frozen(writer, items)
    b = frozen(writer, [moved, relabelled, new, items[0]])
    frozen(writer, items[:1])  # says nothing of the two
    assert listed(writer, a, b) == {
        "came": [(None, new)],
        "went": [(None, items[3])],
        "label": [(items[1], relabelled)],
        "split": [(items[2], moved)],
        "identity": [(items[1], relabelled)],
    }
    assert count_differences(writer, a, b).counts == dict.fromkeys(("came", "went", *CHANGES), 1)


def test_no_more_are_listed_than_asked_for(writer: Session, items: list[DatasetItem]) -> None:
    a, b = frozen(writer, items[:1]), frozen(writer, items)
    assert list_differences(writer, a, b, "came", 2) == [(None, items[1]), (None, items[2])]
    assert list_differences(writer, b, a, "went", 2) == [(None, items[1]), (None, items[2])]
    assert count_differences(writer, a, b).counts["came"] == 3


@pytest.mark.parametrize(
    ("place", "change", "n_others"),
    [
        (2, {}, 0),
        (2, {"split": Split.TRAIN}, 1),
        (2, {"label": Label.GENUINE}, 1),
        (2, {"label": Label.GENUINE, "split": Split.TRAIN}, 1),
        (2, {"identity": "Ada"}, 0),
        (0, {"split": Split.TEST}, 1),
        (0, {"label": Label.FAKE}, 0),
    ],
)
def test_what_makes_the_tests_differ_is_counted(
    writer: Session,
    items: list[DatasetItem],
    place: int,
    change: dict[str, object],
    n_others: int,
) -> None:
    changed = [*items]
    changed[place] = replace(items[place], **change)  # type: ignore[arg-type]
    a, b = frozen(writer, items), frozen(writer, changed)
    assert count_differences(writer, a, b).n_other_tests == n_others
    assert count_differences(writer, b, a).n_other_tests == n_others


def test_images_that_only_one_version_tests_on_are_counted(
    writer: Session, items: list[DatasetItem]
) -> None:
    another = DatasetItem(add(writer, "new"), checksum("new"), Label.FAKE, None, 1, Split.TEST)
    a, b = frozen(writer, items), frozen(writer, [*items[:2], another, items[3]])
    assert count_differences(writer, a, b).n_other_tests == 2


KINDS = st.tuples(
    st.sampled_from(Label), st.sampled_from(Split), st.sampled_from([None, "Ada", "Bo"])
)
VERSIONS = st.dictionaries(st.integers(0, 5), KINDS, max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(VERSIONS, VERSIONS)
def test_it_is_what_a_comparison_image_by_image_finds(
    writer: Session,
    before: dict[int, tuple[Label, Split, str | None]],
    after: dict[int, tuple[Label, Split, str | None]],
) -> None:
    ids = [add(writer, n) for n in range(6)]
    a, b = (
        frozen(
            writer,
            [
                DatasetItem(ids[n], checksum(n), label, identity, n, split)
                for n, (label, split, identity) in version.items()
            ],
        )
        for version in (before, after)
    )
    both = sorted(before.keys() & after.keys())
    names = {"label": 0, "split": 1, "identity": 2}
    expected = {
        "came": sorted(after.keys() - before.keys()),
        "went": sorted(before.keys() - after.keys()),
        **{name: [n for n in both if before[n][i] != after[n][i]] for name, i in names.items()},
    }
    found = listed(writer, a, b)
    assert {
        kind: [ids.index(item.image_id) for _, item in each] for kind, each in found.items()
    } == expected
    counted = count_differences(writer, a, b)
    assert counted.counts == {kind: len(each) for kind, each in expected.items()}
    tested = {
        n for n in before.keys() | after.keys() if _test_of(before.get(n)) != _test_of(after.get(n))
    }
    assert counted.n_other_tests == len(tested)


def _test_of(seen: tuple[Label, Split, str | None] | None) -> Label | None:
    """Return what a version tests an image as, None where it does not."""
    return seen[0] if seen and seen[1] is Split.TEST else None
