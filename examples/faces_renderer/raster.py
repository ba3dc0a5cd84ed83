"""Turn triangles and points into pixels: perspective projection and depth buffers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faces_renderer.arrays import Floats, Ints, unit

FAR = np.float32(-1e9)


@dataclass(frozen=True)
class Camera:
    """A pinhole on the z axis that looks toward negative z.

    Attributes:
        width, height: Size of the picture in pixels.
        distance: From the origin to the pinhole, in model units.
        scale_px: Pixels per model unit at the origin's depth.
        centre: Pixel at which the origin lands.
    """

    width: int
    height: int
    distance: float
    scale_px: float
    centre: tuple[float, float]

    def project(self, points: Floats) -> Floats:
        """Return (n, 3): pixel x, pixel y, and z unchanged (larger is nearer)."""
        factor = self.scale_px * self.distance / (self.distance - points[:, 2])
        x = self.centre[0] + points[:, 0] * factor
        y = self.centre[1] - points[:, 1] * factor
        return np.stack([x, y, points[:, 2]], axis=1).astype(np.float32)

    def unproject(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Return the (n, 3) points at depth z that land on the pixels (x, y)."""
        factor = (self.distance - z) / (self.scale_px * self.distance)
        return np.stack([(x - self.centre[0]) * factor, (self.centre[1] - y) * factor, z], axis=1)


@dataclass(frozen=True)
class Fragments:
    """The nearest surface in each covered pixel.

    Attributes:
        pixels: (k,) flat pixel indices.
        triangles: (k,) row of the triangle list.
        weights: (k, 3) barycentric weights.
        depth: (height, width) z of the nearest surface, `FAR` where there is none.
    """

    pixels: Ints
    triangles: Ints
    weights: Floats
    depth: Floats

    def interpolate(self, triangles: Ints, values: Floats) -> Floats:
        """Return (k, c) per-vertex values (n, c) at the fragments."""
        corners = triangles[self.triangles]
        weights = self.weights
        result = values[corners[:, 0]] * weights[:, :1]
        result += values[corners[:, 1]] * weights[:, 1:2]
        result += values[corners[:, 2]] * weights[:, 2:]
        return result


def rasterise(screen: Floats, triangles: Ints, width: int, height: int) -> Fragments:
    """Draw triangles that face the camera into a depth buffer.

    Args:
        screen: (n, 3) output of `Camera.project`.
        triangles: (t, 3) vertex indices.
        width, height: Size of the picture in pixels.

    Returns:
        One fragment per covered pixel.
    """
    corners = screen[triangles]
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    low = np.ceil(corners[..., :2].min(axis=1)).astype(np.int64)
    high = np.floor(corners[..., :2].max(axis=1)).astype(np.int64)
    low, high = np.maximum(low, 0), np.minimum(high, [width - 1, height - 1])
    extent = (high - low + 1).max(axis=1)
    # y grows downward on the screen, so a front face has negative area
    visible = (area < -1e-6) & (high >= low).all(axis=1)
    found: list[tuple[Ints, Ints, Floats, Floats]] = []
    smallest = 0
    for size in (2, 4, 6, 8, 12, 16, 24, 32, 64, 128, 2048):
        chosen = np.flatnonzero(visible & (extent > smallest) & (extent <= size))
        for part in np.array_split(chosen, max(1, len(chosen) * size * size // 4_000_000)):
            if len(part):
                found.append(_cover(corners[part], area[part], low[part], high[part], size, part))
        smallest = size
    pixels, owners, weights, depths = (np.concatenate(x) for x in zip(*found, strict=True))
    flat = pixels[:, 1] * width + pixels[:, 0]
    return _nearest(flat, owners, weights, depths, width, height)


def _cover(
    corners: Floats, area: Floats, low: Ints, high: Ints, size: int, ids: Ints
) -> tuple[Ints, Ints, Floats, Floats]:
    """Test every pixel of equal boxes of `size` pixels against its triangle."""
    size = min(size, int((high - low).max()) + 1)
    steps = np.stack(np.meshgrid(np.arange(size), np.arange(size)), axis=-1).reshape(1, -1, 2)
    pixels = low[:, None] + steps
    point = pixels.astype(np.float32)
    inside = (pixels[..., 0] <= high[:, None, 0]) & (pixels[..., 1] <= high[:, None, 1])
    parts = []
    for k in range(3):
        p, q = corners[:, (k + 1) % 3, None], corners[:, (k + 2) % 3, None]
        cross = (q[..., 0] - p[..., 0]) * (point[..., 1] - p[..., 1])
        cross -= (q[..., 1] - p[..., 1]) * (point[..., 0] - p[..., 0])
        cross /= area[:, None]
        inside &= cross >= -1e-4
        parts.append(cross)
    row, column = np.nonzero(inside)
    weights = np.stack([part[row, column] for part in parts], axis=1)
    depth = (weights * corners[row, :, 2]).sum(axis=1)
    return pixels[row, column], ids[row], weights, depth


def _nearest(
    flat: Ints, owners: Ints, weights: Floats, depths: Floats, width: int, height: int
) -> Fragments:
    """Keep the fragment nearest to the camera in each pixel."""
    order = back_to_front(depths)  # the last write to a pixel wins, and that is the nearest
    winner = np.full(width * height, -1, np.int64)
    winner[flat[order]] = order
    pixels = np.flatnonzero(winner >= 0)
    kept = winner[pixels]
    depth = np.full(width * height, FAR, np.float32)
    depth[pixels] = depths[kept]
    return Fragments(pixels, owners[kept], weights[kept], depth.reshape(height, width))


def back_to_front(depths: Floats) -> Ints:
    """Return the order from far to near, to within a 65,000th of the range.

    Sixteen-bit keys are sorted by counting, five times faster than floats are by comparing.
    """
    low, high = float(depths.min()), float(depths.max())
    keys = (depths - np.float32(low)) * np.float32(65535 / max(high - low, 1e-6))
    return np.argsort(keys.astype(np.uint16), kind="stable")


def vertex_normals(vertices: Floats, triangles: Ints) -> Floats:
    """Return (n, 3) unit normals, each the area-weighted mean of the triangles around it."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    faces = np.cross(b - a, c - a)
    normals = np.zeros_like(vertices)
    for axis in range(3):
        for k in range(3):
            normals[:, axis] += np.bincount(
                triangles[:, k], faces[:, axis], minlength=len(vertices)
            ).astype(np.float32)
    return unit(normals)
