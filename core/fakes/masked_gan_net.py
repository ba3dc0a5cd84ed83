"""The networks of the masked-face GAN and their training, resumable at every epoch.

A generator fills the masked part of a face from what is around it; a discriminator judges the
completed face. After Goodfellow et al. (2014), with the U-Net of Ronneberger et al. (2015), the
hinge loss and spectral normalisation of Miyato et al. (2018), and the reconstruction loss that
Pathak et al. (2016), "Context encoders", use for filling holes.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIZE_PX, NOISE_SIZE, GROUPS = 64, 32, 8
GENERATOR_CHANNELS, DISCRIMINATOR_CHANNELS = (24, 48, 96, 160), (32, 64, 128, 128)
COLOUR_JITTER = 0.08
DISCRIMINATOR_HASTE = 2.0  # two time scales: Heusel et al. (2017)
PAINTER_MEMORY = 0.995  # what fills the faces is a moving average: Yazici et al. (2019)


class MaskedGan:
    """Generator, discriminator and their optimisers, kept in a checkpoint folder.

    Attributes:
        n_epochs: How many epochs the weights have seen, counting those before a restart.
    """

    def __init__(
        self, folder: Path, seed: int, learning_rate: float, reconstruction_weight: float
    ) -> None:
        """Build the networks, or restore the last checkpoint in `folder`."""
        import keras
        import tensorflow as tf

        keras.utils.set_random_seed(seed)
        self._seed = seed
        generator, painter, discriminator = (
            build_generator(),
            build_generator(),
            build_discriminator(),
        )
        optimizers = [
            keras.optimizers.Adam(learning_rate, beta_1=0.5),
            keras.optimizers.Adam(learning_rate * DISCRIMINATOR_HASTE, beta_1=0.5),
        ]
        optimizers[0].build(generator.trainable_variables)
        optimizers[1].build(discriminator.trainable_variables)
        self._epoch = tf.Variable(0, dtype=tf.int64)
        self._step = _train_step(
            (generator, painter, discriminator), optimizers, reconstruction_weight
        )
        state = tf.train.Checkpoint(
            generator=generator,
            painter=painter,
            discriminator=discriminator,
            generator_optimizer=optimizers[0],
            discriminator_optimizer=optimizers[1],
            epoch=self._epoch,
        )
        self._paint = tf.function(painter)
        self._manager = tf.train.CheckpointManager(state, str(folder), max_to_keep=1)
        if self._manager.latest_checkpoint:
            state.restore(self._manager.latest_checkpoint).assert_consumed()

    @property
    def n_epochs(self) -> int:
        """Epochs trained so far."""
        return int(self._epoch.numpy())

    def train_epoch(self, crops: Floats, masks: Floats, batch_size: int) -> dict[str, float]:
        """Train on every crop once, in an order of this epoch's own; not yet saved.

        Args:
            crops: (n, 64, 64, 3) aligned faces in -1 to 1.
            masks: (n, 64, 64, 1) soft masks in 0 to 1.
            batch_size: At most n; a last, smaller batch is left out.

        Returns:
            Mean losses: "generator", "discriminator" and "reconstruction".
        """
        # Randomness depends on seed and epoch alone, so that a resumed run repeats a straight one.
        random = np.random.default_rng((self._seed, self.n_epochs))
        order = random.permutation(len(crops))
        losses = [
            self._step(*_augmented(crops[batch], masks[batch], random))
            for batch in order[: len(order) // batch_size * batch_size].reshape(-1, batch_size)
        ]
        self._epoch.assign_add(1)
        return {name: float(np.mean([loss[name] for loss in losses])) for name in losses[0]}

    def save(self) -> None:
        """Write the checkpoint of the epochs trained so far, replacing the last one."""
        self._manager.save(checkpoint_number=self.n_epochs)

    def fill(self, crops: Floats, masks: Floats, noise: Floats) -> Floats:
        """Return what the generator paints for each crop, (n, 64, 64, 3), about -1 to 1."""
        filled: Floats = self._paint([hide(crops, masks), masks, noise], training=False).numpy()
        return filled


def hide(crops: Floats, masks: Floats) -> Floats:
    """Paint each hole in the one colour that surrounds it, so that the skin is roughly known.

    Args:
        crops: (n, 64, 64, 3) faces.
        masks: (n, 64, 64, 1) soft masks in 0 to 1.

    Returns:
        (n, 64, 64, 3) with nothing of the crop left where its mask is 1.
    """
    edges = masks * (1 - masks)
    colours = (crops * edges).sum((1, 2), keepdims=True) / (edges.sum((1, 2), keepdims=True) + 1e-6)
    hidden: Floats = crops * (1 - masks) + colours * masks
    return hidden


def build_generator() -> Any:
    """Build the U-Net: (hidden face, mask, noise) to what is added to it, 64 x 64 x 3."""
    import keras
    from keras import layers

    hidden = keras.Input((SIZE_PX, SIZE_PX, 3))
    mask = keras.Input((SIZE_PX, SIZE_PX, 1))
    noise = keras.Input((NOISE_SIZE,))
    first, *deeper = GENERATOR_CHANNELS
    skips = [_block(layers.Concatenate()([hidden, mask]), first, kernel=5)]
    for channels in deeper:
        skips.append(_block(skips[-1], channels, stride=2))
    spread = layers.Dense(skips[-1].shape[1] ** 2 * GROUPS)(noise)
    spread = layers.Reshape((*skips[-1].shape[1:3], GROUPS))(spread)
    x = layers.Concatenate()([skips.pop(), spread])
    for dilation in (1, 2, 4):  # the receptive field must span the hole
        x = _block(x, deeper[-1], dilation=dilation)
    while skips:
        skip = skips.pop()
        x = layers.Concatenate()([layers.UpSampling2D(interpolation="bilinear")(x), skip])
        x = _block(x, skip.shape[-1])
    features = layers.Conv2D(3, 3, padding="same", activation="tanh")(x)
    return keras.Model([hidden, mask, noise], layers.Add()([hidden, features]))


def build_discriminator() -> Any:
    """Build the judge: (completed face, mask) to a 4 x 4 map, positive where it looks real."""
    import keras
    from keras import layers

    face = keras.Input((SIZE_PX, SIZE_PX, 3))
    mask = keras.Input((SIZE_PX, SIZE_PX, 1))
    x = layers.Concatenate()([face, mask])
    for channels in DISCRIMINATOR_CHANNELS:
        convolution = layers.Conv2D(channels, 4, strides=2, padding="same")
        x = layers.LeakyReLU(0.2)(layers.SpectralNormalization(convolution)(x))
    verdict = layers.Conv2D(1, 3, padding="same")(x)  # bounded too, it would whisper
    return keras.Model([face, mask], verdict)


def _block(x: Any, channels: int, kernel: int = 3, stride: int = 1, dilation: int = 1) -> Any:
    """Convolve, normalise, activate."""
    from keras import layers

    x = layers.Conv2D(channels, kernel, stride, padding="same", dilation_rate=dilation)(x)
    return layers.LeakyReLU(0.2)(layers.GroupNormalization(GROUPS)(x))


def _train_step(
    networks: tuple[Any, Any, Any], optimizers: list[Any], reconstruction_weight: float
) -> Any:
    """Compile one step of generator, painter (its moving average) and discriminator."""
    import tensorflow as tf

    generator, painter, discriminator = networks

    @tf.function  # type: ignore[untyped-decorator]
    def step(crops: Any, masks: Any, hidden: Any, noise: Any) -> dict[str, Any]:
        with tf.GradientTape() as of_generator, tf.GradientTape() as of_discriminator:
            filled = generator([hidden, masks, noise], training=True)
            completed = filled * masks + crops * (1 - masks)
            on_real = discriminator([crops, masks], training=True)
            on_fake = discriminator([tf.stop_gradient(completed), masks], training=True)
            judging = tf.reduce_mean(tf.nn.relu(1 - on_real)) + tf.reduce_mean(
                tf.nn.relu(1 + on_fake)
            )
            error = tf.reduce_sum(tf.abs(filled - crops) * masks) / (3 * tf.reduce_sum(masks))
            fooling = -tf.reduce_mean(discriminator([completed, masks], training=False))
            making = fooling + reconstruction_weight * error
        for tape, loss, network, optimizer in (
            (of_generator, making, generator, optimizers[0]),
            (of_discriminator, judging, discriminator, optimizers[1]),
        ):
            variables = network.trainable_variables
            optimizer.apply(tape.gradient(loss, variables), variables)
        n_steps = tf.cast(optimizers[0].iterations, tf.float32)
        keep = tf.minimum(PAINTER_MEMORY, n_steps / (n_steps + 10))  # forget the first weights fast
        for average, weight in zip(painter.variables, generator.variables, strict=True):
            average.assign(keep * average + (1 - keep) * weight)
        return {"generator": making, "discriminator": judging, "reconstruction": error}

    return step


def _augmented(
    crops: Floats, masks: Floats, random: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """Mirror half of a batch, recolour all of it a little, hide the holes and draw the noise."""
    mirrors = random.random((len(crops), 1, 1, 1)) < 0.5
    crops, masks = (np.where(mirrors, a[:, :, ::-1], a) for a in (crops, masks))
    gain = 1 + random.uniform(-COLOUR_JITTER, COLOUR_JITTER, (len(crops), 1, 1, 3))
    noise = random.standard_normal((len(crops), NOISE_SIZE))
    crops = np.clip((crops + 1) * gain - 1, -1, 1).astype(np.float32)
    return crops, masks, hide(crops, masks), noise.astype(np.float32)
