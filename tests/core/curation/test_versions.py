from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.curation.versions import content_hash
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
