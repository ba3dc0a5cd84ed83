"""Heads: what is trained on top of a frozen trunk."""

from typing import Literal, get_args

from core.detectors.backbones import N_CLASSES, Backbone, KerasModel
from core.errors import InvalidInput

Pooling = Literal["average", "flatten"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)
FEATURE_SHAPE = (7, 7, 512)


def build_head(
    pooling: Pooling, hidden_units: int, dropout: float, seed: int, l2: float = 0.0
) -> KerasModel:
    """Build an untrained classifier of cached features.

    Args:
        pooling: "average" keeps 512 numbers an image, "flatten" all 25,088.
        hidden_units: Width of a hidden ReLU layer; 0 for none.
        dropout: Fraction in [0, 1) of the inputs of every dense layer that training drops.
        seed: Of the initial weights and of dropout.
        l2: Weight decay of the dense layers.

    Returns:
        Keras model from (n, 7, 7, 512) to (n, 2) softmax: genuine, fake.
    """
    import keras

    if pooling not in POOLINGS:
        raise InvalidInput(f"Expected pooling to be one of {POOLINGS}. Received: {pooling!r}.")
    pool = {"average": keras.layers.GlobalAveragePooling2D, "flatten": keras.layers.Flatten}

    def dense(units: int, activation: str, offset: int) -> list[KerasModel]:
        return [
            keras.layers.Dropout(dropout, seed=seed + offset),
            keras.layers.Dense(
                units,
                activation=activation,
                kernel_initializer=keras.initializers.GlorotUniform(seed=seed + offset),
                kernel_regularizer=keras.regularizers.L2(l2),
            ),
        ]

    layers = [keras.Input(FEATURE_SHAPE, name="features"), pool[pooling]()]
    layers += [
        keras.layers.BatchNormalization()
    ]  # features reach thousands: bring them to unit scale
    if hidden_units:
        layers += dense(hidden_units, "relu", offset=0)
    layers += dense(N_CLASSES, "softmax", offset=1)
    return keras.Sequential(layers, name="head")


def assemble(backbone: Backbone, head: KerasModel) -> KerasModel:
    """Join trunk and head into one detector.

    The layers are joined flat, so that "block5_conv3" can be looked up by name.

    Returns:
        Keras model from (n, 224, 224, 3) RGB of 0 to 255 to (n, 2) softmax: genuine, fake.
    """
    import keras

    tensor = backbone.model.output
    for layer in head.layers:
        tensor = layer(tensor)
    return keras.Model(backbone.model.input, tensor, name="detector")
