import math
from typing import Any

import numpy as np
import pytest

from core.curation import shortcuts
from core.curation.shortcuts import LIMIT_AUC, describe_files, draw, find_shortcut
from core.types import Label


def file(rng: np.random.Generator, group: int, label: Label, **known: Any) -> dict[str, Any]:
    """Make up a file of which nothing depends on its label, save what is `known`."""
    values: dict[str, Any] = {
        "group": group,
        "label": label.value,
        "size_bytes": int(rng.integers(10_000, 90_000)),
        "format": "JPEG",
        "width_px": int(rng.integers(200, 400)),
        "height_px": int(rng.integers(200, 400)),
        "notes": [],
        "scores": None,
    }
    return values | known


def dataset(n: int = 160, **of_fakes: Any) -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    return [
        file(rng, i // 4, label, **(of_fakes if label is Label.FAKE else {}))
        for i in range(n)
        for label in (Label.GENUINE, Label.FAKE)
    ]


def test_files_that_differ_in_nothing_stay_near_chance() -> None:
    found = find_shortcut(dataset())
    assert found is not None
    assert found.auc < LIMIT_AUC
    assert found.low < found.auc < found.high
    assert found.n_images == 320


@pytest.mark.parametrize(
    ("of_fakes", "name"),
    [
        ({"format": "PNG"}, "file format"),
        ({"width_px": 512}, "width"),
        ({"notes": ["EXIF orientation 6 applied"]}, "EXIF orientation"),
        ({"scores": {"jpeg_quality": 75.0}}, "JPEG quality"),
    ],
)
def test_what_gives_the_fakes_away_is_named(of_fakes: dict[str, Any], name: str) -> None:
    genuine = {"scores": {"jpeg_quality": 90.0}} if "scores" in of_fakes else {}
    files = [each | (genuine if each["label"] == "genuine" else {}) for each in dataset(**of_fakes)]
    found = find_shortcut(files)
    assert found is not None
    assert found.auc > 0.99
    assert dict(found.features)[name] > 0.99
    others = {"file size", "bytes per pixel"} - {name}
    assert all(auc < 0.99 for other, auc in found.features if other in others)


def test_people_are_not_told_apart_in_place_of_fakes() -> None:
    """Sizes that go with the person say nothing of persons not seen before."""
    rng = np.random.default_rng(1)
    files = [
        file(rng, group, label, width_px=300 + group, height_px=300, size_bytes=10_000)
        for group in range(40)
        for label in [Label.FAKE if rng.random() < 0.5 else Label.GENUINE]
        for _ in range(8)
    ]
    found = find_shortcut(files)
    assert found is not None
    assert found.low < 0.5 < found.high


def test_the_same_seed_finds_the_same() -> None:
    assert find_shortcut(dataset(40), seed=3) == find_shortcut(dataset(40), seed=3)


def test_too_few_groups_are_not_judged() -> None:
    rng = np.random.default_rng(0)
    assert find_shortcut([file(rng, 0, Label.FAKE), file(rng, 1, Label.GENUINE)]) is None


def test_features_by_hand() -> None:
    rng = np.random.default_rng(0)
    size = {"width_px": 200, "height_px": 100}
    files = [
        file(rng, 0, Label.GENUINE, size_bytes=40_000, **size, scores={"jpeg_quality": 80.0}),
        file(rng, 1, Label.FAKE, size_bytes=20_000, **size, format="PNG"),
    ]
    columns = describe_files(files)
    assert set(columns) == {"file format", "file size", "bytes per pixel", "JPEG quality"}
    assert list(columns["bytes per pixel"]) == [2.0, 1.0]
    assert columns["JPEG quality"][0] == 80 and math.isnan(columns["JPEG quality"][1])
    assert set(describe_files(files[:1] * 2)) == {"file format"}


def test_large_datasets_are_sampled_by_whole_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = np.array([file["group"] for file in dataset(400)], np.int64)
    assert draw(groups).all()
    monkeypatch.setattr(shortcuts, "_MAX_IMAGES", 100)
    is_drawn = draw(groups)
    assert is_drawn.sum() == 104  # 13 whole groups of 8
    assert not set(groups[is_drawn]) & set(groups[~is_drawn])
    assert (draw(groups) == is_drawn).all() and (draw(groups, seed=1) != is_drawn).any()
