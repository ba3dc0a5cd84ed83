from sqlalchemy.orm import Session

from core.types import Label, Split
from db import samples, statuses
from tests.db.builders import add, checksum, freeze


def test_a_sample_is_the_lowest_checksums_of_active_images(writer: Session) -> None:
    ids = [add(writer, at) for at in range(6)]
    add(writer, "fake", Label.FAKE)
    statuses.exclude(writer, ids[:1], "blurred", actor="ada")
    expected = sorted(checksum(at) for at in range(1, 6))
    assert samples.sample_images(writer, Label.GENUINE, 3) == expected[:3]
    assert samples.sample_images(writer, Label.GENUINE, 99) == expected
    assert samples.sample_images(writer, Label.UNKNOWN, 9) == []


def test_a_version_is_sampled_on_both_sides_of_its_training(writer: Session) -> None:
    ids = [add(writer, at) for at in range(4)]
    splits = [Split.TRAIN, Split.TEST, Split.TRAIN, Split.VALIDATION]
    number = freeze(writer, list(zip(ids, splits, strict=True)), "a" * 64)
    trained = samples.sample_items(writer, number, 9, trained_on=True)
    held_out = samples.sample_items(writer, number, 9, trained_on=False)
    assert trained == sorted([checksum(0), checksum(2)])
    assert held_out == sorted([checksum(1), checksum(3)])
    assert samples.sample_items(writer, number, 1, trained_on=True) == trained[:1]
