"""Spectacle frames as tubes: two rims, a bridge and two temples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faces_renderer.arrays import Floats, Ints, floats, unit
from faces_renderer.model import load_model
from faces_renderer.person import Person
from faces_renderer.subdivide import triangulate

CURVE = 0.22  # how far the frame bends back toward the temples
HALF_WIDTH = 0.245
NEAREST_LENS = 0.31
N_SIDES = 6


@dataclass(frozen=True)
class Frame:
    """A kind of frame: exponent of the rims' outline, half their height, radius of the tubes."""

    power: float
    half_height: float
    radius: float


FRAMES = {
    "round": Frame(2.0, 0.235, 0.014),
    "square": Frame(4.5, 0.18, 0.021),
    "browline": Frame(3.2, 0.19, 0.017),
}


def build_glasses(person: Person, coarse: Floats, fine: Floats) -> tuple[Floats, Ints]:
    """Return the vertices and triangles of a frame, empty for those who wear none."""
    if person.glasses == "none":
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int64)
    frame = FRAMES[person.glasses]
    fit = _head_width(fine)
    eyes = [coarse[index].mean(axis=0) for index in load_model().eyes]
    plane = _plane(fine)
    lines = []
    for sign, eye in zip((-1, 1), eyes, strict=True):
        lines += [_rim(frame, sign, eye, plane, fit), _temple(sign, eye, plane, fit, fine)]
    lines.append(_bridge(eyes[0], plane, fit))
    return _sweep(lines, frame.radius)


def _head_width(fine: Floats) -> float:
    """Return how wide the head is at the temples, as a share of the neutral head's width."""
    base = load_model().fine_base
    temples = (np.abs(base[:, 1] - 7.4) < 0.08) & (np.abs(base[:, 2] - 0.9) < 0.15)
    width = np.abs(fine[temples, 0]).mean() / np.abs(base[temples, 0]).mean()
    return float(np.clip(width, 0.78, 1.12))


def _plane(fine: Floats) -> float:
    """Return the depth at which the frame clears brows and cheeks."""
    base = load_model().fine_base
    near = (np.abs(np.abs(base[:, 0]) - 0.34) < 0.22) & (np.abs(base[:, 1] - 7.25) < 0.24)
    near &= base[:, 2] > 1
    return float(np.percentile(fine[near, 2] + CURVE * fine[near, 0] ** 2, 97)) + 0.03


def _rim(frame: Frame, sign: int, eye: Floats, plane: float, fit: float) -> Floats:
    angle = np.linspace(0, 2 * np.pi, 49)
    cos, sin = np.cos(angle), np.sin(angle)
    middle = sign * max(abs(eye[0]), NEAREST_LENS * fit)
    x = middle + HALF_WIDTH * fit * np.sign(cos) * np.abs(cos) ** (2 / frame.power)
    y = eye[1] - 0.02 + fit * frame.half_height * np.sign(sin) * np.abs(sin) ** (2 / frame.power)
    return np.stack([x, y, plane - CURVE * x**2], axis=1)


def _temple(sign: int, eye: Floats, plane: float, fit: float, fine: Floats) -> Floats:
    base = load_model().fine_base
    ear = fine[np.argmin(((base - floats([sign * 0.79, 7.33, 0.6])) ** 2).sum(axis=1))]
    hinge = np.array(
        [sign * (max(abs(eye[0]), NEAREST_LENS * fit) + HALF_WIDTH * fit), eye[1] + 0.06, 0]
    )
    hinge[2] = plane - CURVE * hinge[0] ** 2
    outside = np.array([sign * max(abs(ear[0]), abs(hinge[0])), ear[1] + 0.03, ear[2]])
    bow = (hinge + outside) / 2 + [sign * 0.05, 0, 0]
    t = np.linspace(0, 1, 13)[:, None]
    return np.asarray((1 - t) ** 2 * hinge + 2 * t * (1 - t) * bow + t**2 * outside)


def _bridge(eye: Floats, plane: float, fit: float) -> Floats:
    inner = max(abs(eye[0]), NEAREST_LENS * fit) - HALF_WIDTH * fit
    x = np.linspace(-inner, inner, 9)
    return np.stack([x, eye[1] + 0.04 + 0.03 * np.cos(x / inner * 1.5), 0 * x + plane + 0.02], 1)


def _sweep(lines: list[Floats], radius: float) -> tuple[Floats, Ints]:
    """Turn centre lines into tubes."""
    vertices, triangles, first = [], [], 0
    for line in lines:
        tangent = unit(np.gradient(line, axis=0))
        helper = np.where(np.abs(tangent[:, 2:]) < 0.9, [[0.0, 0, 1]], [[0.0, 1, 0]])
        right = unit(np.cross(tangent, helper))
        up = np.cross(right, tangent)
        angle = (np.arange(N_SIDES) * 2 * np.pi / N_SIDES)[None, :, None]
        ring = np.cos(angle) * right[:, None] + np.sin(angle) * up[:, None]
        vertices.append((line[:, None] + radius * ring).reshape(-1, 3))
        i, j = np.meshgrid(np.arange(len(line) - 1), np.arange(N_SIDES), indexing="ij")
        a, b = i * N_SIDES + j, i * N_SIDES + (j + 1) % N_SIDES
        quads = np.stack([a, a + N_SIDES, b + N_SIDES, b], axis=-1).reshape(-1, 4) + first
        triangles.append(triangulate(quads))
        first += len(line) * N_SIDES
    return np.concatenate(vertices).astype(np.float32), np.concatenate(triangles)
