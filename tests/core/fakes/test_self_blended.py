from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.fakes.base import Fake, Parent, complete
from core.fakes.self_blended import BLEND_RATIOS, MOST_DRAWS, PARAMS, generate, self_blend

MakeParent = Callable[..., Parent]


def _settings(**values: float) -> dict[str, Any]:
    return complete(values, PARAMS)


def _blend(parent: Parent, seed: int, **values: float) -> Fake:
    assert parent.face is not None
    return self_blend(parent, parent.face, _settings(**values), np.random.default_rng(seed))


@pytest.fixture
def parent(make_parent: MakeParent) -> Parent:
    return make_parent(7, size=(300, 320))


def test_source_and_target_are_both_changed_now_and_then(parent: Parent) -> None:
    recipes = [_blend(parent, seed).recipe for seed in range(40)]
    assert {recipe["changed"] for recipe in recipes} == {"source", "target"}
    assert {recipe["frequency"] for recipe in recipes} == {"none", "sharpen", "downscale"}
    assert {recipe["blend_ratio"] for recipe in recipes} == set(BLEND_RATIOS)


def test_where_the_source_is_changed_the_surroundings_are_untouched(parent: Parent) -> None:
    fakes = [_blend(parent, seed) for seed in range(12)]
    of_source = [fake for fake in fakes if fake.recipe["changed"] == "source"]
    assert of_source
    for fake in of_source:
        np.testing.assert_array_equal(fake.pixels[:30], parent.pixels[:30])
        np.testing.assert_array_equal(fake.pixels[:, :60], parent.pixels[:, :60])
        assert (fake.pixels[140:160, 150:170] != parent.pixels[140:160, 150:170]).mean() > 0.5


def test_resize_and_shift_stay_within_their_limits(parent: Parent) -> None:
    recipes = [_blend(parent, seed, resize=0.02, shift=0.01).recipe for seed in range(20)]
    scales = np.array([recipe["scale"] for recipe in recipes])
    shifts = np.array([recipe["shift_px"] for recipe in recipes])
    assert 0.01 < np.abs(scales - 1).max() <= 0.02
    assert 0.8 < np.abs(shifts).max() <= 0.01 * 120  # the box is 90 x 120 px


def test_strength_makes_the_change_plainer(parent: Parent) -> None:
    def change(strength: float) -> float:
        fakes = (_blend(parent, seed, strength=strength, resize=0, shift=0) for seed in range(12))
        return float(np.mean([fake.recipe["mean_change"] for fake in fakes]))

    assert change(0.1) < change(1) < change(2)


def test_a_fake_that_hardly_shows_is_drawn_again(parent: Parent) -> None:
    weak = [_blend(parent, seed, strength=0.1, least_change=0) for seed in range(15)]
    plain = [_blend(parent, seed, strength=0.1, least_change=6) for seed in range(15)]
    assert min(fake.recipe["mean_change"] for fake in weak) < 6
    assert all(fake.recipe["mean_change"] >= 6 for fake in plain)


def test_a_flat_picture_does_not_draw_for_ever(parent: Parent) -> None:
    flat = Parent(parent.checksum, np.zeros_like(parent.pixels), parent.face)
    fake = _blend(flat, 1, strength=0.1, least_change=10)
    assert fake.recipe["mean_change"] < 10
    assert MOST_DRAWS == 10


@pytest.mark.parametrize("size", [(40, 60), (1200, 900)])
def test_faces_at_the_edge_and_in_large_pictures(
    make_parent: MakeParent, tmp_path: Path, size: tuple[int, int]
) -> None:
    parent = make_parent(3, size=size)
    (fake,) = generate([parent], {}, 1, tmp_path, lambda *_: None)
    assert fake.pixels.shape == parent.pixels.shape


def test_parents_are_loaded_one_at_a_time(make_parent: MakeParent, tmp_path: Path) -> None:
    asked: list[int] = []

    class Lazy:
        def __len__(self) -> int:
            return 5

        def __getitem__(self, index: int, /) -> Parent:
            asked.append(index)
            return make_parent(index)

    fakes = generate(Lazy(), {}, 1, tmp_path, lambda *_: None)
    next(fakes)
    assert asked == [0]
    next(fakes)
    assert asked == [0, 1]
