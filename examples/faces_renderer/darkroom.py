"""Turn light into a photograph: focus, exposure, tone and grain."""

from __future__ import annotations

import cv2
import numpy as np

from faces_renderer.arrays import Bytes, Floats, floats
from faces_renderer.geometry import Geometry
from faces_renderer.person import Person
from faces_renderer.raster import FAR
from faces_renderer.shot import Shot
from faces_renderer.skin import smooth_step


def develop(
    person: Person,
    shot: Shot,
    light: Floats,
    depth: Floats,
    geometry: Geometry,
    size: tuple[int, int],
) -> Bytes:
    """Focus, shrink, expose, tone and grain the light into 8-bit RGB."""
    rng = np.random.default_rng([shot.seed, 12])
    picture = cv2.resize(np.minimum(light, 4), size, interpolation=cv2.INTER_AREA)
    distance = cv2.resize(np.where(depth <= FAR, -4, depth), size, interpolation=cv2.INTER_AREA)
    behind = smooth_step(0.9, 2.2, geometry.face[2] - distance) * (distance > -3.5)
    picture += (cv2.GaussianBlur(picture, (0, 0), 1.6) - picture) * behind[..., None]
    arriving = shot.key_colour * 0.62 + shot.sky_colour * 0.55
    reflected = float((person.skin * arriving).mean())
    incident = float(arriving.mean())
    gain = 1.12 * 2**shot.exposure / incident * (0.30 / (reflected / incident)) ** 0.42
    picture = picture * np.float32(gain) * floats([1 + shot.warmth, 1, 1 - 1.3 * shot.warmth])
    picture = picture * _vignette(size)[..., None]
    picture = _tone(picture)
    grey = picture.mean(axis=2, keepdims=True)
    picture = grey + (picture - grey) * np.float32(0.93)
    grain = rng.standard_normal((size[1], size[0], 3)).astype(np.float32)
    grain = 0.75 * grain.mean(axis=2, keepdims=True) * 1.7 + 0.3 * grain
    grain = cv2.GaussianBlur(grain, (0, 0), 0.55) * 1.6
    picture = picture + grain * np.float32(shot.noise) * (1.25 - 0.7 * picture)
    return np.asarray(np.clip(picture * 255 + 0.5, 0, 255), np.uint8)


def _vignette(size: tuple[int, int]) -> Floats:
    x, y = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-0.75, 0.75, size[1]))
    return np.asarray(1 - 0.16 * (x**2 + y**2), np.float32)


def _tone(light: Floats) -> Floats:
    """Compress highlights softly, encode for display and add a gentle S-curve."""
    shoulder = light * (1 + light / 7.0) / (1 + 0.55 * light)
    display = np.power(np.clip(shoulder, 0, 1), 1 / 2.2)
    curved = display * display * (3 - 2 * display)
    return np.asarray(0.72 * display + 0.28 * curved, np.float32)
