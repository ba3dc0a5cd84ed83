"""Hair, eyebrows, lashes and beards: thousands of strands grown from the surface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.random import Generator
from scipy.spatial import cKDTree

from faces_renderer.arrays import Floats, Ints, floats, unit
from faces_renderer.model import load_model
from faces_renderer.person import Person
from faces_renderer.skin import azimuth, beard_area, scalp, smooth_step

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
class Style:
    """How a head of hair grows.

    Attributes:
        length: In model units.
        lift: How far hairs leave along the skin's normal before they follow the flow.
        flow: How strongly they follow the combing direction.
        gravity: How strongly they bend down.
        curl: Radius of the curls.
        turns: Number of turns of a curl over the hair's length.
        clump: How far the hairs of one lock meet at its tip.
        volume: Thickness of the layer of hair over the skull.
        n_hairs: Number of hairs.
        comb: "crown" (away from the crown), "side" (away from the parting), "back" or "out".
    """

    length: float
    lift: float
    flow: float
    gravity: float
    curl: float = 0.012
    turns: float = 1.5
    clump: float = 0.45
    volume: float = 0.10
    n_hairs: int = 11000
    comb: str = "crown"


STYLES = {
    "ring": Style(0.16, 0.5, 1.0, 0.4, volume=0.04, n_hairs=7000),
    "buzz": Style(0.06, 1.0, 0.4, 0.0, curl=0.004, clump=0.1, volume=0.03, n_hairs=13000),
    "crop": Style(0.30, 0.7, 1.2, 0.25, curl=0.012, volume=0.08, n_hairs=12000),
    "side": Style(0.52, 0.55, 1.2, 1.3, clump=0.6, volume=0.09, n_hairs=12000, comb="side"),
    "back": Style(0.7, 0.35, 1.9, 0.45, clump=0.55, volume=0.07, n_hairs=12000, comb="back"),
    "curly crop": Style(0.5, 1.1, 0.6, 0.2, 0.055, 3.0, 0.75, 0.2, 11000),
    "pixie": Style(0.5, 0.5, 1.0, 1.5, curl=0.014, clump=0.6, volume=0.08, comb="side"),
    "bob": Style(1.3, 0.35, 0.75, 2.6, 0.012, 1.0, 0.5, 0.09, 9000, "side"),
    "fringe": Style(1.5, 0.35, 0.75, 2.6, 0.012, 1.0, 0.5, 0.09, 9000, "side"),
    "long": Style(2.4, 0.35, 0.75, 2.6, 0.02, 1.2, 0.5, 0.09, 8000, "side"),
    "wavy": Style(2.2, 0.4, 0.8, 2.4, 0.05, 4.0, 0.7, 0.13, 8000, "side"),
    "tied": Style(1.1, 0.25, 2.4, 0.1, 0.008, 1.0, 0.4, 0.05, 11000, "back"),
    "afro": Style(0.62, 1.5, 0.3, 0.0, 0.07, 5.0, 0.3, 0.55, 15000, "out"),
}
PARTED = ("bob", "fringe", "long", "wavy")
N_STEPS = 22


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


def _spherical(offset: Floats) -> tuple[Ints, Ints, Floats]:
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


def grow_hair(person: Person, head: Scalp, jitter: Generator) -> list[Strands]:
    """Return the hair of the scalp, or nothing for the bald.

    Args:
        person: Decides the style and every random draw that makes the hair theirs.
        head: The head in this picture's expression.
        jitter: Draws what differs from picture to picture.
    """
    if person.hair_style == "bald":
        return []
    rng = np.random.default_rng([person.seed, 3])
    style = STYLES[person.hair_style]
    length = style.length * person.hair_length * jitter.uniform(0.96, 1.04)
    style = replace(style, length=length)

    def mask(base: Floats) -> Floats:
        cover = scalp(base, person.hairline)
        if person.hair_style == "ring":
            cover = cover * smooth_step(0.1, -0.1, base[:, 1] - 7.85 + 0.25 * np.cos(azimuth(base)))
        return np.asarray(cover, np.float32)

    roots, normals, base = scatter(head, rng, style.n_hairs, mask)
    n_guides = 350 if style.clump > 0.55 else 700
    guides = rng.choice(len(roots), n_guides, replace=False)
    locks = _grow_locks(person, style, head, rng, roots[guides], normals[guides], base[guides])
    nearest = cKDTree(roots[guides]).query(roots)[1]
    strands = [_follow(person, style, rng, roots, locks, nearest, roots[guides])]
    if person.hair_style == "tied":
        strands.append(_bun(person, head, rng))
    return strands


def _grow_locks(
    person: Person, style: Style, head: Scalp, rng: Generator, roots: Floats, normals: Floats,
    base: Floats,
) -> Floats:  # fmt: skip
    """Return (g, s, 3) paths of the guide hairs."""
    count = len(roots)
    lengths = style.length * rng.uniform(0.72, 1.05, (count, 1)).astype(np.float32)
    if person.hair_style in ("crop", "side", "back", "pixie"):  # shorter at the sides and nape
        lengths *= 0.16 + 0.84 * smooth_step(7.2, 8.0, base[:, 1:2])
    if person.hair_style == "fringe":
        short = smooth_step(0.75, 0.6, np.abs(azimuth(base))) * (base[:, 2] > 0.9)
        lengths = lengths * (1 - short[:, None]) + 0.62 * short[:, None]
    ragged = base[:, 0] + rng.normal(0, 0.05, count)
    side = np.where(ragged > person.parting, 1.0, -1.0).astype(np.float32)
    flow = _combing(person, style, base, side)
    layer = rng.uniform(0.1, 1, (count, 1)).astype(np.float32)
    heading = style.lift * normals + 0.6 * style.flow * flow
    position, points = roots.copy(), [roots]
    step = lengths / (N_STEPS - 1)
    for k in range(1, N_STEPS):
        done = k / (N_STEPS - 1)
        pull = style.flow * flow * (1 - 0.85 * done)
        pull[:, 1] -= style.gravity * min(1.0, 2.2 * done + 0.15)
        heading = heading * 0.72 + pull * 0.42 + rng.normal(0, 0.05, (count, 3)) * style.curl * 30
        heading = unit(heading)
        position = position + heading * step
        position = _stay_outside(position, head, 0.012 + style.volume * layer * min(1, 3 * done))
        if person.hair_style in PARTED or person.hair_style == "pixie":
            position = _clear_face(position, head, side, person.hair_style, done)
        points.append(position)
    return _curl(np.stack(points, axis=1).astype(np.float32), style, rng)


def _combing(person: Person, style: Style, base: Floats, side: Floats) -> Floats:
    """Return the (g, 3) direction in which each hair is combed."""
    flow = np.zeros_like(base)
    if style.comb == "crown":
        flow = base - floats([0.05, 8.5, 0.25])
        flow[:, 1] *= 0.4
    elif style.comb == "side":
        top = smooth_step(7.55, 8.15, base[:, 1])
        flow[:, 0] = side * (0.1 + 0.9 * top)
        flow[:, 1] = 0.15 * top - (1 - top)
        flow[:, 2] = -0.25 + 0.25 * (person.hair_style == "pixie")
    elif style.comb == "back":
        flow[:, 2] = -1
        flow[:, 1] = 0.35 * smooth_step(7.2, 8.0, base[:, 1]) + 0.1
    else:
        flow = base - floats([0, 7.6, 0.5])
    return unit(flow)


def _stay_outside(position: Floats, head: Scalp, gap: Floats) -> Floats:
    """Push points that entered the skull back out to `gap` above it."""
    offset = position - head.centre
    rows, columns, radius = _spherical(offset)
    least = head.radius[rows, columns][:, None] + gap
    inside = (radius[:, None] < least) & (position[:, 1:2] > head.centre[1] - 1.1)
    return np.asarray(
        np.where(inside, head.centre + offset * (least / radius[:, None]), position), np.float32
    )


def _clear_face(position: Floats, head: Scalp, side: Floats, style: str, done: float) -> Floats:
    """Turn hairs that hang in front of the face round to its side."""
    x, z = position[:, 0], position[:, 2] - head.centre[2]
    height = position[:, 1] - head.centre[1]
    low, high = (0.0, 0.28) if style in ("fringe", "pixie") else (0.25, 0.62)
    least = 0.92 * smooth_step(high, low, height)
    angle = np.arctan2(x, z)
    outward = np.where(np.abs(angle) > 0.25, np.sign(angle), side)
    turned = np.where(np.abs(angle) < least, outward * least, angle)
    radius = np.hypot(x, z)
    moved = position.copy()
    moved[:, 0] = radius * np.sin(turned)
    moved[:, 2] = head.centre[2] + radius * np.cos(turned)
    return np.asarray(moved, np.float32)


def _curl(paths: Floats, style: Style, rng: Generator) -> Floats:
    """Wind the paths into curls whose radius grows from root to tip."""
    count = len(paths)
    t = np.linspace(0, 1, N_STEPS, dtype=np.float32)[None]
    phase = rng.uniform(0, 2 * np.pi, (count, 1)) + 2 * np.pi * style.turns * t
    phase = phase * rng.uniform(0.85, 1.15, (count, 1))
    radius = style.curl * np.minimum(1, 3 * t) * rng.uniform(0.5, 1.3, (count, 1))
    axis = rng.normal(0, 1, (count, 3)).astype(np.float32)
    axis = unit(axis)
    other = np.cross(axis, np.roll(axis, 1, axis=1))
    wave = np.cos(phase)[..., None] * axis[:, None] + np.sin(phase)[..., None] * other[:, None]
    return np.asarray(paths + radius[..., None] * wave, np.float32)


def _follow(
    person: Person, style: Style, rng: Generator, roots: Floats, locks: Floats, nearest: Ints,
    guide_roots: Floats,
) -> Strands:  # fmt: skip
    """Let every hair follow its nearest guide, closing in on it toward the tip."""
    count = len(roots)
    t = np.linspace(0, 1, N_STEPS, dtype=np.float32)[None, :, None]
    offset = (roots - guide_roots[nearest])[:, None]
    frizz = _stretch(rng.normal(0, 1, (count, 4, 3)).astype(np.float32))
    paths = locks[nearest] + offset * (1 - style.clump * t) + frizz * t * (0.02 + 0.25 * style.curl)
    lock_tone = rng.normal(0, 0.13, len(locks))[nearest]
    tone = np.exp(lock_tone + rng.normal(0, 0.10, count))[:, None]
    return Strands(
        paths=paths.astype(np.float32),
        colour=(person.hair * tone).astype(np.float32),
        depth=rng.random(count).astype(np.float32),
        shine=0.35 if style.curl > 0.04 else 0.9,
        width_px=1 if person.hair_style == "buzz" else 2,
        cover=1.0,
    )


def _stretch(knots: Floats) -> Floats:
    """Interpolate (n, 4, 3) knots to (n, N_STEPS, 3)."""
    place = np.linspace(0, knots.shape[1] - 1, N_STEPS)
    low = np.minimum(place.astype(int), knots.shape[1] - 2)
    part = (place - low).astype(np.float32)[None, :, None]
    return np.asarray(knots[:, low] * (1 - part) + knots[:, low + 1] * part, np.float32)


def _bun(person: Person, head: Scalp, rng: Generator) -> Strands:
    """Wind hairs round a ball behind the crown."""
    count = 2500
    middle = head.centre + floats([0.02, 0.85, -0.75])
    axis = rng.normal(0, 1, (count, 3)).astype(np.float32)
    axis[:, 0] += 1.5
    axis = unit(axis)
    across = np.cross(axis, rng.normal(0, 1, (count, 3)))
    across = unit(across)
    other = np.cross(axis, across)
    angle = np.linspace(0, 2.2, N_STEPS)[None, :, None]
    radius = rng.uniform(0.26, 0.34, (count, 1, 1)) * person.hair_length
    paths = middle + radius * (np.cos(angle) * across[:, None] + np.sin(angle) * other[:, None])
    tone = np.exp(rng.normal(0, 0.18, (count, 1)))
    return Strands(
        paths.astype(np.float32), (person.hair * tone).astype(np.float32),
        rng.random(count).astype(np.float32), 0.8, 2,
    )  # fmt: skip


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
