from pathlib import Path

import numpy as np
import pytest

from core.detectors.backbones import load_backbone
from core.detectors.detector import export_detector, load_detector, score
from core.detectors.feature_cache import FeatureCache
from core.detectors.train import TrainParams, train_head
from core.errors import InvalidInput, NotFound

pytestmark = pytest.mark.slow


def test_detector_on_pixels_equals_head_on_cached_features(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (12, 224, 224, 3), dtype=np.uint8)
    is_fake = np.arange(12) % 2 == 0
    pixels[is_fake] //= 2
    keys = [f"{number:064x}" for number in range(12)]
    backbone = load_backbone()
    features = FeatureCache(tmp_path / "features").features(
        keys, lambda key: pixels[int(key, 16)], backbone, "face"
    )
    params = TrainParams(epochs=2, batch_size=4, hidden_units=8)
    train_head(features, is_fake, features, is_fake, params, 0, tmp_path, lambda _: None)
    expected = score(load_detector(tmp_path / "best.keras"), features)
    assert expected.dtype == np.float64
    assert np.ptp(expected) > 0.01

    paths = export_detector(backbone, tmp_path)

    assert [path.name for path in paths] == ["detector.h5", "detector.keras"]
    assert not list(tmp_path.glob("partial*"))
    for path in paths:
        detector = load_detector(path)
        np.testing.assert_allclose(score(detector, pixels), expected, atol=1e-3)
        as_floats = score(detector, pixels[:1].astype(np.float32))
        np.testing.assert_allclose(as_floats, expected[:1], atol=1e-3)


def test_no_images_no_scores() -> None:
    assert score(None, np.zeros((0, 7, 7, 512), np.float16)).shape == (0,)


def test_missing_and_damaged_detectors_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"best.keras.*Train one first"):
        export_detector(load_backbone(), tmp_path)
    for name in ("bad.h5", "bad.keras"):
        (tmp_path / name).write_bytes(b"not a network" * 100)
        with pytest.raises(InvalidInput, match=rf"Expected a Keras model in .*{name}"):
            load_detector(tmp_path / name)
