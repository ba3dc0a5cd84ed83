"""Light: soft shadows, occlusion, skin that scatters, eyes that gleam, hair that shines."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faces_renderer.arrays import Bools, Floats, Ints, floats, unit
from faces_renderer.geometry import Eye, Geometry
from faces_renderer.person import Person
from faces_renderer.raster import FAR, Camera, rasterise
from faces_renderer.shot import Shot
from faces_renderer.skin import noise, smooth_step
from faces_renderer.splat import HairPixels

SKIN_WRAP = floats([0.27, 0.19, 0.15])  # red light travels furthest under skin
VIEW = floats([0, 0, 1])


@dataclass(frozen=True)
class ShadowMap:
    """Blurred depth and squared depth as the main light sees the scene.

    Attributes:
        axes: (3, 3) rows: the map's x, its y, and toward the light.
        moments: (size, size, 2).
        scale, centre: Map pixels per unit, and the map pixel of the origin.
    """

    axes: Floats
    moments: Floats
    scale: float
    centre: float

    def visibility(self, points: Floats, normals: Floats) -> Floats:
        """Return the share of the main light that reaches each point (variance shadow map)."""
        local = (points + 0.035 * normals) @ self.axes.T
        u = np.clip(local[:, 0] * self.scale + self.centre, 0, len(self.moments) - 1)
        v = np.clip(local[:, 1] * self.scale + self.centre, 0, len(self.moments) - 1)
        mean, square = self.moments[v.astype(np.int64), u.astype(np.int64)].T
        variance = np.maximum(square - mean**2, 0.0012)
        behind = np.maximum(mean - local[:, 2], 0)
        lit = variance / (variance + behind**2)
        return np.asarray(np.clip((lit - 0.12) / 0.88, 0, 1), np.float32)


def cast_shadows(geometry: Geometry, shot: Shot) -> ShadowMap:
    """Render the scene from the main light."""
    size, scale = 512, 84.0
    right = np.cross([0, 1, 0], shot.key)
    right = unit(right)
    up = np.cross(shot.key, right)
    axes = np.stack([right, -up, shot.key]).astype(np.float32)
    centre = size / 2
    local = geometry.vertices @ axes.T
    local[:, :2] = local[:, :2] * scale + centre
    depth = rasterise(local.astype(np.float32), geometry.triangles, size, size).depth.copy()
    for strands in geometry.strands:
        points = strands.paths[::2, ::2].reshape(-1, 3) @ axes.T
        u = np.clip(points[:, 0] * scale + centre, 0, size - 1).astype(np.int64)
        v = np.clip(points[:, 1] * scale + centre, 0, size - 1).astype(np.int64)
        order = np.argsort(points[:, 2])
        nearest = np.full((size, size), FAR, np.float32)
        nearest[v[order], u[order]] = points[order, 2] - 0.03
        depth = np.maximum(depth, nearest)
    depth = np.where(depth <= FAR, np.float32(-3), depth)
    sigma = 1.5 + 5.0 * shot.softness
    moments = cv2.GaussianBlur(np.stack([depth, depth**2], axis=2), (0, 0), sigma)
    return ShadowMap(axes, moments.astype(np.float32), scale, centre)


def occlusion(depth: Floats, px_per_unit: float) -> Floats:
    """Return how enclosed each pixel's surface is, from 0 in the open, by depth alone."""
    height, width = depth.shape
    covered = (depth > FAR).astype(np.float32)
    filled = depth * covered
    total = np.zeros_like(depth)
    for radius, strength, shrink in ((0.025, 0.5, 1), (0.08, 0.65, 2), (0.25, 0.7, 4)):
        size = (width // shrink, height // shrink)
        sigma = radius * px_per_unit / shrink
        weight = cv2.GaussianBlur(
            cv2.resize(covered, size, interpolation=cv2.INTER_AREA), (0, 0), sigma
        )
        mean = cv2.GaussianBlur(
            cv2.resize(filled, size, interpolation=cv2.INTER_AREA), (0, 0), sigma
        )
        mean = cv2.resize(mean / np.maximum(weight, 1e-3), (width, height))
        total += strength * np.clip((mean - depth) / (1.1 * radius) - 0.03, 0, 1.3)
    return np.asarray(total * covered, np.float32)


def irradiance(
    normals: Floats, visible: Floats, enclosed: Floats, shot: Shot, wrap: Floats
) -> Floats:
    """Return the (k, 3) light that arrives, before the surface's own colour."""
    facing = (normals @ shot.key)[:, None]
    key = np.clip((facing + wrap) / (1 + wrap), 0, 1) ** 1.15 * visible[:, None] * shot.key_colour
    dome = (0.5 + 0.5 * normals[:, 1:2]).astype(np.float32)
    ambient = shot.ground_colour * (1 - dome) + shot.sky_colour * dome
    ambient = ambient * (0.6 + 0.4 * np.clip(normals[:, 2:3], 0, 1))
    opposite = floats([-shot.key[0], 0.15, 0.75])
    fill = np.clip(normals @ opposite, 0, 1)[:, None] * shot.sky_colour * 0.35
    behind = floats([-np.sign(shot.key[0]) * 0.72, 0.35, -0.6])
    rim = np.clip(normals @ behind, 0, 1)[:, None] * shot.sky_colour * shot.rim
    shade = np.exp(-enclosed[:, None] * floats([0.8, 0.95, 1.0]))
    return np.asarray(key * np.sqrt(shade) + (ambient + fill + rim) * shade, np.float32)


def highlight(
    normals: Floats, visible: Floats, enclosed: Floats, shot: Shot, exponents: tuple[float, float]
) -> Floats:
    """Return the (k, 3) mirror-like part of the reflected light: one broad, one narrow lobe."""
    half = unit(shot.key + VIEW)
    facing = np.clip(normals @ shot.key, 0, 1)
    aligned = np.clip(normals @ half, 0, 1)
    broad, narrow = ((n + 8) / 8 * aligned**n for n in exponents)
    fresnel = 0.028 + 0.972 * (1 - float(half @ VIEW)) ** 5
    edge = np.clip(1 - normals[:, 2], 0, 1) ** 4 * 0.22 * np.exp(-1.5 * enclosed)
    direct = fresnel * (0.65 * broad + 0.35 * narrow) * facing * visible
    return np.asarray(
        direct[:, None] * shot.key_colour + edge[:, None] * shot.sky_colour, np.float32
    )


def scatter_light(light: Floats, mask: Floats, px_per_unit: float) -> Floats:
    """Blur light that fell on skin, red furthest, without leaking past the skin's edge."""
    result = np.empty_like(light)
    for channel, radius in enumerate((0.021, 0.010, 0.006)):
        sigma = radius * px_per_unit
        weight = cv2.GaussianBlur(mask, (0, 0), sigma)
        blurred = cv2.GaussianBlur(light[..., channel] * mask, (0, 0), sigma)
        result[..., channel] = blurred / np.maximum(weight, 1e-3)
    return result


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


def shade_hair(
    hair: HairPixels, geometry: Geometry, shot: Shot, shadows: ShadowMap, enclosed: Floats
) -> Floats:
    """Return the (k, 3) colour of hair after Kajiya and Kay (1989), darker among the strands."""
    outward = unit(hair.positions - (geometry.face + floats([0, 0.4, -0.9])))
    across = unit(
        outward - hair.tangents * (outward * hair.tangents).sum(axis=1, keepdims=True)
    )
    normals = unit(0.6 * outward + 0.4 * across)
    visible = shadows.visibility(hair.positions, normals * 2)
    light = irradiance(normals, 0.25 + 0.75 * visible, enclosed, shot, floats([0.25, 0.25, 0.25]))
    among = (0.45 + 0.55 * hair.layer) * (0.55 + 0.45 * smooth_step(0.0, 0.3, hair.along))
    half = unit(shot.key + VIEW)
    slant = np.sqrt(np.clip(1 - (hair.tangents @ half + 0.08) ** 2, 0, 1))
    facing = np.clip(normals @ shot.key * 0.8 + 0.2, 0, 1) * visible
    white = (slant**90 * 0.10 * hair.shine * facing)[:, None] * shot.key_colour
    tinted = (slant**22 * 0.55 * hair.shine * facing)[:, None] * shot.key_colour * hair.colour
    return np.asarray(
        (hair.colour * light * 0.9 + tinted + white * 0.6) * among[:, None], np.float32
    )
