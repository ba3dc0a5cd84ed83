"""Backgrounds far out of focus: rooms, windows, leaves and street lights."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from faces_renderer.arrays import Floats
from faces_renderer.person import linear
from faces_renderer.skin import noise

STUDIO_TONES = (
    (0.52, 0.53, 0.54), (0.36, 0.38, 0.41), (0.62, 0.59, 0.55), (0.42, 0.44, 0.42),
    (0.76, 0.76, 0.75), (0.70, 0.69, 0.66), (0.40, 0.36, 0.34),
)  # fmt: skip


def backdrop(name: str, rng: Generator, width: int, height: int) -> Floats:
    """Return a (height, width, 3) blurred background in linear RGB.

    It is painted small and enlarged, since nothing in it is sharp.
    """
    small = BACKDROPS[name](rng, np.zeros((120, 160, 3), np.float32))
    small = small * np.float32(rng.uniform(1.0, 1.6))
    picture = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(picture, 0, 4), np.float32)


def _blurred(picture: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def _gradient(picture: Floats, top: Floats, bottom: Floats, rng: Generator) -> Floats:
    height, width = picture.shape[:2]
    tilt = rng.uniform(-0.5, 0.5)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    part = np.clip(y + tilt * (x - 0.5), 0, 1)[..., None]
    return np.asarray(top * (1 - part) + bottom * part, np.float32)


def _discs(
    picture: Floats, rng: Generator, count: int, colours: list[Floats], power: tuple[float, float]
) -> Floats:
    """Add out-of-focus points of light, each the disc of the lens's opening."""
    height, width = picture.shape[:2]
    for _ in range(count):
        layer = np.zeros((height, width), np.float32)
        centre = (int(rng.uniform(0, width) * 8), int(rng.beta(1.3, 1.6) * height * 8))
        cv2.circle(layer, centre, int(rng.uniform(3, 9) * 8), 1.0, -1, cv2.LINE_AA, 3)
        layer = cv2.GaussianBlur(layer, (0, 0), 0.9)
        colour = colours[rng.integers(len(colours))]
        picture = picture + layer[..., None] * colour * np.float32(rng.uniform(*power))
    return picture


def _studio(rng: Generator, picture: Floats) -> Floats:
    tone = linear(STUDIO_TONES[rng.integers(len(STUDIO_TONES))])
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    spot = ((x - width * rng.uniform(0.3, 0.7)) / width) ** 2 + ((y - height * 0.45) / height) ** 2
    glow = 0.65 + 0.6 * np.exp(-spot / 0.12)
    cloud = 1 + 0.05 * noise(rng, height, width, 40)
    return np.asarray(tone * (glow * cloud)[..., None], np.float32)


def _window(rng: Generator, picture: Floats) -> Floats:
    wall = linear((0.50, 0.47, 0.43)) * np.float32(rng.uniform(0.5, 1.0))
    picture = _gradient(picture, wall, wall * np.float32(0.6), rng)
    height, width = picture.shape[:2]
    left = int(rng.choice([rng.uniform(-0.05, 0.15), rng.uniform(0.6, 0.8)]) * width)
    light = linear((0.86, 0.90, 0.93)) * np.float32(rng.uniform(0.8, 1.3))
    for pane in range(2):
        x = left + pane * 24
        cv2.rectangle(
            picture, (x, int(0.05 * height)), (x + 20, int(0.75 * height)), light.tolist(), -1
        )
    return _blurred(picture, float(rng.uniform(4, 7)))


def _foliage(rng: Generator, picture: Floats) -> Floats:
    height, width = picture.shape[:2]
    dark, light = linear((0.20, 0.25, 0.19)), linear((0.50, 0.55, 0.42))
    part = 0.5 + 0.28 * noise(rng, height, width, 26) + 0.2 * noise(rng, height, width, 11)
    y = np.linspace(0.3, -0.25, height, dtype=np.float32)[:, None]
    part = np.clip(part + y, 0, 1)[..., None]
    picture = cv2.GaussianBlur(
        np.asarray(dark * (1 - part) + light * part, np.float32), (0, 0), 3.5
    )
    return _discs(
        picture, rng, 22, [linear((0.72, 0.76, 0.62)), linear((0.8, 0.8, 0.74))], (0.05, 0.28)
    )


def _street(rng: Generator, picture: Floats) -> Floats:
    picture = _gradient(picture, linear((0.30, 0.32, 0.36)), linear((0.22, 0.21, 0.21)), rng)
    height, width = picture.shape[:2]
    patches = np.clip(noise(rng, height, width, 30), 0, 2)[..., None]
    picture = picture + linear((0.23, 0.22, 0.21)) * patches
    picture = _blurred(picture, 6)
    lamps = [linear((0.95, 0.80, 0.58)), linear((0.9, 0.87, 0.8)), linear((0.62, 0.72, 0.82))]
    return _discs(picture, rng, 18, lamps, (0.1, 0.45))


def _wall(rng: Generator, picture: Floats) -> Floats:
    tone = linear([(0.66, 0.63, 0.58), (0.55, 0.58, 0.60), (0.60, 0.55, 0.52), (0.52, 0.55, 0.50)][
        rng.integers(4)])  # fmt: skip
    picture = _gradient(picture, tone * np.float32(1.15), tone * np.float32(0.6), rng)
    height, width = picture.shape[:2]
    slope, start = rng.uniform(-0.6, 0.6), rng.uniform(0.2, 0.8)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    shade = 1 / (1 + np.exp(-(x - start + slope * (y - 0.5)) * 14))
    return np.asarray(picture * (0.62 + 0.38 * shade)[..., None], np.float32)


def _shelf(rng: Generator, picture: Floats) -> Floats:
    picture = _gradient(picture, linear((0.38, 0.33, 0.29)), linear((0.28, 0.24, 0.22)), rng)
    height, width = picture.shape[:2]
    spines = [
        (0.5, 0.42, 0.35),
        (0.36, 0.40, 0.42),
        (0.45, 0.32, 0.28),
        (0.6, 0.57, 0.5),
        (0.3, 0.33, 0.3),
    ]
    for row in range(-10, height, int(rng.integers(34, 46))):
        x = 0
        while x < width:
            thick, tall = int(rng.integers(4, 12)), int(rng.integers(20, 32))
            colour = linear(spines[rng.integers(len(spines))]) * np.float32(rng.uniform(0.5, 1.2))
            cv2.rectangle(picture, (x, row + 33 - tall), (x + thick, row + 33), colour.tolist(), -1)
            x += thick + int(rng.integers(0, 3))
    return _blurred(picture, float(rng.uniform(4, 5.5)))


def _dusk(rng: Generator, picture: Floats) -> Floats:
    picture = _gradient(picture, linear((0.52, 0.56, 0.63)), linear((0.70, 0.62, 0.56)), rng)
    height, width = picture.shape[:2]
    ridge = height * (0.62 + 0.08 * noise(rng, 1, width, 40)[0])
    land = np.arange(height)[:, None] > ridge[None]
    picture = np.where(land[..., None], linear((0.30, 0.31, 0.30)), picture).astype(np.float32)
    return _blurred(picture, 7)


BACKDROPS: dict[str, Callable[[Generator, Floats], Floats]] = {
    "studio": _studio,
    "window": _window,
    "foliage": _foliage,
    "street": _street,
    "wall": _wall,
    "shelf": _shelf,
    "dusk": _dusk,
}
