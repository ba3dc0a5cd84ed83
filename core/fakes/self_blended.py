"""Self-blended images: a photograph blended with a slightly changed copy of itself.

Written from Shiohara and Yamasaki (2022), "Detecting Deepfakes with Self-Blended Images", CVPR.
What a real swap leaves behind (an edge, a shift, a difference in colour or sharpness between face
and surroundings) is there; another person's face is not. So a detector cannot learn the identity.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.faces.mask import face_hull
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
from core.types import Face, RgbImage

BLEND_RATIOS = (0.25, 0.5, 0.75, 1.0, 1.0, 1.0)
MOST_DRAWS = 10
RGB_SHIFT, CONTRAST, HUE_DEGREES, SATURATION, VALUE = 0.025, 0.12, 8.0, 0.25, 0.12
SHRINK_RANGE, SHARPEN_RANGE = (1.5, 3.5), (0.5, 1.5)

PARAMS = (
    Param("strength", "Strength of the colour changes", 1.0, 0.1, 2.0, "1 is subtle, 2 is plain."),
    Param("resize", "Largest resize", 0.05, 0.0, 0.1, "Of the source, as a fraction of its size."),
    Param(
        "shift", "Largest shift", 0.03, 0.0, 0.1, "Of the source, as a fraction of the face's box."
    ),
    Param(
        "least_change",
        "Least change",
        1.5,
        0.0,
        10.0,
        "Mean grey levels by which the blended region must differ; weaker draws are drawn again.",
    ),
)


def generate(
    parents: Parents, params: Params, seed: int, workdir: Path, progress: Progress
) -> Iterator[Fake]:
    """Yield one self-blended image of each usable parent; see `core.fakes.base.Generate`."""
    settings = complete(params, PARAMS)
    for index in range(len(parents)):
        parent = parents[index]
        fraction, name = (index + 1) / len(parents), parent.checksum[:12]
        reason = why_unusable(parent.face)
        if parent.face is None or reason:
            progress(fraction, f"Skipped {name}: {reason}")
            continue
        yield self_blend(parent, parent.face, settings, np.random.default_rng((seed, index)))
        progress(fraction, f"Blended {name}")


def self_blend(
    parent: Parent, face: Face, settings: dict[str, Any], random: np.random.Generator
) -> Fake:
    """Blend a photograph with a changed copy of itself, drawing again where nothing shows.

    Args:
        parent: The photograph; `face` lies in its pixels.
        face: A usable face.
        settings: A value for every entry of `PARAMS`.
        random: Source of every choice.

    Returns:
        The strongest of up to `MOST_DRAWS` draws, or the first that reaches `least_change`.
    """
    draws: list[Fake] = []
    while len(draws) < MOST_DRAWS:
        draws.append(_draw(parent, face, settings, random))
        if draws[-1].recipe["mean_change"] >= settings["least_change"]:
            break
    return max(draws, key=lambda fake: float(fake.recipe["mean_change"]))


def _draw(
    parent: Parent, face: Face, settings: dict[str, Any], random: np.random.Generator
) -> Fake:
    """Change source or target, deform, mask and blend, once."""
    rows, columns = face_window(parent.pixels.shape, face)
    target, source = parent.pixels, parent.pixels[rows, columns]
    augments_source = bool(random.integers(2))
    if augments_source:
        source, change = _augment(source, settings["strength"], random)
    else:
        target, change = _augment(target, settings["strength"], random)
    face = move(face, -columns.start, -rows.start)
    source, moved = _resize_and_shift(source, face, settings, random)
    mask = face_hull(source.shape, face, random)
    ratio = float(random.choice(BLEND_RATIOS))
    pixels = target.copy()
    pixels[rows, columns] = blend(source, target[rows, columns], mask * ratio)
    recipe = {
        **settings,
        "changed": "source" if augments_source else "target",
        "blend_ratio": ratio,
        "mean_change": _mean_change(pixels[rows, columns], target[rows, columns], mask),
        **change,
        **moved,
    }
    return Fake(pixels, (parent.checksum,), recipe)


def _augment(
    pixels: RgbImage, strength: float, random: np.random.Generator
) -> tuple[RgbImage, dict[str, Any]]:
    """Make the statistical and the frequency inconsistency of the paper's section 3.2."""
    colour = _shift_colour(np.divide(pixels, 255, dtype=np.float32), strength, random)
    frequency = str(random.choice(("none", "sharpen", "downscale")))
    if frequency == "sharpen":
        amount = random.uniform(*SHARPEN_RANGE)
        colour = colour + amount * (colour - cv2.GaussianBlur(colour, (0, 0), 1.0))
    if frequency == "downscale":
        height, width = colour.shape[:2]
        factor = random.uniform(*SHRINK_RANGE)
        small = (max(1, round(width / factor)), max(1, round(height / factor)))
        colour = cv2.resize(colour, small, interpolation=cv2.INTER_AREA)
        colour = cv2.resize(colour, (width, height), interpolation=cv2.INTER_LINEAR)
    return (np.clip(colour, 0, 1) * 255).round().astype(np.uint8), {"frequency": frequency}


def _shift_colour(
    pixels: NDArray[np.float32], strength: float, random: np.random.Generator
) -> NDArray[np.float32]:
    """Shift RGB, brightness, contrast, hue, saturation and value of pixels in 0 to 1."""
    rgb = random.uniform(-RGB_SHIFT, RGB_SHIFT, 3) * strength
    contrast = 1 + random.uniform(-CONTRAST, CONTRAST) * strength
    shifted = np.clip((pixels - 0.5) * contrast + 0.5 + rgb, 0, 1).astype(np.float32)
    hsv = cv2.cvtColor(shifted, cv2.COLOR_RGB2HSV)
    hue, saturation, value = random.uniform(-1, 1, 3) * strength
    hsv[..., 0] = (hsv[..., 0] + hue * HUE_DEGREES) % 360
    hsv[..., 1:] *= np.array([1 + saturation * SATURATION, 1 + value * VALUE])
    np.minimum(hsv, (360, 1, 1), out=hsv)
    recoloured: NDArray[np.float32] = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    return recoloured


def _resize_and_shift(
    source: RgbImage, face: Face, settings: dict[str, Any], random: np.random.Generator
) -> tuple[RgbImage, dict[str, Any]]:
    """Stretch the source about the face's middle and move it a little, so features misalign."""
    size = np.array([face.box.width, face.box.height])
    middle = np.mean(face.landmarks, axis=0)
    scale = 1 + random.uniform(-1, 1, 2) * settings["resize"]
    shift = random.uniform(-1, 1, 2) * settings["shift"] * size
    matrix = np.column_stack([np.diag(scale), (1 - scale) * middle + shift])
    moved: RgbImage = cv2.warpAffine(
        source,
        matrix,
        source.shape[1::-1],
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return moved, {"scale": scale.tolist(), "shift_px": shift.tolist()}


def _mean_change(fake: RgbImage, target: RgbImage, mask: NDArray[np.float32]) -> float:
    """Measure how far, in mean grey levels, the masked region left its surroundings' copy."""
    difference = np.abs(fake.astype(np.float32) - target).mean(axis=2)
    return round(float(np.sum(difference * mask) / max(float(mask.sum()), 1.0)), 3)


SELF_BLENDED = Generator(
    title="Self-blended images",
    description=(
        "Blends each photograph with a slightly recoloured, sharpened or softened, resized and "
        "shifted copy of itself inside a random face outline. No training; "
        "about 12 ms for a photograph of 250 px."
    ),
    limits=(
        "The person stays the same, so nothing about a swapped identity can be learnt. Every "
        "fake is a near-duplicate of its parent. The outline is estimated from five landmarks; "
        "glasses, hands and hair across the face are blended with it. Half of the draws "
        "recolour the whole picture around the face rather than the face."
    ),
    params=PARAMS,
    generate=generate,
    needs_training=False,
    changes_face_only=False,
)
