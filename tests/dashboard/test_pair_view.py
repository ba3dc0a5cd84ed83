from dataclasses import replace

import pytest

from core.types import DuplicatePair, ImageRecord, Label, Split, Verdict
from dashboard.pair_view import crossings, crossings_of
from tests.records import record

IMAGE = record(label=Label.GENUINE, identity="Ada")
LABELS = "labels (genuine and fake): leakage if split apart"
NAMES = "identities: leakage if split apart"


@pytest.mark.parametrize(
    ("right", "crossed"),
    [
        (IMAGE, []),
        (replace(IMAGE, label=Label.FAKE), [LABELS]),
        (replace(IMAGE, identity="Grace"), [NAMES]),
        (replace(IMAGE, identity=None), []),
        (replace(IMAGE, label=Label.UNKNOWN), []),
        (
            replace(IMAGE, label=Label.FAKE, identity="Grace"),
            [LABELS, NAMES],
        ),
    ],
)
def test_crossings(right: ImageRecord, crossed: list[str]) -> None:
    pair = DuplicatePair(1, IMAGE, right, 2, False, 0.99, None, None, None)
    assert crossings_of(pair, {}) == crossed


@pytest.mark.parametrize(
    ("splits", "crossed"),
    [
        (
            {1: Split.TRAIN, 2: Split.TEST},
            ["splits (train and test): leakage in the newest version"],
        ),
        ({1: Split.TRAIN, 2: Split.TRAIN}, []),
        ({1: Split.TRAIN}, []),
    ],
)
def test_crossings_of_splits(splits: dict[int, Split], crossed: list[str]) -> None:
    pair = DuplicatePair(1, IMAGE, replace(IMAGE, id=2), 2, False, 0.99, None, None, None)
    assert crossings_of(pair, splits) == crossed
    refuted = replace(pair, verdict=Verdict.NOT_DUPLICATE)
    assert crossings_of(refuted, splits) == []


def test_crossings_of_a_group_name_each_side_once() -> None:
    group = [replace(IMAGE, id=i, identity=name) for i, name in enumerate(("Ada", None, "Grace"))]
    group.append(replace(IMAGE, id=3, label=Label.FAKE))
    splits = {0: Split.TEST, 1: Split.TRAIN, 3: Split.TEST}
    wanted = [LABELS, NAMES, "splits (train and test): leakage in the newest version"]
    assert crossings(group, splits) == wanted
