"""A made corpus of JPEGs: pictures with the size and the weight of photographs, and copies."""

import io
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from core.types import RgbImage

N_FILES = 5000
COPY_SHARE = 0.1
"""Of byte copies, and again of near-copies; the rest are pictures of their own."""

_DETAIL_SIDE_PX = 640
_DETAIL_SPREAD = 2.6
"""Standard deviation of the finest detail: with it a file weighs about 37 kB."""


def make_corpus(folder: Path, n_files: int = N_FILES, seed: int = 7) -> list[Path]:
    """Write pictures, byte copies of some, and re-saved or resized copies of as many others.

    Args:
        folder: Filled with `picture_*.jpg`, `copy_*.jpg` and `near_*.jpg`.
        n_files: In all; at least 10.
        seed: The same seed gives the same bytes.

    Returns:
        The paths, sorted.
    """
    generator = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    n_copies = int(n_files * COPY_SHARE)
    detail = generator.normal(0, _DETAIL_SPREAD, (2 * _DETAIL_SIDE_PX,) * 2)
    originals = [folder / f"picture_{i:05d}.jpg" for i in range(n_files - 2 * n_copies)]
    for path in originals:
        Image.fromarray(_picture(generator, detail)).save(path, "JPEG", quality=90)
    for i in range(n_copies):
        shutil.copyfile(originals[i], folder / f"copy_{i:05d}.jpg")
        near = _near_copy(originals[-1 - i], is_resized=bool(i % 2))
        (folder / f"near_{i:05d}.jpg").write_bytes(near)
    return sorted(folder.glob("*.jpg"))


def _picture(generator: np.random.Generator, detail: np.ndarray) -> RgbImage:
    """Return 250 to 640 px a side of smooth colour, coarser texture and fine detail."""
    width_px, height_px = (int(side) for side in generator.integers(250, 641, 2))
    pixels = np.zeros((height_px, width_px, 3), np.float32)
    for cells, spread in ((4, 70), (12, 30), (48, 14)):
        noise = generator.normal(0, spread, (cells, cells, 3))
        pixels += np.stack([_enlarged(noise[:, :, c], width_px, height_px) for c in range(3)], 2)
    top, left = generator.integers(0, _DETAIL_SIDE_PX, 2)
    pixels += detail[top : top + height_px, left : left + width_px, None]
    return np.clip(pixels + 127, 0, 255).astype(np.uint8)


def _enlarged(noise: np.ndarray, width_px: int, height_px: int) -> np.ndarray:
    image = Image.fromarray(noise.astype(np.float32))
    return np.asarray(image.resize((width_px, height_px), Image.Resampling.BICUBIC))


def _near_copy(path: Path, is_resized: bool) -> bytes:
    buffer = io.BytesIO()
    with Image.open(path) as image:
        size = (int(image.width * 0.8), int(image.height * 0.8)) if is_resized else image.size
        image.resize(size, Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=75)
    return buffer.getvalue()
