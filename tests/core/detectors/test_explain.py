import numpy as np
import pytest

from core.detectors.backbones import KerasModel
from core.detectors.detector import score
from core.detectors.explain import LAYER, explain, score_inputs, split_detector
from core.detectors.quiet import third_party_noise_off
from core.errors import InvalidInput

pytestmark = pytest.mark.slow


def tiny_detector(*, name: str = LAYER, towards_fake: float = 1.0) -> KerasModel:
    """One convolution that passes red and green on, and a head that sets one against the other."""
    import keras

    with third_party_noise_off():
        pixels = keras.Input((8, 8, 3))
        convolution = keras.layers.Conv2D(2, 1, name=name)
        tensor = keras.layers.MaxPooling2D(2)(convolution(pixels))
        tensor = keras.layers.GlobalAveragePooling2D()(tensor)
        last = keras.layers.Dense(2, activation="softmax")
        model = keras.Model(pixels, last(tensor))
        convolution.set_weights([np.eye(3, 2, dtype=np.float32)[None, None], np.zeros(2)])
        odds = towards_fake * np.array([[0.0, 1.0], [0.0, -1.0]])  # red for fake, green against
        last.set_weights([odds, np.array([0.0, 0.5])])
    return model


def dotted() -> np.ndarray:
    pixels = np.zeros((8, 8, 3), np.float32)
    pixels[1, 2, 0] = 4.0
    pixels[6, 5, 1] = 2.0
    return pixels


def test_scores_are_those_of_the_detector() -> None:
    model, rng = tiny_detector(), np.random.default_rng(0)
    inputs = rng.uniform(0, 5, (5, 8, 8, 3)).astype(np.float32)
    explainer, expected = split_detector(model), score(model, inputs)
    np.testing.assert_allclose(score_inputs(explainer, list(inputs)), expected, atol=1e-6)
    assert explain(explainer, inputs[3]).score == pytest.approx(expected[3], abs=1e-6)


def test_heat_stands_where_the_score_was_moved_and_has_its_sign() -> None:
    """By hand: red pulls towards fake by its value, green against by half as much."""
    heat = explain(split_detector(tiny_detector()), dotted()).heat
    assert heat[1, 2] == pytest.approx(1.0)
    assert heat[6, 5] == pytest.approx(-0.5)
    assert np.count_nonzero(heat) == 2
    turned = explain(split_detector(tiny_detector(towards_fake=-1.0)), dotted()).heat
    np.testing.assert_allclose(turned, -heat, atol=1e-6)


def test_a_certain_score_still_has_a_reason() -> None:
    found = explain(split_detector(tiny_detector(towards_fake=1e4)), dotted())
    assert found.score == 1.0
    assert found.heat[1, 2] == pytest.approx(1.0)


def test_features_are_the_pooled_activations() -> None:
    features = explain(split_detector(tiny_detector()), dotted()).features
    np.testing.assert_allclose(features, [4 / 16, 2 / 16])


def test_nothing_to_see_gives_no_heat() -> None:
    found = explain(split_detector(tiny_detector()), np.zeros((8, 8, 3), np.float32))
    assert not found.heat.any()


def test_a_detector_from_elsewhere_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match=f"layer {LAYER}.*train it here"):
        split_detector(tiny_detector(name="another"))
