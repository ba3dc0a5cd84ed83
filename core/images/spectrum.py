"""Spectrum: how much of an image's detail lies at which fineness.

Generators that enlarge small maps leave too much or too little power at the finest detail, or
peaks on a grid; so do sharpening, noise filters, screens and repeated JPEG.

Reference: Durall et al. (2020), "Watch your up-convolution"; Frank et al. (2020), "Leveraging
frequency analysis for deep fake image recognition".
"""

import numpy as np
from numpy.typing import NDArray

from core.types import RgbImage

SPECTRUM_VERSION = "hann-320-rings-64"
"""Changes with the figures: profiles of different versions are never compared."""

SIDE_PX, N_RINGS = 320, 64
DARKEST, BRIGHTEST = 0.01, 0.999
"""Shares of the spectrum's values that its picture draws black and white."""

Profile = NDArray[np.float32]
"""(64,) log10 of the share of the power a pixel of the spectrum has, from coarse to fine."""


def log_power(pixels: RgbImage) -> NDArray[np.float32]:
    """Return the power spectrum of an image's centre square, as logarithms.

    Args:
        pixels: (h, w, 3), a normalised copy, 480 x 320 px; both sides at least 320.

    Returns:
        (320, 320) log10 of each frequency's share of the power, the mean left out; the middle is
        the coarsest. A Hann window keeps the picture's border from drawing a cross.
    """
    from core.images.reduce import to_grey

    height, width = pixels.shape[:2]
    top, left = (height - SIDE_PX) // 2, (width - SIDE_PX) // 2
    grey = to_grey(pixels[top : top + SIDE_PX, left : left + SIDE_PX]).astype(np.float64)
    window = np.hanning(SIDE_PX + 1)[:-1]
    spectrum = np.fft.fft2((grey - grey.mean()) * np.outer(window, window))
    power = np.abs(np.fft.fftshift(spectrum)) ** 2
    share = power / max(float(power.sum()), 1e-9)
    return np.log10(share + 1e-16).astype(np.float32)


def radial_profile(spectrum: NDArray[np.float32]) -> Profile:
    """Average the power over rings around the middle, and take the logarithm then.

    The other way round, a peak on a grid would drown in the ring's many other frequencies.

    Args:
        spectrum: As `log_power` returns it.

    Returns:
        64 figures; ring i ends at (i + 1) / 128 cycles a pixel, the last at the finest stripes that
        pixels can show (0.5). The corners beyond it are left out.
    """
    counts = np.maximum(np.bincount(_RINGS, minlength=N_RINGS + 1), 1)
    power = 10.0 ** spectrum.ravel().astype(np.float64)
    sums = np.bincount(_RINGS, power, minlength=N_RINGS + 1)
    return np.log10(sums / counts)[:N_RINGS].astype(np.float32)


def _rings() -> NDArray[np.int64]:
    at = np.arange(SIDE_PX) - SIDE_PX // 2
    radius = np.hypot(*np.meshgrid(at, at))
    inner = np.minimum(radius * 2 * N_RINGS / SIDE_PX, N_RINGS)
    return inner.astype(np.int64).ravel()


_RINGS = _rings()

CYCLES = (np.arange(N_RINGS) + 0.5) / (2 * N_RINGS)
"""(64,) middle of each ring, in cycles a pixel of the normalised copy."""


def spectrum_picture(spectrum: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a spectrum as (320, 320) grey values."""
    low, high = np.quantile(spectrum, (DARKEST, BRIGHTEST))
    scaled = (spectrum - low) / max(float(high - low), 1e-6)
    return np.asarray(np.clip(scaled, 0, 1) * 255, np.uint8)
