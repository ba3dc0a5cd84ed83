"""Strands of hair, and the head that they grow on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from scipy.spatial import cKDTree

from faces_renderer.arrays import Floats, Ints, floats, unit
from faces_renderer.model import load_model

Mask = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Strands:
    """Hairs of one kind.

    Attributes:
        paths: (n, s, 3) points from root to tip.
        colour: (n, 3) linear RGB.
        depth: (n,) 0 for hairs under the others, 1 for those on top.
        shine: Strength of the highlight.
        width_px: Width of a hair in supersampled pixels.
        cover: Share of a pixel that a hair fills; fine hairs let the skin through.
    """

    paths: Floats
    colour: Floats
    depth: Floats
    shine: float
    width_px: int
    cover: float = 1.0


@dataclass(frozen=True)
class Scalp:
    """A posed-free head to grow hair on.

    Attributes:
        vertices, normals: Fine vertices and their normals.
        radius: (rows, columns) distance from `centre` to the skull by elevation and azimuth.
        centre: Middle of the skull.
    """

    vertices: Floats
    normals: Floats
    radius: Floats
    centre: Floats


def measure_scalp(vertices: Floats, normals: Floats) -> Scalp:
    """Map the skull's radius so that growing hair can be kept outside it."""
    model = load_model()
    base = model.fine_base
    head = (
        (base[:, 1] > 6.25) & (model.regions["ears"] < 0.2) & (model.regions["inside-mouth"] < 0.2)
    )
    upper = vertices[base[:, 1] > 7.3]
    middle = (upper.min(axis=0) + upper.max(axis=0)) / 2
    centre = floats([0, middle[1] - 0.25, middle[2]])
    offset = vertices[head] - centre
    radius = np.linalg.norm(offset, axis=1)
    elevation, angle = np.meshgrid(
        (0.5 - (np.arange(48) + 0.5) / 48) * np.pi, ((np.arange(96) + 0.5) / 96 - 0.5) * 2 * np.pi,
        indexing="ij",
    )  # fmt: skip
    directions = np.stack(
        [np.cos(elevation) * np.sin(angle), np.sin(elevation), np.cos(elevation) * np.cos(angle)],
        -1,
    )
    nearest = cKDTree(offset / radius[:, None]).query(directions.reshape(-1, 3), k=6)[1]
    grid = radius[nearest].max(axis=1).reshape(48, 96).astype(np.float32)
    grid = cv2.GaussianBlur(np.hstack([grid] * 3), (0, 0), 1.0)[:, 96:192]
    return Scalp(vertices, normals, np.maximum(grid, 0.45), centre)


def spherical(offset: Floats) -> tuple[Ints, Ints, Floats]:
    """Return the row, the column and the radius of (..., 3) offsets from the centre."""
    radius = np.maximum(np.linalg.norm(offset, axis=-1), 1e-6)
    elevation = np.arcsin(np.clip(offset[..., 1] / radius, -1, 1))
    angle = np.arctan2(offset[..., 0], offset[..., 2])
    rows = np.clip((0.5 - elevation / np.pi) * 48, 0, 47).astype(np.int64)
    columns = np.clip((0.5 + angle / (2 * np.pi)) * 96, 0, 95).astype(np.int64)
    return rows, columns, radius.astype(np.float32)


def scatter(head: Scalp, rng: Generator, count: int, mask: Mask) -> tuple[Floats, Floats, Floats]:
    """Return roots, normals and base positions of hairs, dense where `mask` of the base is high."""
    model = load_model()
    corners = model.fine_base[model.triangles]
    density = mask(corners.mean(axis=1))
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    odds = (density * area).astype(np.float64)
    chosen = rng.choice(len(odds), count, p=odds / odds.sum())
    mix = rng.dirichlet([1, 1, 1], count).astype(np.float32)
    keep = rng.random(count) < mask((corners[chosen] * mix[..., None]).sum(axis=1)) + 0.15
    chosen, mix = chosen[keep], mix[keep, :, None]
    rows = model.triangles[chosen]
    normals = (head.normals[rows] * mix).sum(axis=1)
    normals = unit(normals)
    base = (corners[chosen] * mix).sum(axis=1)
    return (head.vertices[rows] * mix).sum(axis=1), normals, base
