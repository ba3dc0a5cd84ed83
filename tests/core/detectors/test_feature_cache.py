import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.detectors.backbones import Backbone, load_backbone
from core.detectors.feature_cache import FeatureCache
from core.types import RgbImage

pytestmark = pytest.mark.slow  # runs VGG16

KEYS = [hashlib.sha256(bytes([number])).hexdigest() for number in range(18)]  # two batches


class Images:
    """Noise that depends on the checksum, and a note of what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, key: str) -> RgbImage:
        self.asked.append(key)
        rng = np.random.default_rng(int(key[:8], 16))
        return rng.integers(0, 256, (224, 224, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return load_backbone()


@pytest.fixture(scope="module")
def filled(backbone: Backbone, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    root = tmp_path_factory.mktemp("features")
    reports: list[tuple[int, int]] = []
    features = FeatureCache(root).features(
        KEYS, Images(), backbone, "face", lambda *report: reports.append(report)
    )
    assert reports == [(0, 18), (16, 18), (18, 18)]
    return root, features


def test_features_are_the_trunks(backbone: Backbone, filled: tuple[Path, np.ndarray]) -> None:
    expected = np.asarray(backbone.model(Images()(KEYS[17])[None]))[0]
    assert filled[1].shape == (18, 7, 7, 512)
    assert filled[1].dtype == np.float16
    np.testing.assert_allclose(filled[1][17], expected, rtol=2e-3, atol=2e-2)


def test_cached_features_need_neither_images_nor_network(filled: tuple[Path, np.ndarray]) -> None:
    root, features = filled
    images, unbuilt = Images(), load_backbone()
    again = FeatureCache(root).features(KEYS[::-1], images, unbuilt, "face")
    assert np.array_equal(again, features[::-1])
    assert images.asked == []
    assert "model" not in vars(unbuilt)


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"nonsense" * 8000])
def test_damaged_file_is_computed_again(
    backbone: Backbone, filled: tuple[Path, np.ndarray], damage: bytes
) -> None:
    root, features = filled
    (path,) = root.rglob(f"{KEYS[3]}.npy")
    path.write_bytes(damage)
    images = Images()
    again = FeatureCache(root).features(KEYS[:5], images, backbone, "face")
    assert images.asked == [KEYS[3]]
    np.testing.assert_allclose(again, features[:5], rtol=2e-3, atol=2e-2)
    assert np.array_equal(np.load(path), again[3])
    assert not list(root.rglob("*.tmp"))


@pytest.mark.parametrize("part", ["crop", "weights_hash", "preprocessing_version"])
def test_another_crop_or_trunk_is_another_feature(
    backbone: Backbone, filled: tuple[Path, np.ndarray], part: str
) -> None:
    images = Images()
    other = backbone if part == "crop" else replace(backbone, **{part: "other"})  # type: ignore[arg-type]
    crop = "other" if part == "crop" else "face"
    FeatureCache(filled[0]).features(KEYS[:1], images, other, crop)
    assert images.asked == KEYS[:1]


def test_no_images_no_features(tmp_path: Path) -> None:
    features = FeatureCache(tmp_path).features([], Images(), load_backbone(), "face")
    assert features.shape == (0, 7, 7, 512)
