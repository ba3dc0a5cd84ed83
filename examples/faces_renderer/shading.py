"""Light: soft shadows, occlusion, skin that scatters, hair that shines."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faces_renderer.arrays import Floats, floats, unit
from faces_renderer.geometry import Geometry
from faces_renderer.raster import FAR, rasterise
from faces_renderer.shot import Shot
from faces_renderer.skin import smooth_step
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


def shade_hair(
    hair: HairPixels, geometry: Geometry, shot: Shot, shadows: ShadowMap, enclosed: Floats
) -> Floats:
    """Return the (k, 3) colour of hair after Kajiya and Kay (1989), darker among the strands."""
    outward = unit(hair.positions - (geometry.face + floats([0, 0.4, -0.9])))
    across = unit(outward - hair.tangents * (outward * hair.tangents).sum(axis=1, keepdims=True))
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
