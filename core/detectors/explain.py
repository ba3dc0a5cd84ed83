"""Explain: which parts of its input moved a detector's score, and in which direction."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.detectors.backbones import KerasModel
from core.detectors.detector import Pixels
from core.detectors.quiet import third_party_noise_off
from core.errors import InvalidInput

LAYER = "block5_conv3"
"""The last convolution: coarse, but the last place that still knows where something was."""


@dataclass(frozen=True)
class Explainer:
    """A detector cut in two behind its last convolution.

    Attributes:
        trunk: From (n, 224, 224, 3) RGB of 0 to 255 to (n, 14, 14, 512) activations.
        head: From activations to the inputs of the last layer.
        last: The last layer, a softmax over genuine and fake.
    """

    trunk: KerasModel
    head: KerasModel
    last: KerasModel


@dataclass(frozen=True)
class Explanation:
    """The score of an input, and why it has this one.

    Attributes:
        score: Probability that it is fake.
        heat: (14, 14): above 0 where it moved the score towards fake, below 0 where towards
            genuine; 1 or -1 at the strongest place, all 0 where nothing moved it.
        features: (512,) what the trunk hands to the head, averaged over places.
    """

    score: float
    heat: NDArray[np.float32]
    features: NDArray[np.float32]


@third_party_noise_off()
def split_detector(detector: KerasModel) -> Explainer:
    """Cut a detector behind its last convolution; the weights are shared, not copied.

    Args:
        detector: As `core.detectors.heads.assemble` joins it: flat, with a softmax at its end.

    Raises:
        InvalidInput: If it has no layer of that name, so that it was not built here.
    """
    import keras

    names = [layer.name for layer in detector.layers]
    if LAYER not in names:
        raise InvalidInput(
            f"Expected a detector with a layer {LAYER}. Received one with "
            f"{', '.join(names[-3:])} at its end: train it here."
        )
    at = names.index(LAYER)
    activations = detector.layers[at].output
    start = tensor = keras.Input(activations.shape[1:], name="activations")
    for layer in detector.layers[at + 1 : -1]:
        tensor = layer(tensor)
    trunk = keras.Model(detector.input, activations, name="trunk")
    return Explainer(trunk, keras.Model(start, tensor, name="head"), detector.layers[-1])


@third_party_noise_off()
def explain(explainer: Explainer, pixels: Pixels) -> Explanation:
    """Score an input in one pass, and say what moved its score.

    The class score of Grad-CAM is the log-odds of fake, taken before the softmax: where that is
    certain, its own gradient vanishes. One signed map then serves both classes, as what speaks for
    genuine is what speaks against fake.

    Args:
        explainer: The detector.
        pixels: (224, 224, 3) RGB of 0 to 255.

    Reference: Selvaraju et al. (2017), "Grad-CAM: visual explanations from deep networks via
    gradient-based localization".
    """
    import tensorflow as tf

    activations = explainer.trunk(pixels[np.newaxis], training=False)
    with tf.GradientTape() as tape:
        tape.watch(activations)
        odds = _log_odds(explainer, activations)
    weights = tf.reduce_mean(tape.gradient(odds, activations), axis=(1, 2), keepdims=True)
    heat = np.asarray(tf.reduce_sum(weights * activations, axis=-1))[0]
    strongest = max(float(np.abs(heat).max()), np.finfo(np.float32).tiny)
    pooled = tf.nn.max_pool2d(activations, 2, 2, "VALID")  # block5_pool, which ends the trunk
    features = np.asarray(pooled).mean(axis=(0, 1, 2))
    return Explanation(float(_probabilities(odds)[0]), heat / strongest, features)


@third_party_noise_off()
def score_inputs(explainer: Explainer, inputs: Sequence[Pixels]) -> NDArray[np.float64]:
    """Return the probability (n,) that each of n inputs (224, 224, 3), at least one, is fake."""
    activations = explainer.trunk(np.stack(inputs), training=False)
    return _probabilities(_log_odds(explainer, activations))


def _probabilities(odds: KerasModel) -> NDArray[np.float64]:
    probabilities: NDArray[np.float64] = 1 / (1 + np.exp(-np.asarray(odds, np.float64)))
    return probabilities


def _log_odds(explainer: Explainer, activations: KerasModel) -> KerasModel:
    """Return (n,) logarithms of the odds of fake against genuine."""
    logits = explainer.head(activations, training=False) @ explainer.last.kernel
    logits += explainer.last.bias
    return logits[:, 1] - logits[:, 0]
