"""Eyeballs: a white, an iris with fibres, a pupil and the light that the wet surface reflects."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faces_renderer.arrays import Bools, Floats, Ints, floats, unit
from faces_renderer.geometry import Eye
from faces_renderer.person import Person
from faces_renderer.raster import Camera
from faces_renderer.shading import VIEW, irradiance
from faces_renderer.shot import Shot
from faces_renderer.skin import noise, smooth_step


@dataclass(frozen=True)
class EyePixels:
    """The visible part of an eyeball: flat pixels, their depth and finished colour."""

    pixels: Ints
    depth: Floats
    colour: Floats


def shade_eye(
    eye: Eye, person: Person, shot: Shot, camera: Camera, depth: Floats, outer: float
) -> EyePixels:
    """Draw the part of an eyeball that lies before everything in `depth`.

    Args:
        eye: The ball.
        person: Whose iris it is.
        shot: The light and the gaze.
        camera: The camera that `depth` was drawn with.
        depth: z per pixel of what has been drawn so far.
        outer: -1 when the image's left is the temple side, 1 when its right is.
    """
    middle = camera.project(eye.centre[None])[0]
    reach = eye.radius * camera.scale_px * 1.15
    x, y = np.meshgrid(
        np.arange(int(middle[0] - reach), int(middle[0] + reach) + 1),
        np.arange(int(middle[1] - reach), int(middle[1] + reach) + 1),
    )
    inside = (x >= 0) & (y >= 0) & (x < camera.width) & (y < camera.height)
    x, y = x[inside], y[inside]
    flat_z = np.full(len(x), eye.centre[2], np.float32)
    offset = (camera.unproject(x.astype(np.float32), y.astype(np.float32), flat_z) - eye.centre)[
        :, :2
    ]
    squared = (offset**2).sum(axis=1) / eye.radius**2
    height = np.sqrt(np.clip(1 - squared, 0, 1)) * eye.radius
    z = (eye.centre[2] + height).astype(np.float32)
    seen = (squared < 1) & (z > depth[y, x])
    if not seen.any():
        return EyePixels(
            np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros((0, 3), np.float32)
        )
    normals = np.column_stack([offset, height])[seen] / eye.radius
    pixels = (y * camera.width + x)[seen]
    lid = _lid_shade(seen, inside, reach)
    colour = _eye_colour(normals.astype(np.float32), lid, person, shot, outer)
    return EyePixels(pixels, z[seen], colour)


def _lid_shade(seen: Bools, inside: Bools, reach: float) -> Floats:
    """Return light between the lids: darker near them, most of all under the upper one."""
    opening = np.zeros(inside.shape, np.float32)
    opening[inside] = seen
    sigma = max(1.0, reach * 0.10)
    shift = floats([[1, 0, 0], [0, 1, sigma * 1.3]])
    lowered = cv2.warpAffine(opening, shift, opening.shape[::-1])
    shade = cv2.GaussianBlur(opening * lowered, (0, 0), sigma)
    around = cv2.GaussianBlur(opening, (0, 0), sigma * 0.6)
    light = np.clip(shade * 1.25, 0, 1) * np.clip(around * 1.35 - 0.2, 0, 1)
    return np.asarray(light[inside][seen], np.float32)


def _eye_colour(normals: Floats, lid: Floats, person: Person, shot: Shot, outer: float) -> Floats:
    """Return the finished colour of an eye's surface."""
    gaze = shot.gaze
    right = np.cross([0, 1, 0], gaze)
    right = unit(right)
    up = np.cross(gaze, right)
    u, v = normals @ right.astype(np.float32), normals @ up.astype(np.float32)
    distance = np.hypot(u, v)
    iris_radius, pupil_radius = 0.425, 0.17
    inner = distance / iris_radius
    angle = np.arctan2(v, u)
    rng = np.random.default_rng([person.seed, 9])
    ring = noise(rng, 8, 256, 5)[:, :]
    rows = np.clip(inner * 7, 0, 7).astype(np.int64)
    fibre = ring[rows, ((angle / (2 * np.pi) + 0.5) * 255).astype(np.int64)]
    glow = 1 + 0.45 * np.clip(-(u * shot.key[0] + v * shot.key[1]) / iris_radius, -0.6, 1)
    tone = np.exp(0.22 * fibre) * glow * (1.25 - 0.35 * inner)
    tone = tone * (1 - 0.75 * smooth_step(0.78, 1.0, inner))
    iris = person.iris * tone[:, None]
    iris = iris * smooth_step(pupil_radius - 0.025, pupil_radius + 0.025, distance)[:, None] + 0.004
    white = floats([0.58, 0.53, 0.50]) * np.ones_like(iris)
    corner = smooth_step(0.45, 0.95, -outer * normals[:, 0])
    white = white * (1 - corner[:, None] * floats([0.1, 0.42, 0.4]))
    edge = smooth_step(1.07, 0.95, inner)[:, None]
    albedo = white * (1 - edge) + iris * edge
    full = np.ones(len(normals), np.float32)
    light = irradiance(normals, full, 0.25 * full, shot, floats([0.35, 0.3, 0.3]))
    colour = albedo * light * (0.25 + 0.75 * lid)[:, None]
    return np.asarray(colour + _catchlight(normals, u, v, inner, lid, shot), np.float32)


def _catchlight(
    normals: Floats, u: Floats, v: Floats, inner: Floats, lid: Floats, shot: Shot
) -> Floats:
    """Return the reflection of the main light in the wet surface."""
    bulge = np.stack([u, v, 0 * u], axis=1) * (0.5 * smooth_step(1.1, 0.6, inner))[:, None]
    wet = normals + bulge.astype(np.float32)
    wet = unit(wet)
    half = unit(shot.key + VIEW)
    size = 0.004 + 0.012 * shot.softness
    spot = smooth_step(1 - size, 1 - 0.45 * size, wet @ half)
    sheen = np.clip(wet[:, 1], 0, 1) ** 2 * 0.05
    return (spot * 1.1 * (0.35 + 0.65 * lid))[:, None] * shot.key_colour * 0.55 + sheen[
        :, None
    ] * lid[:, None] * shot.sky_colour
