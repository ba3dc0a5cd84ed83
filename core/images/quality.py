"""Quality: figures of an image that point at pictures a data set is better without.

A check is one function and one line in `CHECKS`. Pages read the titles and thresholds, so nothing
heavy is imported until something is measured.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.types import RgbImage

CHECKS_VERSION = "checks-2"

_BRIGHTNESS_WEIGHTS = (0.241, 0.691, 0.068)
_SAMPLED_SIDE_PX = 64

_LUMINANCE_Q50 = np.array(
    [
        *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55),
        *(14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62),
        *(18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92),
        *(49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
    ],
    np.float64,
)
"""Annex K of ITU-T T.81, row by row; Pillow gives an image's tables in the same order."""


@dataclass(frozen=True)
class Sample:
    """What the checks see of one image.

    Attributes:
        grey: (h, w) uint8, reduced by area to a longest side of 256 px where it was larger.
        rgb: (h, w, 3) uint8 of the same size.
        width_px: Of the upright original.
        height_px: Of the upright original.
        size_bytes: Of the file.
        format: From the content ("JPEG", "PNG", ...).
        tables: A JPEG's quantisation tables by number, 64 values each row by row, else None.
    """

    grey: NDArray[np.uint8]
    rgb: RgbImage
    width_px: int
    height_px: int
    size_bytes: int
    format: str
    tables: Mapping[int, Sequence[int]] | None = None

    @cached_property
    def brightness_range(self) -> tuple[float, float]:
        """The perceived brightness, 0 to 1, that 5 % and 99 % of the pixels stay under.

        Of every n-th pixel, so that some 64 x 64 are looked at.

        Reference: Finley (2006), "HSP Color Model - Alternative to HSV (HSB) and HSL".
        """
        step = -(-max(self.rgb.shape) // _SAMPLED_SIDE_PX)
        squares = np.square(self.rgb[::step, ::step].astype(np.float32) / 255)
        brightness = np.sqrt(squares @ np.array(_BRIGHTNESS_WEIGHTS, np.float32))
        ranks = np.linspace(0, 1, brightness.size)  # np.percentile takes three times as long
        low, high = np.interp((0.05, 0.99), ranks, np.sort(brightness, axis=None))
        return float(low), float(high)


CheckFunction: TypeAlias = Callable[[Sample], float | None]


@dataclass(frozen=True)
class Check:
    """One figure of an image, and how to read it.

    Attributes:
        compute: Returns the figure, or None where the check cannot tell.
        title: A short name for people.
        explanation: One plain sentence.
        unit: What the figure counts; empty for a ratio.
        bad_when: The side of the threshold that deserves a look.
        threshold: Where the line is drawn unless a person moves it.
    """

    compute: Callable[..., float | None]
    title: str
    explanation: str
    unit: str
    bad_when: Literal["below", "above"]
    threshold: float

    def is_bad(self, value: float | None, threshold: float | None = None) -> bool:
        """Say whether a figure lies on the bad side of the line; what could not be told does not.

        Args:
            value: The figure.
            threshold: Where a person drew the line, or None for the default.
        """
        line = self.threshold if threshold is None else threshold
        if value is None:
            return False
        return value < line if self.bad_when == "below" else value > line


def measure(sample: Sample) -> dict[str, float | None]:
    """Return every check's figure by name, None where a check cannot tell."""
    return {name: check.compute(sample) for name, check in CHECKS.items()}


def sharpness(sample: Sample) -> float:
    """Return the variance of the Laplacian of the grey picture.

    Reference: Pech-Pacheco et al. (2000), "Diatom autofocusing in brightfield microscopy".
    """
    import cv2

    _, deviation = cv2.meanStdDev(cv2.Laplacian(sample.grey, cv2.CV_16S))
    return float(deviation[0, 0] ** 2)


def brightest(sample: Sample) -> float:
    """Return the brightness, 0 to 1, that 99 % of the pixels stay under (as CleanVision does)."""
    return sample.brightness_range[1]


def darkest(sample: Sample) -> float:
    """Return the brightness, 0 to 1, that 95 % of the pixels exceed (as CleanVision does)."""
    return sample.brightness_range[0]


def information_bits(sample: Sample) -> float:
    """Return the entropy of the grey values, 0 (one flat tone) to 8 bits.

    Reference: Shannon (1948), "A mathematical theory of communication".
    """
    import cv2

    counts = cv2.calcHist([sample.grey], [0], None, [256], [0, 256])
    shares = counts[counts > 0].astype(np.float64) / sample.grey.size
    return float(max(0.0, -(shares * np.log2(shares)).sum()))


def short_side_px(sample: Sample) -> float:
    """Return the shorter side of the original."""
    return float(min(sample.width_px, sample.height_px))


def aspect(sample: Sample) -> float:
    """Return the longer side over the shorter, from 1."""
    return max(sample.width_px, sample.height_px) / min(sample.width_px, sample.height_px)


def jpeg_quality(sample: Sample) -> float | None:
    """Estimate the quality setting, 1 to 100, that a JPEG's luminance table was made with.

    The Independent JPEG Group scales the standard table by `5000 / q` per cent below 50 and by
    `200 - 2 q` from there on; this inverts it from the table's sum. Encoders with tables of their
    own get the setting of like strength.

    Returns:
        None for other formats.

    Reference: `jpeg_quality_scaling` in the IJG's jcparam.c.
    """
    return _quality_setting(tuple(sample.tables[min(sample.tables)])) if sample.tables else None


@lru_cache(maxsize=256)  # the files of one source share their tables
def _quality_setting(luminance: tuple[int, ...]) -> float:
    table = np.asarray(luminance, np.float64)
    is_told = (table > 1) & (table < 255)  # the formula clips there, and clipped values say nothing
    if not is_told.any():
        return 100.0 if table.max() <= 1 else 1.0
    percent = 100 * table[is_told].sum() / _LUMINANCE_Q50[is_told].sum()
    quality = 5000 / percent if percent > 100 else (200 - percent) / 2
    return float(np.clip(np.rint(quality), 1, 100))


CHECKS: dict[str, Check] = {
    "blur": Check(
        sharpness,
        "Blurred",
        "Few sharp edges: the picture is out of focus, moved, or was enlarged from a small one.",
        "variance of the Laplacian",
        "below",
        60.0,
    ),
    "dark": Check(
        brightest,
        "Too dark",
        "Even the brightest parts of the picture are dark.",
        "brightness, 0 to 1",
        "below",
        0.32,
    ),
    "bright": Check(
        darkest,
        "Too bright",
        "Even the darkest parts of the picture are nearly white.",
        "brightness, 0 to 1",
        "above",
        0.95,
    ),
    "information": Check(
        information_bits,
        "Little to see",
        "So few different tones that the picture is close to a flat area.",
        "bits",
        "below",
        3.0,
    ),
    "short_side": Check(
        short_side_px,
        "Small",
        "The shorter side has few pixels, so that a face in it has even fewer.",
        "px",
        "below",
        160.0,
    ),
    "aspect": Check(
        aspect,
        "Odd shape",
        "Much longer than wide or wider than long: a banner or a strip rather than a photograph.",
        "longer side / shorter side",
        "above",
        2.86,
    ),
    "jpeg_quality": Check(
        jpeg_quality,
        "Strongly compressed",
        "Saved as JPEG at a low quality setting, which leaves blocks and smears fine detail.",
        "quality, 1 to 100",
        "below",
        50.0,
    ),
}
