"""Draw strands as dense rows of points against a depth buffer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from faces_renderer.arrays import Bools, Floats, Ints, unit
from faces_renderer.raster import Camera, back_to_front
from faces_renderer.strands import Strands

_NO_INTS, _NO_FLOATS = np.zeros(0, np.int64), np.zeros(0, np.float32)
BIAS = 0.012  # hairs lie on the skin, so let them win against it


@dataclass(frozen=True)
class HairPixels:
    """The hair visible in each pixel that shows any.

    Attributes:
        pixels: (k,) flat pixel indices.
        positions, tangents, colour: (k, 3) of the visible point.
        along: (k,) 0 at the root, 1 at the tip.
        layer: (k,) 0 for hairs under the others, 1 for those on top.
        shine: (k,) strength of the highlight.
        cover: (k,) share of the pixel that the hair fills.
    """

    pixels: Ints
    positions: Floats
    tangents: Floats
    colour: Floats
    along: Floats
    layer: Floats
    shine: Floats
    cover: Floats


@dataclass(frozen=True)
class _Points:
    flat: Ints
    z: Floats
    owner: Ints
    place: Floats


def draw_strands(strands: list[Strands], camera: Camera, depth: Floats) -> HairPixels:
    """Return the nearest hair in each pixel where no surface in `depth` hides it."""
    drawn = [(kind, _visible(kind, camera, depth)) for kind in strands]
    drawn = [(kind, points) for kind, points in drawn if len(points.flat)]
    kinds = np.concatenate([np.full(len(p.flat), i) for i, (_, p) in enumerate(drawn)])
    flat = np.concatenate([p.flat for _, p in drawn])
    order = back_to_front(np.concatenate([p.z for _, p in drawn]))
    winner = np.full(camera.width * camera.height, -1, np.int64)
    winner[flat[order]] = order
    pixels = np.flatnonzero(winner >= 0)
    kept = winner[pixels]
    first = np.cumsum([0, *(len(p.flat) for _, p in drawn)])
    columns: list[tuple[Floats, ...]] = []
    places: list[Ints] = []
    for i, (kind, points) in enumerate(drawn):
        mine = np.flatnonzero(kinds[kept] == i)
        local = kept[mine] - first[i]
        columns.append(_attributes(kind, points.owner[local], points.place[local]))
        places.append(mine)
    back = np.argsort(np.concatenate(places))
    position, tangent, colour, along, layer, shine, cover = (
        np.concatenate(parts)[back] for parts in zip(*columns, strict=True)
    )
    return HairPixels(pixels, position, tangent, colour, along, layer, shine, cover)


def _visible(kind: Strands, camera: Camera, depth: Floats) -> _Points:
    """Return the points of one kind of strand that lie inside the picture and before `depth`."""
    found = list(_rows_of_points(kind, camera, depth))
    if not found:
        return _Points(_NO_INTS, _NO_FLOATS, _NO_INTS, _NO_FLOATS)
    x, y, z, owner, place = (np.concatenate(parts) for parts in zip(*found, strict=True))
    flats, indices = [], []
    for shift in range(kind.width_px):
        column, row = (x + (0.5 + shift)).astype(np.int32), (y + 0.5).astype(np.int32)
        inside = (column >= 0) & (column < camera.width) & (row >= 0) & (row < camera.height)
        index = np.flatnonzero(inside)
        flat = row[index] * camera.width + column[index]
        free = z[index] > depth.ravel()[flat] - BIAS
        flats.append(flat[free])
        indices.append(index[free])
    index = np.concatenate(indices)
    return _Points(np.concatenate(flats), z[index], owner[index], place[index])


def _rows_of_points(kind: Strands, camera: Camera, depth: Floats) -> Iterator[tuple[Floats, ...]]:
    """Yield x, y, z, strand and place along it, about one point per pixel of length."""
    count, steps = kind.paths.shape[:2]
    screen = camera.project(kind.paths.reshape(-1, 3)).reshape(count, steps, 3)
    length = np.linalg.norm(np.diff(screen[..., :2], axis=1), axis=2).sum(axis=1)
    shown = _any_visible(screen, depth)
    thin = np.random.default_rng(count)  # tips thin out; any fixed pattern does
    for low, high in ((0, 12), (12, 30), (30, 70), (70, 150), (150, 300), (300, 600), (600, 1e9)):
        rows = np.flatnonzero(shown & (length >= low) & (length < high))
        if not len(rows):
            continue
        n_points = int(min(length[rows].max() / 1.5, 900)) + 2
        place = np.linspace(0, steps - 1.001, n_points)
        left = place.astype(np.int64)
        part = (place - left).astype(np.float32)[None, :, None]
        points = screen[rows][:, left] * (1 - part) + screen[rows][:, left + 1] * part
        tip = (place / (steps - 1) - 0.8) / 0.2
        keep = thin.random((len(rows), n_points)) > np.clip(tip, 0, 1)[None] * 0.8
        owner = np.broadcast_to(rows[:, None], keep.shape)[keep]
        places = np.broadcast_to(place[None].astype(np.float32), keep.shape)[keep]
        yield points[..., 0][keep], points[..., 1][keep], points[..., 2][keep], owner, places


def _any_visible(screen: Floats, depth: Floats) -> Bools:
    """Return which strands show at one of their points at least, to spare drawing the others."""
    height, width = depth.shape
    column = np.clip(screen[..., 0], 0, width - 1).astype(np.int32)
    row = np.clip(screen[..., 1], 0, height - 1).astype(np.int32)
    return np.asarray((screen[..., 2] > depth[row, column] - 2 * BIAS).any(axis=1))


def _attributes(kind: Strands, owner: Ints, place: Floats) -> tuple[Floats, ...]:
    """Return position, tangent, colour, place, layer, shine and cover of chosen points."""
    steps = kind.paths.shape[1]
    left = np.minimum(place.astype(np.int64), steps - 2)
    part = (place - left)[:, None].astype(np.float32)
    a, b = kind.paths[owner, left], kind.paths[owner, left + 1]
    tangent = b - a
    tangent = unit(tangent)
    shine = np.full(len(owner), kind.shine, np.float32)
    cover = np.full(len(owner), kind.cover, np.float32)
    along = (place / (steps - 1)).astype(np.float32)
    return a + (b - a) * part, tangent, kind.colour[owner], along, kind.depth[owner], shine, cover
