from pathlib import Path

import numpy as np
import pytest

from core.fakes.masked_gan_net import (
    NOISE_SIZE,
    SIZE_PX,
    MaskedGan,
    build_discriminator,
    build_generator,
    hide,
)


def _holes(n: int) -> np.typing.NDArray[np.float32]:
    masks = np.zeros((n, SIZE_PX, SIZE_PX, 1), np.float32)
    masks[:, 16:48, 16:48] = 0.5
    masks[:, 20:44, 20:44] = 1
    return masks


def _faces(n: int) -> np.typing.NDArray[np.float32]:
    colours = np.random.default_rng(0).uniform(-0.8, 0.8, (n, 1, 1, 3))
    return np.broadcast_to(colours, (n, SIZE_PX, SIZE_PX, 3)).astype(np.float32)


def test_hide_leaves_nothing_of_the_middle() -> None:
    crops, masks = _faces(3), _holes(3)
    marked = crops.copy()
    marked[:, 20:44, 20:44] = 0.123
    np.testing.assert_allclose(hide(marked, masks), crops, atol=1e-4)


def test_hide_survives_a_mask_without_an_edge() -> None:
    assert np.isfinite(hide(_faces(1), np.zeros((1, SIZE_PX, SIZE_PX, 1), np.float32))).all()


@pytest.mark.slow
def test_the_networks_are_small_and_have_the_right_shapes() -> None:
    generator, discriminator = build_generator(), build_discriminator()
    assert generator.count_params() < 2_000_000
    assert generator.output_shape == (None, SIZE_PX, SIZE_PX, 3)
    assert discriminator.output_shape == (None, 4, 4, 1)


@pytest.mark.slow
def test_training_lowers_the_error_and_only_what_was_saved_comes_back(tmp_path: Path) -> None:
    crops, masks, noise = _faces(8), _holes(8), np.zeros((8, NOISE_SIZE), np.float32)
    crops[:, 28:36, 28:36] = 0.9  # the same feature in every face
    gan = MaskedGan(tmp_path, seed=1, learning_rate=1e-3, reconstruction_weight=10)
    errors = [gan.train_epoch(crops, masks, batch_size=4)["reconstruction"] for _ in range(8)]
    assert errors[-1] < 0.8 * errors[0]
    gan.save()
    saved = gan.fill(crops, masks, noise)
    gan.train_epoch(crops, masks, batch_size=4)
    assert (gan.fill(crops, masks, noise) != saved).any()

    restored = MaskedGan(tmp_path, seed=1, learning_rate=1e-3, reconstruction_weight=10)
    assert restored.n_epochs == 8
    np.testing.assert_array_equal(restored.fill(crops, masks, noise), saved)


@pytest.mark.slow
def test_noise_changes_what_is_painted(tmp_path: Path) -> None:
    gan = MaskedGan(tmp_path, seed=1, learning_rate=1e-3, reconstruction_weight=10)
    noise = np.random.default_rng(0).standard_normal((2, NOISE_SIZE), np.float32)
    one, other = (gan.fill(_faces(1), _holes(1), row[None]) for row in noise)
    assert np.abs(one - other).max() > 1e-3
