"""A trained detector: score with it, save it, load it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.detectors.backbones import N_CLASSES, UNREADABLE, Backbone, KerasModel
from core.detectors.heads import assemble
from core.detectors.quiet import third_party_noise_off
from core.errors import InvalidInput, NotFound

BATCH = 16  # VGG16 holds 25 MB an image

Features = NDArray[np.float16] | NDArray[np.float32]
Pixels = NDArray[np.uint8] | NDArray[np.float32]


@third_party_noise_off()
def score(
    model: KerasModel, inputs: Features | Pixels, batch_size: int = BATCH
) -> NDArray[np.float64]:
    """Ask a detector or a head how likely every input is fake.

    Args:
        model: A detector, or a head alone.
        inputs: (n, 224, 224, 3) RGB of 0 to 255 for a detector, (n, 7, 7, 512) for a head.
        batch_size: Inputs held as floats at once; a head alone can take hundreds.

    Returns:
        (n,) probabilities that the image is fake.
    """
    starts = range(0, len(inputs), batch_size)
    # Called, not `predict`: that compiles anew for every model and size of batch.
    batches = [np.asarray(model(inputs[i : i + batch_size], training=False)) for i in starts]
    return np.concatenate([np.zeros((0, N_CLASSES)), *batches])[:, 1].astype(np.float64)


@third_party_noise_off()
def export_detector(backbone: Backbone, workdir: Path) -> tuple[Path, Path]:
    """Join the best head of a training with its trunk, in HDF5 and in Keras' own format.

    Returns:
        `workdir`/detector.h5 and `workdir`/detector.keras; each appears whole or not at all.

    Raises:
        NotFound: If the training has no checkpoint yet.
    """
    detector = assemble(backbone, load_detector(workdir / "best.keras"))
    paths = (workdir / "detector.h5", workdir / "detector.keras")
    for path in paths:
        partial = path.with_name(f"partial-{path.name}")
        detector.save(partial)
        partial.replace(path)
    return paths


@third_party_noise_off()
def load_detector(path: Path) -> KerasModel:
    """Load a detector, or a head, that was saved in either format.

    Raises:
        NotFound: If there is no such file.
        InvalidInput: If it is not a Keras model.
    """
    import keras

    if not path.is_file():
        raise NotFound(f"Expected a trained model at {path}. Received: no file. Train one first.")
    try:
        return keras.models.load_model(path, compile=False)
    except UNREADABLE as error:
        raise InvalidInput(f"Expected a Keras model in {path}. Received: {error}") from error
