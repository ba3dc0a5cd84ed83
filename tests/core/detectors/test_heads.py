import numpy as np
import pytest

from core.detectors.backbones import load_backbone
from core.detectors.heads import FEATURE_SHAPE, POOLINGS, Pooling, assemble, build_head
from core.detectors.quiet import third_party_noise_off
from core.errors import InvalidInput

pytestmark = pytest.mark.slow  # TensorFlow takes seconds to import


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("hidden_units", [0, 8])
def test_every_head_gives_two_probabilities(pooling: Pooling, hidden_units: int) -> None:
    head = build_head(pooling, hidden_units, dropout=0.3, seed=1, l2=1e-3)
    features = np.random.default_rng(0).random((3, *FEATURE_SHAPE), dtype=np.float32)
    probabilities = np.asarray(head(features, training=False))
    assert probabilities.shape == (3, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    n_inputs = 512 if pooling == "average" else 25088
    n_dense = (n_inputs + 1) * 8 + 9 * 2 if hidden_units else (n_inputs + 1) * 2
    assert head.count_params() == 4 * n_inputs + n_dense


def test_seed_decides_the_first_weights() -> None:
    with third_party_noise_off():
        first, again, other = (
            build_head("average", 8, 0.3, seed).get_weights() for seed in (1, 1, 2)
        )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_unknown_pooling_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Received: 'max'"):
        build_head("max", 0, 0.0, 0)  # type: ignore[arg-type]


def test_detector_is_flat_and_only_its_head_learns() -> None:
    backbone = load_backbone()
    head = build_head("average", 0, 0.0, seed=0)
    detector = assemble(backbone, head)
    assert detector.get_layer("block5_conv3").output.shape == (None, 14, 14, 512)
    assert detector.input_shape == (None, 224, 224, 3)
    assert detector.output_shape == (None, 2)
    names = {variable.path for variable in detector.trainable_variables}
    assert names == {variable.path for variable in head.trainable_variables}
