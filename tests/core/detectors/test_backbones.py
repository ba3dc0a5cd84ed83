import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.detectors.backbones import Backbone, hash_weights, load_backbone
from core.detectors.quiet import third_party_noise_off
from core.errors import InvalidInput

HED_HASH = "8309929a1a8000429588f3abb1e8742d0f294e92d781d72a61c97ad128d1ec39"


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return load_backbone()


def test_bundled_weights_are_vgg16s_thirteen_convolutions(backbone: Backbone) -> None:
    assert backbone.name == "VGG16 (HED-BSDS500)"
    assert backbone.weights_hash == HED_HASH
    kernels = [array.shape for array in backbone.weights[::2]]
    widths = [3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]
    assert kernels == [(3, 3, a, b) for a, b in pairwise(widths)]
    assert [array.shape for array in backbone.weights[1::2]] == [(b,) for b in widths[1:]]


def test_reading_weights_does_not_build_the_network(backbone: Backbone) -> None:
    assert "model" not in vars(load_backbone())


def test_hash_sees_value_order_and_shape() -> None:
    a, b = np.array([[1, 2]], np.float32), np.array([3], np.float32)
    hashes = {hash_weights(arrays) for arrays in ([a, b], [b, a], [a.T, b], [a, b + 1])}
    assert len(hashes) == 4
    assert hash_weights([a.astype(np.dtype(">f4")), b]) == hash_weights([a, b])


@pytest.mark.slow
def test_model_takes_rgb_as_keras_preprocessing_would(backbone: Backbone) -> None:
    import keras

    pixels = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    with third_party_noise_off():
        trunk = keras.applications.VGG16(weights=None, include_top=False)
        trunk.set_weights(backbone.weights)
        prepared = keras.applications.vgg16.preprocess_input(pixels.astype(np.float32))
        expected = np.asarray(trunk(prepared))
        features = np.asarray(backbone.model(pixels))
    assert features.shape == (2, 7, 7, 512)
    np.testing.assert_allclose(features, expected, rtol=1e-4, atol=1e-3)
    assert not backbone.model.trainable_variables


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".weights.h5", ".h5", ".keras"])
def test_weights_from_a_file(backbone: Backbone, tmp_path: Path, ending: str) -> None:
    import keras

    path = tmp_path / f"mine{ending}"
    with third_party_noise_off():
        trunk = keras.applications.VGG16(weights=None, include_top=False)
        trunk.set_weights(backbone.weights)
        if ending == ".weights.h5":
            trunk.save_weights(path)
        else:
            trunk.save(path)
    loaded = load_backbone(str(path))
    assert loaded.weights_hash == HED_HASH
    assert loaded.name == f"VGG16 (mine{ending})"


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".weights.h5", ".h5", ".keras"])
def test_files_that_are_not_vgg16_are_refused(tmp_path: Path, ending: str) -> None:
    import keras

    other = tmp_path / f"other{ending}"
    with third_party_noise_off():
        model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3)])
        if ending == ".weights.h5":
            model.save_weights(other)
        else:
            model.save(other)
    garbage = tmp_path / f"garbage{ending}"
    garbage.write_bytes(b"not a network" * 100)
    for path in (other, garbage, tmp_path / f"missing{ending}"):
        with pytest.raises(InvalidInput, match=r"Expected .* Received"):
            load_backbone(str(path))


@pytest.mark.parametrize("name", ["random", "", "/etc/passwd", "vgg16.pth"])
def test_unknown_weights_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="HED-BSDS500, imagenet or the path"):
        load_backbone(name)


@pytest.mark.slow
def test_imagenet_without_network_says_what_to_do(tmp_path: Path) -> None:
    code = (
        "from core.detectors.backbones import load_backbone\n"
        "from core.errors import Unavailable\n"
        "try:\n    load_backbone('imagenet')\n"
        "except Unavailable as error:\n    print(error)\n"
    )
    nowhere = "http://127.0.0.1:9"  # the discard port: refused at once
    offline = {"KERAS_HOME": str(tmp_path), "https_proxy": nowhere, "HTTPS_PROXY": nowhere}
    child = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **offline},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Give the path of a VGG16 weights file instead, or use HED-BSDS500" in child.stdout
