"""The masked-face GAN: what tells a face apart is masked out, and a small network fills it anew."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from core.errors import InvalidInput
from core.faces.align import align, alignment_matrix
from core.faces.mask import critical_region
from core.fakes.base import (
    Fake,
    Generator,
    Param,
    Params,
    Parent,
    Parents,
    Progress,
    complete,
    why_unusable,
)
from core.fakes.blend import blend, face_window, move
from core.fakes.masked_gan_net import NOISE_SIZE, SIZE_PX, Floats, MaskedGan, hide
from core.types import Face, RgbImage

MARGIN = 0.08
LEAST_CROPS, SHEET_ROWS, SHEET_ZOOM = 8, 8, 2
CROPPED, TRAINED = 0.05, 0.9  # fractions of a job

PARAMS = (
    Param("epochs", "Epochs", 40, 1, 1000, "How often the network sees every photograph."),
    Param("batch_size", "Batch size", 8, 2, 256, "Photographs a training step."),
    Param("learning_rate", "Learning rate", 3e-4, 1e-6, 1e-2, "Of the generator (Adam)."),
    Param(
        "reconstruction_weight",
        "Weight of the reconstruction",
        30.0,
        0.0,
        1000.0,
        "Against the discriminator: higher is smoother and closer to the parent.",
    ),
    Param(
        "most_photographs",
        "Photographs to learn from",
        2000,
        LEAST_CROPS,
        20_000,
        "A random part of the parents, where there are more; fakes are made of all.",
    ),
)


def generate(
    parents: Parents, params: Params, seed: int, workdir: Path, progress: Progress
) -> Iterator[Fake]:
    """Train on the parents, then yield one fake of each; see `core.fakes.base.Generate`.

    Keeps `workdir/checkpoint` and `workdir/samples/epoch_NNN.jpg` after every epoch, and goes on
    from there when it is called again with the same arguments.

    Raises:
        InvalidInput: On the first step, if fewer than 8 photographs have a usable face.
    """
    settings = complete(params, PARAMS)
    crops, masks = _training_set(parents, settings["most_photographs"], seed, progress)
    gan = MaskedGan(
        workdir / "checkpoint",
        seed,
        settings["learning_rate"],
        settings["reconstruction_weight"],
    )
    _train(gan, crops, masks, settings, workdir / "samples", seed, progress)
    for index in range(len(parents)):
        parent = parents[index]
        fraction, name = TRAINED + (1 - TRAINED) * (index + 1) / len(parents), parent.checksum[:12]
        if parent.face is None or why_unusable(parent.face):
            progress(fraction, f"Skipped {name}: {why_unusable(parent.face)}")
            continue
        yield _refill(gan, parent, parent.face, settings, (seed, index))
        progress(fraction, f"Filled {name}")


def _training_set(
    parents: Parents, most: int, seed: int, progress: Progress
) -> tuple[Floats, Floats]:
    """Cut up to `most` aligned faces, chosen at random, with their masks."""
    pairs: list[tuple[Floats, Floats]] = []
    for index in np.random.default_rng(seed).permutation(len(parents)):
        parent = parents[int(index)]
        if parent.face is not None and not why_unusable(parent.face):
            pairs.append(_crop_and_mask(parent.pixels, parent.face))
        if len(pairs) == most:
            break
    if len(pairs) < LEAST_CROPS:
        raise InvalidInput(
            f"Expected at least {LEAST_CROPS} photographs with a usable face to learn from. "
            f"Received {len(pairs)}: choose more, or larger, photographs."
        )
    progress(CROPPED, f"Learning from {len(pairs)} of {len(parents)} photographs")
    crops, masks = zip(*pairs, strict=True)
    return np.stack(crops), np.stack(masks)


def _crop_and_mask(pixels: RgbImage, face: Face) -> tuple[Floats, Floats]:
    """Return the aligned face, (64, 64, 3) in -1 to 1, and its mask, (64, 64, 1) in 0 to 1."""
    matrix = alignment_matrix(face, SIZE_PX, MARGIN)
    points = np.array(face.landmarks) @ matrix[:, :2].T + matrix[:, 2]
    aligned = Face(face.box, tuple((x, y) for x, y in points.tolist()), face.confidence)
    crop = align(pixels, face, SIZE_PX, MARGIN)
    mask = critical_region(crop.shape, aligned)
    return np.divide(crop, 127.5, dtype=np.float32) - 1, mask[..., None]


def _train(
    gan: MaskedGan,
    crops: Floats,
    masks: Floats,
    settings: dict[str, Any],
    samples: Path,
    seed: int,
    progress: Progress,
) -> None:
    """Train the epochs that are still missing; each leaves a sample sheet, then a checkpoint."""
    samples.mkdir(exist_ok=True)
    n_epochs, batch_size = settings["epochs"], min(settings["batch_size"], len(crops))
    for epoch in range(gan.n_epochs + 1, n_epochs + 1):
        started = time.perf_counter()
        losses = gan.train_epoch(crops, masks, batch_size)
        seconds = time.perf_counter() - started
        sheet = _sample_sheet(gan, crops[:SHEET_ROWS], masks[:SHEET_ROWS], seed)
        _write_jpeg(sheet, samples / f"epoch_{epoch:03d}.jpg")
        gan.save()
        told = ", ".join(f"{name} {loss:.3f}" for name, loss in losses.items())
        fraction = CROPPED + (TRAINED - CROPPED) * epoch / n_epochs
        progress(fraction, f"Epoch {epoch} of {n_epochs}: {told}, {seconds:.1f} s")


def _sample_sheet(gan: MaskedGan, crops: Floats, masks: Floats, seed: int) -> RgbImage:
    """Draw one row a face: original, masked, filled, composited."""
    noise = np.random.default_rng(seed).standard_normal((len(crops), NOISE_SIZE), np.float32)
    filled = gan.fill(crops, masks, noise)
    completed = filled * masks + crops * (1 - masks)
    grid = np.stack([crops, hide(crops, masks), filled, completed], axis=1)
    rows, columns = grid.shape[:2]
    sheet = grid.transpose(0, 2, 1, 3, 4).reshape(rows * SIZE_PX, columns * SIZE_PX, 3)
    large = sheet.repeat(SHEET_ZOOM, axis=0).repeat(SHEET_ZOOM, axis=1)
    rounded: RgbImage = _to_pixels(large).round().astype(np.uint8)
    return rounded


def _write_jpeg(pixels: RgbImage, path: Path) -> None:
    """Write a file that is never seen half-written."""
    partial = path.with_suffix(".part")
    Image.fromarray(pixels).save(partial, "JPEG", quality=92)
    partial.replace(path)


def _refill(
    gan: MaskedGan, parent: Parent, face: Face, settings: dict[str, Any], seed: tuple[int, int]
) -> Fake:
    """Fill one face anew and put it back into its photograph, inside the soft mask only."""
    crop, mask = _crop_and_mask(parent.pixels, face)
    noise = np.random.default_rng(seed).standard_normal((1, NOISE_SIZE), np.float32)
    filled = _to_pixels(gan.fill(crop[None], mask[None], noise)[0])
    rows, columns = face_window(parent.pixels.shape, face)
    target, face = parent.pixels[rows, columns], move(face, -columns.start, -rows.start)
    source: Floats = cv2.warpAffine(
        filled,
        alignment_matrix(face, SIZE_PX, MARGIN),
        target.shape[1::-1],
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    weights = critical_region(target.shape, face)
    source, offset = _match_colour(source, target, weights)
    pixels = parent.pixels.copy()
    pixels[rows, columns] = blend(source, target, weights)
    recipe = {**settings, "size_px": SIZE_PX, "noise_seed": list(seed), "colour_offset": offset}
    return Fake(pixels, (parent.checksum,), recipe)


def _match_colour(source: Floats, target: RgbImage, weights: Floats) -> tuple[Floats, list[float]]:
    """Shift the source so that its mean along the mask's soft edge equals the target's."""
    edge = weights * (1 - weights)
    difference = (target - source) * edge[..., None]
    offset = difference.sum(axis=(0, 1)) / max(float(edge.sum()), 1e-6)
    return source + offset.astype(np.float32), np.round(offset, 2).tolist()


def _to_pixels(values: Floats) -> Floats:
    """Turn -1 to 1 into 0 to 255."""
    pixels: Floats = np.clip((values + 1) * np.float32(127.5), 0, 255)
    return pixels


MASKED_GAN = Generator(
    title="Masked-face GAN",
    description=(
        "Masks out brows, eyes, nose, mouth and chin of each photograph, trains a small network "
        "on your photographs to fill the hole, and puts what it paints back into the original."
    ),
    limits=(
        "The network paints 64 x 64 pixels of aligned face; in a larger photograph the new face is "
        "softer than its surroundings, which a person sees at once. A few hundred photographs "
        "give plain faces with smeared eyes and mouths; turned heads come out worst, and glasses "
        "or a hand across the face are painted over. A face recogniser still takes most fakes for "
        "their parent. Pixels outside the mask are the photograph's own."
    ),
    params=PARAMS,
    generate=generate,
    needs_training=True,
    changes_face_only=True,
)
