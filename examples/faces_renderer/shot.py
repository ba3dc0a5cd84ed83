"""What differs between two pictures of a person: pose, face, light, clothes, camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from faces_renderer.arrays import Floats, floats
from faces_renderer.person import Person, linear

FABRICS = (
    (0.16, 0.19, 0.25), (0.25, 0.28, 0.31), (0.62, 0.60, 0.56), (0.80, 0.79, 0.77),
    (0.33, 0.25, 0.22), (0.28, 0.33, 0.28), (0.42, 0.30, 0.30), (0.52, 0.47, 0.40),
    (0.13, 0.13, 0.14), (0.36, 0.42, 0.48), (0.55, 0.42, 0.36), (0.38, 0.36, 0.44),
)  # fmt: skip
NECKLINES = ("crew", "v", "scoop", "high", "jacket", "jacket")
BACKDROPS = ("studio", "window", "foliage", "street", "wall", "shelf", "dusk")
# smiling, slightly smiling, serious, ... as expression targets
MOODS: tuple[dict[str, float], ...] = (
    {"mouth-corner-puller": 0.3},
    {"mouth-corner-puller": 0.6, "eye-slit": 0.05},
    {"mouth-corner-puller": 0.95, "eye-slit": 0.1},
    {"mouth-corner-puller": 0.8, "mouth-parling": 0.5, "eye-slit": 0.08},
    {"eyebrows-up": 0.5, "mouth-parling": 0.25, "mouth-corner-puller": 0.4},
    {"mouth-compression": 0.3, "mouth-corner-puller": 0.5},
    {"eyebrows-inner-up": 0.3, "mouth-corner-puller": 0.55},
    {"eye-slit": 0.12, "eyebrows-down": 0.25, "mouth-corner-puller": 0.3},
)


@dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes:
        seed: Draws everything random about the picture.
        yaw, pitch, roll: Of the head in radians; positive yaw turns to the image's right,
            positive pitch looks down, positive roll tilts clockwise on the picture.
        body_yaw: Of the shoulders in radians.
        mood: Expression target weights.
        gaze: Direction in which both eyes look, in camera coordinates.
        key: (3,) unit direction toward the main light.
        key_colour, sky_colour, ground_colour: Linear RGB.
        rim: Strength of a light from behind.
        softness: 0 for a small light, 1 for a large one.
        backdrop: One of `BACKDROPS`.
        neckline: One of `NECKLINES`.
        fabric, jacket: Linear RGB.
        stripes: Stripes on the shirt in radians per model unit; 0 for a plain one.
        frame_units: Height of the picture in model units at the face.
        offset: Where the face lies off the centre, as shares of width and height.
        exposure: In stops.
        warmth: Error of the white balance.
        noise: Standard deviation of the sensor noise at mid-grey.
        quality: JPEG quality.
    """

    seed: int
    yaw: float
    pitch: float
    roll: float
    body_yaw: float
    mood: dict[str, float]
    gaze: Floats
    key: Floats
    key_colour: Floats
    sky_colour: Floats
    ground_colour: Floats
    rim: float
    softness: float
    backdrop: str
    neckline: str
    fabric: Floats
    jacket: Floats
    stripes: float
    frame_units: float
    offset: tuple[float, float]
    exposure: float
    warmth: float
    noise: float
    quality: int


def draw_shot(person: Person, number: int) -> Shot:
    """Return the `number`-th picture of a person, counted from 0."""
    seed = person.seed * 1000 + number
    rng = np.random.default_rng([seed, 7])
    yaw = float(np.clip(rng.normal(0, 0.24), -0.5, 0.5))
    pitch = float(np.clip(rng.normal(0.0, 0.09), -0.2, 0.2))
    away = rng.choice([-1, 1]) * rng.uniform(0.35, 1.0)
    high = rng.uniform(0.3, 0.8)
    key = np.array([np.sin(away) * np.cos(high), np.sin(high), np.cos(away) * np.cos(high)])
    gaze = np.array([rng.normal(0, 0.04), rng.normal(0, 0.03), 1.0])
    if rng.random() < 0.2:  # looks past the camera
        gaze += [0.5 * yaw, -0.3 * pitch, 0]
    first, second = rng.choice(len(FABRICS), 2, replace=False)
    temperature = float(rng.normal(0, 0.05))
    return Shot(
        seed=seed,
        yaw=yaw,
        pitch=pitch,
        roll=float(rng.normal(0, 0.05) - 0.12 * yaw),
        body_yaw=float(0.45 * yaw + rng.normal(0, 0.15)),
        mood=_mood(rng),
        gaze=(gaze / np.linalg.norm(gaze)).astype(np.float32),
        key=key.astype(np.float32),
        key_colour=_tinted(temperature + 0.04, float(rng.uniform(1.6, 2.5))),
        sky_colour=_tinted(-temperature - 0.02, float(rng.uniform(0.42, 0.72))),
        ground_colour=_tinted(0.08, float(rng.uniform(0.2, 0.42))),
        rim=float(max(0, rng.normal(0.5, 0.6))),
        softness=float(rng.uniform(0.35, 1)),
        backdrop=BACKDROPS[(number + person.seed) % len(BACKDROPS)],
        neckline=str(rng.choice(NECKLINES)),
        fabric=linear(FABRICS[first]),
        jacket=linear(FABRICS[second]) * np.float32(0.8),
        stripes=float(rng.uniform(22, 60)) if rng.random() < 0.2 else 0.0,
        frame_units=float(rng.uniform(3.35, 4.2)),
        offset=(float(np.clip(rng.normal(0, 0.04), -0.09, 0.09)), float(rng.normal(0.01, 0.012))),
        exposure=float(rng.normal(0, 0.16)),
        warmth=float(rng.normal(0.01, 0.025)),
        noise=float(rng.uniform(0.001, 0.007)),
        quality=int(70 + 20 * rng.beta(1.1, 2.2)),
    )


def _mood(rng: Generator) -> dict[str, float]:
    mood = MOODS[rng.integers(len(MOODS))]
    return {name: float(weight * rng.uniform(0.7, 1.2)) for name, weight in mood.items()}


def _tinted(warmth: float, strength: float) -> Floats:
    """Return a slightly warm or cool white of the given strength."""
    return (floats([1 + warmth, 1, 1 - 1.4 * warmth]) * np.float32(strength)).astype(np.float32)
