"""Skin maps: what is painted on a head, per vertex where it is soft and as a texture where fine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.random import Generator

from faces_renderer.arrays import Floats, floats
from faces_renderer.model import load_model
from faces_renderer.person import Person

AXIS_Z = 0.55  # the head's vertical axis in base coordinates
TOP_Y, BOTTOM_Y = 8.6, 5.6
WIDTH_PX, HEIGHT_PX = 2048, 1024
SHAVED = ("bald", "ring", "buzz")


@dataclass(frozen=True)
class Skin:
    """What to look up while shading one person's skin.

    Attributes:
        albedo: (m, 3) linear RGB per fine vertex.
        gloss: (m,) strength of the highlight per fine vertex.
        lips: (m,) lip weight per fine vertex.
        tint: (h, w, 3) factor on the albedo: mottling, freckles, moles.
        relief: (h, w) height of pores and wrinkles.
    """

    albedo: Floats
    gloss: Floats
    lips: Floats
    tint: Floats
    relief: Floats


def smooth_step(low: float, high: float, value: Floats) -> Floats:
    """Return 0 below `low`, 1 above `high` and a smooth ramp between; `low` may exceed `high`."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def azimuth(base: Floats) -> Floats:
    """Return the angle around the head's axis: 0 at the nose, positive to the image's right."""
    return np.asarray(np.arctan2(base[..., 0], base[..., 2] - AXIS_Z))


def blob(base: Floats, centre: tuple[float, float, float], radius: float) -> Floats:
    """Return a Gaussian spot around a point and around its mirror image."""
    mirrored = np.stack([np.abs(base[:, 0]), base[:, 1], base[:, 2]], axis=1)
    squared = ((mirrored - floats(centre)) ** 2).sum(axis=1)
    return np.asarray(np.exp(-squared / np.float32(2 * radius**2)))


def scalp(base: Floats, hairline: float) -> Floats:
    """Return how much each base position belongs to the hairy scalp, 0 to 1."""
    angle = np.abs(azimuth(base))
    front = 8.02 + hairline - 0.10 * np.exp(-((angle / 0.22) ** 2))
    front = front - 0.25 * smooth_step(0.35, 0.75, angle) - 0.62 * smooth_step(1.0, 1.28, angle)
    nape = 6.85
    behind = smooth_step(1.75, 1.95, angle)
    above_ear = 7.36 - 0.12 * smooth_step(1.28, 1.2, angle)
    edge = np.where(angle < 1.28, front, above_ear)
    edge = edge * (1 - behind) + nape * behind
    return smooth_step(-0.05, 0.05, base[:, 1] - edge)


def beard_area(base: Floats, kind: str) -> Floats:
    """Return how densely a beard of a kind grows at each base position, 0 to 1."""
    x, y = np.abs(base[:, 0]), base[:, 1]
    angle = np.abs(azimuth(base))
    cheek = 6.60 + 0.62 * smooth_step(0.25, 1.35, angle)
    low = 6.08 + 0.32 * smooth_step(0.5, 1.3, angle)
    jaw = smooth_step(0.06, -0.06, y - cheek) * smooth_step(-0.05, 0.09, y - low)
    jaw = jaw * smooth_step(1.46, 1.38, angle) * (base[:, 2] > 0.3)
    lip = smooth_step(6.86, 6.82, y) * smooth_step(6.60, 6.66, y) * smooth_step(0.36, 0.27, x)
    lip = lip * (base[:, 2] > 1.3)
    chin = smooth_step(0.30, 0.22, x) * smooth_step(6.52, 6.44, y) * (base[:, 2] > 0.8)
    corner = smooth_step(0.23, 0.26, x) * smooth_step(0.37, 0.31, x) * (base[:, 2] > 1.1)
    corner = corner * smooth_step(6.7, 6.6, y)
    goatee = np.maximum(lip, np.maximum(chin, corner)) * smooth_step(6.05, 6.15, y)
    return {
        "none": 0 * x,
        "moustache": lip,
        "goatee": goatee,
        "stubble": np.maximum(jaw, lip),
        "full": np.maximum(jaw, lip),
    }[kind].astype(np.float32)


@lru_cache(maxsize=2)
def paint(person: Person) -> Skin:
    """Return the maps of one person."""
    rng = np.random.default_rng([person.seed, 2])
    model = load_model()
    base = model.fine_base
    lips = np.clip(model.regions["lips"], 0, 1)
    return Skin(
        albedo=_albedo(person, base, lips),
        gloss=_gloss(person, base, lips),
        lips=lips,
        tint=_tint(person, rng),
        relief=_relief(person, rng),
    )


def _albedo(person: Person, base: Floats, lips: Floats) -> Floats:
    """Return the soft part of the skin's colour per vertex."""
    blood = (
        0.9 * blob(base, (0.45, 6.98, 1.35), 0.2)
        + 0.8 * blob(base, (0.0, 6.93, 1.68), 0.13)
        + 0.4 * blob(base, (0.0, 6.3, 1.45), 0.16)
        + 0.5 * load_model().regions["ears"]
        + 0.4 * load_model().regions["eyelids"]
    ) * person.redness
    shade = 0.55 * blob(base, (0.33, 7.16, 1.36), 0.07) + 0.4 * blob(base, (0.2, 7.3, 1.36), 0.06)
    shade = shade * (0.35 + 0.5 * np.clip((person.age - 25) / 45, 0, 1))
    albedo = person.skin * np.exp(-blood[:, None] * floats([0.06, 0.34, 0.30]))
    albedo = albedo * np.exp(-shade[:, None] * floats([0.45, 0.6, 0.5]))
    albedo = albedo * (1 + lips[:, None] * (person.lip_tint - 1))
    return _hair_shadow(person, base, lips, albedo)


def _hair_shadow(person: Person, base: Floats, lips: Floats, albedo: Floats) -> Floats:
    """Darken the skin under hair, so that no scalp shines through, and under a shaved beard."""
    ring = person.hair_style == "ring"
    cover = scalp(base, person.hairline)
    if ring:
        cover = cover * (base[:, 1] < 7.85 - 0.25 * np.cos(azimuth(base)))
    strength = {"bald": 0.16, "ring": 0.55, "buzz": 0.8}.get(person.hair_style, 0.97)
    under = person.hair * 0.6 if person.hair_style not in SHAVED else person.hair
    albedo = albedo + (under - albedo) * (strength * cover)[:, None]
    kind = person.beard if person.beard != "none" else "stubble"
    amount = {"none": 0.18 * (person.masculinity > 0.5), "stubble": 0.42}.get(person.beard, 0.6)
    grown = beard_area(base, kind) * (1 - lips) * np.float32(amount)
    if person.beard in ("moustache", "goatee"):
        shaved = beard_area(base, "stubble") * (1 - lips) * np.float32(0.18)
        grown = np.maximum(grown, shaved)
    shadow = np.minimum(person.brow * 0.8 + albedo * 0.25, albedo)
    return np.asarray(albedo + (shadow - albedo) * grown[:, None], np.float32)


def _gloss(person: Person, base: Floats, lips: Floats) -> Floats:
    """Return how strongly each vertex shines: forehead, nose, cheekbones and lips do most."""
    zone = (
        blob(base, (0.0, 7.8, 1.5), 0.22)
        + 1.2 * blob(base, (0.0, 7.0, 1.66), 0.14)
        + 0.6 * blob(base, (0.48, 7.05, 1.3), 0.15)
        + 0.4 * blob(base, (0.0, 6.3, 1.5), 0.12)
    )
    return np.asarray(0.55 + zone * 0.6 * person.oil + 0.9 * lips, np.float32)


def noise(rng: Generator, height: int, width: int, cell_px: float) -> Floats:
    """Return smooth unit-variance noise whose features are about `cell_px` wide."""
    shape = (max(2, int(height / cell_px) + 2), max(2, int(width / cell_px) + 2))
    coarse = rng.standard_normal(shape).astype(np.float32)
    fine = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine / (fine.std() + 1e-6), np.float32)


def _tint(person: Person, rng: Generator) -> Floats:
    """Paint mottling, freckles and moles as a factor on the albedo."""
    mottle = sum(
        weight * noise(rng, HEIGHT_PX, WIDTH_PX, cell)
        for cell, weight in ((90, 0.3), (34, 0.45), (12, 0.4), (5, 0.35))
    )
    blotch = np.asarray(mottle, np.float32) * np.float32(0.07)
    tint = np.exp(blotch[..., None] * floats([0.5, 1.0, 0.9]))
    spots = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    _dot(spots, rng, int(600 * person.freckles), (0.9, 2.2), (0.25, 0.7), 7.03, (0.55, 0.2))
    _dot(spots, rng, int(max(0, person.age - 48) * 1.6), (1.5, 5.5), (0.1, 0.35), 7.3, (0.9, 0.5))
    _dot(spots, rng, person.n_moles, (1.6, 3.4), (0.8, 1.6), 6.85, (0.55, 0.4))
    spots = cv2.GaussianBlur(spots, (0, 0), 0.9)
    return np.asarray(tint * np.exp(-spots[..., None] * floats([0.55, 0.9, 1.1])), np.float32)


def _dot(
    spots: Floats,
    rng: Generator,
    count: int,
    radius_px: tuple[float, float],
    strength: tuple[float, float],
    centre_y: float,
    spread: tuple[float, float],
) -> None:
    """Scatter round spots around the face at the given base height."""
    for _ in range(count):
        u = (0.5 + rng.normal(0, spread[0]) / (2 * np.pi)) * WIDTH_PX
        v = (TOP_Y - centre_y - rng.normal(0, spread[1])) / (TOP_Y - BOTTOM_Y) * HEIGHT_PX
        radius = rng.uniform(*radius_px)
        centre = (int(u * 8), int(v * 8))  # three fractional bits: no snapping to the grid
        value = float(rng.uniform(*strength))
        cv2.circle(spots, centre, int(radius * 8), value, -1, cv2.LINE_AA, 3)


def _relief(person: Person, rng: Generator) -> Floats:
    """Return the height of pores, fine lines and, with age, wrinkles."""
    pores = noise(rng, HEIGHT_PX, WIDTH_PX, 2.6) * 0.5 + noise(rng, HEIGHT_PX, WIDTH_PX, 5) * 0.5
    u, v = np.meshgrid(
        np.linspace(-np.pi, np.pi, WIDTH_PX), np.linspace(TOP_Y, BOTTOM_Y, HEIGHT_PX)
    )
    u, v = u.astype(np.float32), v.astype(np.float32)
    warp = 0.03 * noise(rng, HEIGHT_PX, WIDTH_PX, 120) + 0.008 * noise(rng, HEIGHT_PX, WIDTH_PX, 30)
    lines = np.sin((v + warp) * 2 * np.pi / rng.uniform(0.085, 0.12)) ** 3
    forehead = np.exp(-((u / 0.6) ** 4) - ((v - 7.78) / 0.15) ** 2)
    side = np.abs(u) - 0.62
    rays = np.sin(np.arctan2(v - 7.27 + warp * 0.3, np.maximum(side, 0.01)) * 13) ** 3
    crow = np.exp(-(((side - 0.12) / 0.08) ** 2) - ((v - 7.27) / 0.11) ** 2)
    old = float(np.clip((person.age - 32) / 35, 0, 1))
    wrinkles = old * (lines * forehead * 3.2 + rays * crow * 3.0)
    mouth = np.exp(-((u / 0.26) ** 6) - ((v - 6.6) / 0.1) ** 4)
    lip_lines = np.sin(u * 260 + 2.5 * noise(rng, HEIGHT_PX, WIDTH_PX, 24)) * mouth
    coarse = 0.6 + 0.5 * old
    return np.asarray(pores * coarse + wrinkles + 0.5 * lip_lines, np.float32)


def look_up(texture: Floats, base: Floats) -> Floats:
    """Sample a texture at (k, 3) base positions."""
    u = (0.5 + azimuth(base) / (2 * np.pi)) * WIDTH_PX - 0.5
    v = (TOP_Y - base[:, 1]) / (TOP_Y - BOTTOM_Y) * HEIGHT_PX - 0.5
    side = 1024  # remap wants a picture, so fold the list into rows
    padding = -len(u) % side
    grid = [np.pad(c.astype(np.float32), (0, padding)).reshape(-1, side) for c in (u, v)]
    values = cv2.remap(texture, grid[0], grid[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values.reshape(-1, *texture.shape[2:])[: len(u)], np.float32)
