from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.curation.versions import content_hash, refuse_leaks
from core.errors import Conflict
from core.types import DatasetItem, Label, NormaliseRule, Split

ITEMS = [
    DatasetItem(1, "a" * 64, Label.GENUINE, "Zoë", 0, Split.TRAIN),
    DatasetItem(2, "b" * 64, Label.FAKE, "Zoë", 0, Split.TRAIN),
    DatasetItem(3, "c" * 64, Label.FAKE, None, 1, Split.TEST),
    DatasetItem(4, "d" * 64, Label.GENUINE, None, 2, Split.VALIDATION),
]
GOLDEN = "7f3afcb4bc1a99e86df3628baaed5bd2b449a7132d874e459f3f92903c3de45a"


def test_golden_value() -> None:
    assert content_hash(ITEMS, NormaliseRule.CROP) == GOLDEN


@given(st.permutations(ITEMS), st.permutations([5, 60, 700]), st.integers(0, 99))
def test_order_ids_and_group_numbers_do_not_count(
    items: list[DatasetItem], numbers: list[int], shift: int
) -> None:
    renamed = [
        replace(item, image_id=item.image_id + shift, group=numbers[item.group]) for item in items
    ]
    assert content_hash(iter(renamed), NormaliseRule.CROP) == GOLDEN


@pytest.mark.parametrize(
    "change",
    [
        {"checksum": "e" * 64},
        {"label": Label.UNKNOWN},
        {"identity": "Zoe"},
        {"identity": None},
        {"split": Split.TEST},
        {"group": 1},
    ],
)
def test_everything_else_does(change: dict[str, object]) -> None:
    changed = [replace(ITEMS[0], **change), *ITEMS[1:]]  # type: ignore[arg-type]
    assert content_hash(changed, NormaliseRule.CROP) != GOLDEN
    assert content_hash(ITEMS[1:], NormaliseRule.CROP) != GOLDEN
    assert content_hash(ITEMS, NormaliseRule.LETTERBOX) != GOLDEN


def test_a_sound_version_passes() -> None:
    refuse_leaks(ITEMS, [(1, 2), (3, 77), (77, 4)])  # 77 is not in the version
    refuse_leaks([], [(1, 2)])


@pytest.mark.parametrize(
    ("changes", "links", "named"),
    [
        ({"split": Split.TEST, "identity": None}, [], r"group 0 \(Zoë\)"),  # the group itself
        ({"split": Split.TEST, "group": 9}, [], r"group 0 \(Zoë\), group 9 \(Zoë\)"),
        ({}, [(3, 4)], r"group 1 \(cccccccccccc\), group 2 \(dddddddddddd\)"),
    ],
)
def test_a_broken_split_is_refused_and_its_groups_named(
    changes: dict[str, object], links: list[tuple[int, int]], named: str
) -> None:
    broken = [ITEMS[0], replace(ITEMS[1], **changes), *ITEMS[2:]]  # type: ignore[arg-type]
    with pytest.raises(Conflict, match=named):
        refuse_leaks(broken, links)


def test_a_refusal_names_five_groups_and_counts_the_rest() -> None:
    many = [
        DatasetItem(2 * n + side, f"{2 * n + side:064d}", Label.FAKE, None, n, split)
        for n in range(7)
        for side, split in enumerate((Split.TRAIN, Split.TEST))
    ]
    with pytest.raises(Conflict, match=r"group 4 .* and 2 more"):
        refuse_leaks(many, [])
