"""What clothes are made of: folds, a knit, a seam at the collar, stripes, a jacket."""

from __future__ import annotations

import cv2
import numpy as np

from faces_renderer.arrays import Floats, unit
from faces_renderer.shot import Shot
from faces_renderer.skin import noise, smooth_step


def weave(normals: Floats, base: Floats, shot: Shot, amount: Floats) -> Floats:
    """Tilt the normals of clothes into soft folds and a fine knit."""
    rng = np.random.default_rng([shot.seed, 11])
    folds = 2.2 * noise(rng, 256, 256, 26) + 0.5 * noise(rng, 256, 256, 9)
    x = np.clip((base[:, 0] + 3.4) / 6.8 * 255, 0, 255)
    y = np.clip((base[:, 1] - 3.4) / 3.0 * 255, 0, 255)
    side = 1024
    padding = -len(x) % side
    grids = [np.pad(c.astype(np.float32), (0, padding)).reshape(-1, side) for c in (x, y)]
    slopes = [
        cv2.Sobel(folds.astype(np.float32), cv2.CV_32F, 1 - k, k, ksize=3) / 8 for k in (0, 1)
    ]
    tilt = [cv2.remap(s, grids[0], grids[1], cv2.INTER_LINEAR).ravel()[: len(x)] for s in slopes]
    knit = 0.05 * np.sin(base[:, 0] * 190) * np.sin(base[:, 1] * 190)
    offset = np.stack([0.55 * tilt[0] + knit, 0.55 * tilt[1] + knit, 0 * knit], axis=1)
    tilted = normals - amount[:, None] * offset.astype(np.float32)
    return unit(tilted)


def fabric_albedo(base: Floats, points: Floats, cloth: Floats, shot: Shot) -> Floats:
    """Return the albedo of clothes: a shirt with a seam at its edge, perhaps under a jacket."""
    albedo = np.broadcast_to(shot.fabric, base.shape)
    if shot.stripes > 0:
        wave = np.sin(points[:, 1] * shot.stripes)
        albedo = albedo * (1 - 0.45 * smooth_step(0.35, 0.5, wave))[:, None]
    seam = 1 - 0.25 * np.exp(-(((cloth - 0.085) / 0.010) ** 2))
    albedo = albedo * seam[:, None]
    if shot.neckline == "jacket":
        x, y = np.abs(base[:, 0]), base[:, 1]
        edge = 0.37 - 0.45 * (5.8 - y)
        inside = smooth_step(-0.006, 0.006, x - edge)
        rim = 1 - 0.5 * np.exp(-(((x - edge + 0.02) / 0.03) ** 2)) * (1 - inside)
        lapel = 1 - 0.18 * np.exp(-(((x - edge - 0.3) / 0.015) ** 2)) * (y < 5.6)
        albedo = albedo * rim[:, None] * (1 - inside)[:, None]
        albedo = albedo + (shot.jacket * lapel[:, None]) * inside[:, None]
    return np.asarray(albedo, np.float32)
