"""Short hair: eyebrows, lashes and beards."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy.spatial import cKDTree

from faces_renderer.arrays import Floats, unit
from faces_renderer.model import load_model
from faces_renderer.person import Person
from faces_renderer.skin import beard_area, smooth_step
from faces_renderer.strands import Scalp, Strands, scatter


def grow_brows(person: Person, head: Scalp) -> Strands:
    """Return both eyebrows."""
    rng = np.random.default_rng([person.seed, 4])

    def along(base: Floats) -> tuple[Floats, Floats]:
        t = (np.abs(base[:, 0]) - 0.10) / 0.48
        line = 7.475 + person.brow_height + person.brow_arch * np.sin(np.clip(t, 0, 1) * 2.4)
        return t, np.asarray((base[:, 1] - line + 0.05 * t**3), np.float32)

    def mask(base: Floats) -> Floats:
        t, height = along(base)
        half = person.brow_thickness * (1.1 - 0.75 * np.clip(t, 0, 1) ** 1.5)
        ends = smooth_step(-0.02, 0.12, t) * smooth_step(1.04, 0.85, t) * (base[:, 2] > 1.0)
        return np.asarray(np.exp(-((height / half) ** 4)) * ends, np.float32)

    roots, normals, base = scatter(head, rng, int(500 + 900 * person.brow_density), mask)
    t, height = along(base)
    side = np.sign(base[:, 0])
    up = np.clip(0.9 - 1.5 * t, -0.35, 0.9) - 3 * height
    heading = np.stack([side * (0.35 + 0.8 * np.clip(t, 0, 1)), up, 0 * up], axis=1)
    length = (0.05 + 0.03 * rng.random(len(roots))) * (0.8 + 0.4 * person.masculinity)
    return _short(rng, roots, normals, heading, length, person.brow, 0.22, 0.18, 0.85)


def grow_beard(person: Person, head: Scalp) -> list[Strands]:
    """Return the beard, if there is one."""
    if person.beard == "none":
        return []
    rng = np.random.default_rng([person.seed, 5])
    lips = load_model().regions["lips"]
    tree = cKDTree(load_model().fine_base[lips > 0.4])

    def mask(base: Floats) -> Floats:
        free = tree.query(base, distance_upper_bound=0.2)[0] > 0.03
        return np.asarray(beard_area(base, person.beard) * free, np.float32)

    count, length, lift = {
        "stubble": (7000, 0.016, 0.8),
        "moustache": (2600, 0.11, 0.35),
        "goatee": (4500, 0.115, 0.4),
        "full": (11000, 0.125, 0.45),
    }[person.beard]
    roots, normals, base = scatter(head, rng, count, mask)
    heading = np.stack([0.9 * base[:, 0], np.full(len(base), -1.0), 0 * base[:, 0]], axis=1)
    heading += rng.normal(0, 0.25, heading.shape)
    lengths = length * person.hair_length * rng.uniform(0.6, 1.3, len(roots))
    cover = 0.3 if person.beard == "stubble" else 0.8
    return [_short(rng, roots, normals, heading, lengths, person.brow, lift, 0.3, cover)]


def grow_lashes(person: Person, coarse: Floats) -> Strands:
    """Return the lashes, on the strips that the model keeps for them."""
    rng = np.random.default_rng([person.seed, 6])
    model = load_model()
    quads = coarse[model.lashes]
    middle = np.stack([coarse[eye].mean(axis=0) for eye in model.eyes])
    near = np.where(quads[:, :, 0].mean(axis=1) < 0, 0, 1)
    distance = np.linalg.norm(quads - middle[near][:, None], axis=2)
    order = np.argsort(distance, axis=1)
    roots, tips = np.sort(order[:, :2], axis=1), np.sort(order[:, 2:], axis=1)
    rows = np.arange(len(quads))
    # in a quad 0-1-2-3 the tip beside root i is the corner that shares an edge with it
    a, b = quads[rows, roots[:, 0]], quads[rows, roots[:, 1]]
    c, d = quads[rows, tips[:, 0]], quads[rows, tips[:, 1]]
    swap = (np.linalg.norm(a - c, axis=1) > np.linalg.norm(a - d, axis=1))[:, None]
    c, d = np.where(swap, d, c), np.where(swap, c, d)
    each = 4
    t = rng.random((len(quads), each, 1)).astype(np.float32)
    root = a[:, None] * (1 - t) + b[:, None] * t
    tip = c[:, None] * (1 - t) + d[:, None] * t
    upper = (root[..., 1] >= middle[near][:, None, 1]).astype(np.float32)[..., None]
    reach = (0.14 + 0.5 * upper * (1.25 - 0.5 * person.masculinity)) * rng.uniform(
        0.7, 1.2, t.shape
    )
    s = np.linspace(0, 1, 6, dtype=np.float32)
    paths = root[:, :, None] + (tip - root)[:, :, None] * (s[:, None] * reach[..., None])
    paths = paths.reshape(-1, 6, 3).astype(np.float32)
    colour = np.tile(np.minimum(person.brow, 0.03), (len(paths), 1)).astype(np.float32)
    return Strands(paths, colour, np.ones(len(paths), np.float32), 0.1, 1, 0.9)


def _short(
    rng: Generator, roots: Floats, normals: Floats, heading: Floats, length: Floats,
    colour: Floats, lift: float, spread: float, cover: float,
) -> Strands:  # fmt: skip
    """Return short curved hairs that lean from the normal into `heading`."""
    tangent = heading - normals * (heading * normals).sum(axis=1, keepdims=True)
    tangent = unit(tangent)
    tangent = tangent + rng.normal(0, spread, tangent.shape)
    t = np.linspace(0, 1, 6, dtype=np.float32)[None, :, None]
    reach = length[:, None, None]
    paths = roots[:, None] + reach * (
        t * tangent[:, None] + lift * t * (1 - 0.55 * t) * normals[:, None]
    )
    tone = np.exp(rng.normal(0, 0.2, (len(roots), 1)))
    return Strands(
        paths.astype(np.float32), (colour * tone).astype(np.float32),
        rng.random(len(roots)).astype(np.float32), 0.25, 1, cover,
    )  # fmt: skip
