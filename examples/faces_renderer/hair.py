"""The hair of the head: guide locks that are combed and fall, and hairs that follow them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from scipy.spatial import cKDTree

from faces_renderer.arrays import Floats, Ints, floats, unit
from faces_renderer.person import Person
from faces_renderer.skin import azimuth, scalp, smooth_step
from faces_renderer.strands import Scalp, Strands, scatter, spherical


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
            position = _clear_face(position, head, side, person.hair_style)
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
    rows, columns, radius = spherical(offset)
    least = head.radius[rows, columns][:, None] + gap
    inside = (radius[:, None] < least) & (position[:, 1:2] > head.centre[1] - 1.1)
    return np.asarray(
        np.where(inside, head.centre + offset * (least / radius[:, None]), position), np.float32
    )


def _clear_face(position: Floats, head: Scalp, side: Floats, style: str) -> Floats:
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
