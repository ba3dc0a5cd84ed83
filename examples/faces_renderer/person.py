"""Who a person is: everything that stays the same from one picture to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from faces_renderer.arrays import Floats
from faces_renderer.model import load_model

ORIGINS = ("african", "asian", "caucasian")
OPPOSITES = (
    ("decr", "incr"), ("down", "up"), ("in", "out"), ("backward", "forward"),
    ("concave", "convex"), ("compress", "uncompress"),
)  # fmt: skip
DETAILS = ("cheek", "chin", "ear", "eye", "eyebrows", "forehead", "head", "mouth", "neck", "nose")
NOT_DETAILS = {"eyebrows-up", "eyebrows-down", "eyebrows-inner-up", "mouth-compression"}
OUTLINES = ("oval", "round", "square", "rectangular", "triangular", "invertedtriangular", "diamond")

# sRGB, from very light to very dark
SKIN = np.array(
    [[236, 199, 179], [230, 190, 168], [217, 174, 150], [194, 149, 124], [158, 114, 91],
     [119, 83, 66], [86, 60, 49]], np.float32,
) / 255  # fmt: skip
HAIR = {
    "black": (0.125, 0.105, 0.10),
    "dark brown": (0.20, 0.145, 0.11),
    "brown": (0.29, 0.20, 0.14),
    "chestnut": (0.36, 0.21, 0.13),
    "auburn": (0.47, 0.23, 0.12),
    "dark blond": (0.52, 0.40, 0.27),
    "blond": (0.70, 0.57, 0.38),
}
GREY, WHITE = (0.52, 0.51, 0.49), (0.80, 0.79, 0.76)
IRIS = {
    "dark": (0.16, 0.09, 0.05),
    "brown": (0.30, 0.17, 0.08),
    "hazel": (0.40, 0.30, 0.14),
    "green": (0.34, 0.40, 0.26),
    "blue": (0.33, 0.45, 0.56),
    "grey": (0.42, 0.46, 0.48),
}
# standard deviation of a detail, by the start of its name
# (the first that fits): what sets strangers apart varies most, what distorts varies least
SPREADS = {
    "neck": 0.15, "ear": 0.2, "head-age": 0.1, "head-scale": 0.33, "head": 0.33, "eye-trans": 0.28,
    "eye-scale": 0.36, "eyebrows": 0.4, "eye": 0.24, "nose-scale": 0.36, "nose-trans": 0.2,
    "nose": 0.25, "mouth-scale": 0.36, "mouth-trans": 0.2, "mouth": 0.2, "chin-width": 0.38,
    "chin-height": 0.34, "chin": 0.24, "forehead": 0.4, "cheek": 0.38,
}  # fmt: skip
SHORT_STYLES = ("bald", "ring", "buzz", "crop", "side", "back", "curly crop")
LONG_STYLES = ("bob", "long", "wavy", "fringe", "tied", "afro", "pixie")


@dataclass(frozen=True, eq=False)  # hashed by identity, so that maps can be cached
class Person:
    """An invented person.

    Attributes:
        seed: Draws everything random about the person, textures and hair included.
        shape: Morph target weights.
        masculinity: 0 to 1.
        age: Years.
        skin: Linear RGB albedo.
        redness, freckles, oil: Strengths in [0, 1].
        n_moles: Number of moles on the face.
        lip_tint: Linear RGB factor on the skin's albedo.
        iris: Linear RGB.
        hair_style: One of `SHORT_STYLES` or `LONG_STYLES`.
        hair, brow: Linear RGB.
        hair_length: In model units; one is about ten centimetres.
        parting: Base x at which the hair parts.
        hairline: How far the hairline lies above its usual height.
        brow_thickness, brow_height, brow_arch, brow_density: Of the eyebrows.
        beard: "none", "stubble", "moustache", "goatee" or "full".
        glasses: "none", "round", "square" or "browline".
        glasses_colour: Linear RGB.
    """

    seed: int
    shape: dict[str, float]
    masculinity: float
    age: float
    skin: Floats
    redness: float
    freckles: float
    oil: float
    n_moles: int
    lip_tint: Floats
    iris: Floats
    hair_style: str
    hair: Floats
    brow: Floats
    hair_length: float
    parting: float
    hairline: float
    brow_thickness: float
    brow_height: float
    brow_arch: float
    brow_density: float
    beard: str
    glasses: str
    glasses_colour: Floats


def linear(colour: tuple[float, ...] | Floats) -> Floats:
    """Turn sRGB in [0, 1] into linear light."""
    return np.power(np.asarray(colour, np.float32), np.float32(2.2))


def draw_person(seed: int) -> Person:
    """Return the one person that a seed stands for."""
    rng = np.random.default_rng([seed, 1])
    origin = rng.dirichlet([0.3, 0.3, 0.4])
    masculinity = float(np.clip(rng.choice([0.06, 0.94]) + rng.normal(0, 0.1), 0, 1))
    age = float(np.clip(rng.gamma(5.0, 8), 19, 80))
    melanin = float(np.clip(origin @ [0.76, 0.36, 0.2] + rng.normal(0, 0.13), 0, 1))
    hair = _hair_colour(rng, melanin, age)
    style = _hair_style(rng, masculinity, age)
    return Person(
        seed=seed,
        shape=_macro_shape(rng, origin, masculinity, age) | _details(rng),
        masculinity=masculinity,
        age=age,
        skin=_skin(rng, melanin),
        redness=float(rng.uniform(0.2, 1)) * (1 - 0.5 * melanin),
        freckles=float(rng.uniform(0.3, 1)) if melanin < 0.35 and rng.random() < 0.35 else 0.0,
        oil=float(rng.uniform(0.2, 1)),
        n_moles=int(rng.integers(1, 9)),
        lip_tint=_lip_tint(rng, masculinity),
        iris=_iris(rng, melanin),
        hair_style=style,
        hair=hair,
        brow=(hair * np.float32(rng.uniform(0.45, 0.9))).astype(np.float32),
        hair_length=float(rng.uniform(0.75, 1.25)),
        parting=float(rng.choice([-1, 1]) * rng.uniform(0.0, 0.4)),
        hairline=float(rng.normal(0, 0.05) + 0.12 * masculinity * max(0, age - 35) / 35),
        brow_thickness=float(rng.uniform(0.018, 0.036) + 0.012 * masculinity),
        brow_height=float(rng.normal(0, 0.025)),
        brow_arch=float(rng.uniform(0.01, 0.09) - 0.03 * masculinity),
        brow_density=float(rng.uniform(0.35, 1)),
        beard=_beard(rng, masculinity),
        glasses=str(rng.choice(["none", "round", "square", "browline"], p=[0.74, 0.1, 0.1, 0.06])),
        glasses_colour=linear(
            [(0.08, 0.08, 0.09), (0.25, 0.15, 0.09), (0.55, 0.5, 0.42), (0.3, 0.32, 0.35)][
                rng.integers(4)
            ]
        ),
    )


def _macro_shape(
    rng: Generator, origin: Floats, masculinity: float, age: float
) -> dict[str, float]:
    """Blend the targets of origin, sex, age and weight."""
    old = float(np.clip((age - 25) / 62, 0, 0.85))
    shape: dict[str, float] = {}
    for sex, part_sex in (("male", masculinity), ("female", 1 - masculinity)):
        for years, part_age in (("old", old), ("young", 1 - old)):
            part = part_sex * part_age
            for name, weight in zip(ORIGINS, origin, strict=True):
                shape[f"{name}-{sex}-{years}"] = float(weight * part)
    heaviness = float(np.clip(rng.normal(0.05, 0.5), -0.9, 1))
    extreme = "max" if heaviness > 0 else "min"
    for sex, part_sex in (("male", masculinity), ("female", 1 - masculinity)):
        shape[f"universal-{sex}-young-averagemuscle-{extreme}weight"] = abs(heaviness) * part_sex
    return shape


def opposite_targets() -> list[tuple[str, str]]:
    """Return pairs of detail targets that undo each other, in a fixed order."""
    names = set(load_model().targets) - NOT_DETAILS
    pairs = []
    for name in sorted(names):
        stem, _, ending = name.rpartition("-")
        for less, more in OPPOSITES:
            if ending == less and f"{stem}-{more}" in names and name.startswith(DETAILS):
                pairs.append((name, f"{stem}-{more}"))
    return pairs


def _details(rng: Generator) -> dict[str, float]:
    """Draw a weight for each pair of details, for the outline and for the asymmetries."""
    shape: dict[str, float] = {}
    for less, more in opposite_targets():
        spread = next((s for start, s in SPREADS.items() if less.startswith(start)), 0.3)
        weight = float(np.clip(rng.normal(0, spread), -0.7, 0.7))
        shape[more if weight > 0 else less] = abs(weight)
    for outline in rng.choice(OUTLINES, 2, replace=False):
        shape[f"head-{outline}"] = float(rng.uniform(0, 0.6))
    for name in ("brown", "cheek", "eye", "jaw", "mouth", "nose", "temple"):
        shape[f"asym-{name}-1-l"] = float(rng.normal(0, 0.25))
    return shape


def _skin(rng: Generator, melanin: float) -> Floats:
    """Return the linear albedo of a skin tone."""
    place = melanin * (len(SKIN) - 1)
    low = min(int(place), len(SKIN) - 2)
    tone = SKIN[low] + (SKIN[low + 1] - SKIN[low]) * np.float32(place - low)
    warmth = rng.normal(0, 0.018)
    return linear(np.clip(tone * [1 + warmth, 1, 1 - 1.6 * warmth], 0, 1).astype(np.float32))


def _lip_tint(rng: Generator, masculinity: float) -> Floats:
    if masculinity < 0.5 and rng.random() < 0.4:  # lipstick
        return linear([(0.82, 0.46, 0.46), (0.72, 0.4, 0.44), (0.85, 0.58, 0.54)][rng.integers(3)])
    return linear((0.93, float(rng.uniform(0.72, 0.82)), float(rng.uniform(0.74, 0.84))))


def _iris(rng: Generator, melanin: float) -> Floats:
    light = max(0.0, 0.75 - 1.9 * melanin)
    odds = np.array([0.9 * melanin, 0.45, 0.4 * light, 0.3 * light, 0.8 * light, 0.4 * light])
    return linear(list(IRIS.values())[rng.choice(len(IRIS), p=odds / odds.sum())])


def _hair_colour(rng: Generator, melanin: float, age: float) -> Floats:
    light = max(0.0, 0.6 - 1.6 * melanin)
    odds = np.array([0.15 + melanin, 0.35, 0.9 * light, 0.6 * light, 0.45 * light, light, light])
    colour = linear(list(HAIR.values())[rng.choice(len(HAIR), p=odds / odds.sum())])
    grey = float(np.clip((age - rng.uniform(38, 62)) / 18, 0, 1))
    silver = linear(GREY if rng.random() < 0.6 else WHITE)
    return (colour + (silver - colour) * np.float32(grey)).astype(np.float32)


def _hair_style(rng: Generator, masculinity: float, age: float) -> str:
    if masculinity < 0.5:
        odds = np.array([0.18, 0.2, 0.2, 0.16, 0.14, 0.07, 0.05 + 0.1 * (age > 50)])
        return str(rng.choice(LONG_STYLES, p=odds / odds.sum()))
    odds = np.array([0.08, 0.16 if age > 42 else 0, 0.15, 0.22, 0.2, 0.14, 0.14])
    return str(rng.choice(SHORT_STYLES, p=odds / odds.sum()))


def _beard(rng: Generator, masculinity: float) -> str:
    if masculinity < 0.5:
        return "none"
    kinds = ("none", "stubble", "moustache", "goatee", "full")
    return str(rng.choice(kinds, p=[0.36, 0.22, 0.1, 0.12, 0.2]))
